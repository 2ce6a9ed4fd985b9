// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.persistence.aof;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.dunlin.node.persistence.aof.AofManifest.AofFile;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// The files under a disk that loses power, and under one of whose operations each in turn fails.
///
/// The log is the numbers 1, 2, 3...; a number is a command, sometimes several are a transaction; a base says up to where it stands for
/// them. Whatever is loaded must be a beginning of the log, with all in it that was promised.
class AofPowerLossTest {
    private static final int RUNS = Integer.getInteger("aof.power.runs", 400);
    private static final Path HOME = Path.of("/sim");
    private static final int STEPS = 60;
    private static final List<FsyncPolicy> POLICIES = List.of(FsyncPolicy.values());

    /// A node's use of its files, without the thread and the clock.
    private static final class Writer {
        private final SimDisk disk;
        private final AofFiles files;
        private final FsyncPolicy policy;
        private final SplittableRandom random;
        private final AofAppender appender;
        private long appended;

        /// What a power loss, and what a kill may not take away.
        private long promised;

        private long written;

        private boolean failing;

        Writer(SimDisk disk, FsyncPolicy policy, SplittableRandom random) throws Exception {
            this.disk = disk;
            this.policy = policy;
            this.random = random;
            files = new AofFiles(disk, HOME, "appendonlydir", "appendonly.aof");
            files.find();
            Disk.OpenFile file = files.openLast(new byte[0]);
            appender = new AofAppender(file, file.size(), 0);
        }

        void step() {
            int dice = random.nextInt(100);
            if (dice < 60) {
                append();
            } else if (dice < 80) {
                flush(policy == FsyncPolicy.ALWAYS);
            } else if (dice < 90) {
                flush(policy != FsyncPolicy.NO);
            } else {
                rewrite();
            }
        }

        private void append() {
            var text = new StringBuilder();
            int commands = 1 + random.nextInt(3);
            boolean unit = commands > 1 && random.nextBoolean();
            text.append(unit ? "*1\r\n$5\r\nMULTI\r\n" : "");
            for (int i = 0; i < commands; i++) {
                String number = Long.toString(++appended);
                String padding = "x".repeat(random.nextInt(40));
                text.append("*3\r\n$3\r\nSET\r\n$" + number.length() + "\r\n" + number + "\r\n");
                text.append("$" + padding.length() + "\r\n" + padding + "\r\n");
            }
            text.append(unit ? "*1\r\n$4\r\nEXEC\r\n" : "");
            ByteBuf bytes = Unpooled.copiedBuffer(text, ISO_8859_1);
            appender.add(AofBatch.of(List.of(bytes), appended));
        }

        private boolean flush(boolean sync) {
            appender.keepUntilSynced(policy == FsyncPolicy.ALWAYS);
            try {
                appender.write();
                if (sync) {
                    appender.sync();
                }
                files.settle();
                written = appender.writtenOffset();
                failing = false;
                if (!appender.suspect()) {
                    promised = appender.syncedOffset();
                }
                return true;
            } catch (IOException e) {
                failing = true;
                return false;
            }
        }

        /// A base at this very moment, finished at once.
        private void rewrite() {
            long cut = appended;
            if (!flush(true)) {
                return;
            }
            try {
                Disk.OpenFile next = files.startIncrement();
                appender.switchTo(next).close();
                int later = random.nextInt(3);
                for (int i = 0; i < later; i++) {
                    append();
                    flush(policy == FsyncPolicy.ALWAYS);
                }
                Path temporary = HOME.resolve("temp-base");
                writeBase(temporary, cut);
                files.installBase(temporary, false, 1);
                appender.trust();
                promised = Math.max(promised, cut);
                files.deleteHistory();
            } catch (IOException e) {
                // The files before stand.
            }
        }

        private void writeBase(Path path, long cut) throws IOException {
            String text = "*2\r\n$4\r\nBASE\r\n$" + (cut + "").length() + "\r\n" + cut + "\r\n";
            ByteBuffer[] bytes = {ByteBuffer.wrap(text.getBytes(ISO_8859_1))};
            try (Disk.OpenFile file = disk.open(path, true)) {
                long at = 0;
                while (bytes[0].hasRemaining()) {
                    at += file.write(at, bytes);
                }
                file.sync();
            }
        }
    }

    /// {@return up to where the log is in the files}
    private static long load(SimDisk disk) throws Exception {
        return load(disk, false, "");
    }

    /// @param mayBeDamaged whether to take what is before the damage, as `check-aof --fix` leaves it
    private static long load(SimDisk disk, boolean mayBeDamaged, String what) throws Exception {
        var files = new AofFiles(disk, HOME, "appendonlydir", "appendonly.aof");
        files.find();
        List<AofFile> toLoad = new ArrayList<>(files.manifest().toLoad());
        while (toLoad.size() > 1 && disk.size(files.path(toLoad.getLast())) == 0) {
            toLoad.removeLast();
        }
        long last = 0;
        for (AofFile file : toLoad) {
            byte[] content = disk.read(files.path(file), Integer.MAX_VALUE);
            var reader =
                    new AofReader(
                            Channels.newChannel(new ByteArrayInputStream(content)),
                            0,
                            content.length,
                            (_, _) -> true,
                            64);
            for (CommandBlock block = next(reader, mayBeDamaged, what);
                    block != null;
                    block = next(reader, mayBeDamaged, what)) {
                while (block.nextCommand()) {
                    long number = Long.parseLong(new String(block.copy(1), ISO_8859_1));
                    if (new String(block.copy(0), ISO_8859_1).equals("BASE")) {
                        last = number;
                    } else {
                        assertThat(number).as("next command").isEqualTo(last + 1);
                        last = number;
                    }
                }
                block.release();
            }
            boolean cutOff = reader.isCutOff();
            reader.drop();
            assertThat(cutOff && !file.equals(toLoad.getLast()))
                    .as("%s is cut off, and not the last of %s", file, toLoad)
                    .isFalse();
        }
        return last;
    }

    private static @Nullable CommandBlock next(AofReader reader, boolean mayBeDamaged, String what)
            throws IOException {
        try {
            return reader.next();
        } catch (AofFormatException damaged) {
            if (mayBeDamaged) {
                return null;
            }
            throw new AssertionError(what + " at " + damaged.offset(), damaged);
        }
    }

    private static void check(Writer writer, SimDisk disk, String what) throws Exception {
        long afterKill = load(disk.afterKill());
        assertThat(afterKill).as("%s, kill", what).isBetween(writer.written, writer.appended);
        for (int i = 0; i < 3; i++) {
            // After a sync that failed the system has forgotten which bytes it owes the disk, and
            // the file may end in nonsense until they are written again, or stood for by a base.
            boolean suspect = writer.failing || writer.appender.suspect();
            long afterPowerLoss = load(disk.afterPowerLoss(), suspect, what);
            assertThat(afterPowerLoss)
                    .as("%s, power loss", what)
                    .isBetween(writer.promised, writer.appended);
        }
    }

    @Test
    void givenEachPolicy_whenThePowerIsCutAtAnyMoment_thenAllThatWasPromisedIsThere()
            throws Exception {
        for (int seed = 0; seed < RUNS; seed++) {
            FsyncPolicy policy = POLICIES.get(seed % 3);
            var random = new SplittableRandom(seed);
            var disk = new SimDisk(random.split());
            var writer = new Writer(disk, policy, random);
            int steps = random.nextInt(STEPS);
            for (int i = 0; i < steps; i++) {
                writer.step();
            }
            check(writer, disk, "seed " + seed + " " + policy);
        }
    }

    @Test
    void givenEachOperationFailsInTurn_whenTheNodeGoesOn_thenNothingPromisedIsLost()
            throws Exception {
        for (int seed = 0; seed < 12; seed++) {
            FsyncPolicy policy = POLICIES.get(seed % 3);
            long operations = operationsOf(seed, policy);
            for (long failing = 0; failing < operations; failing++) {
                long lasting = 1 + (failing * 7 + seed) % 5;
                var random = new SplittableRandom(seed);
                var disk = new SimDisk(random.split());
                disk.failBetween(failing, failing + lasting, "No space left on device");
                Writer writer = startedAt(disk, policy, random);
                if (writer == null) {
                    continue;
                }
                String what = "seed " + seed + " " + policy + " failing " + failing;
                for (int i = 0; i < STEPS / 2; i++) {
                    writer.step();
                    if (i % 7 == 0) {
                        check(writer, disk, what + " step " + i);
                    }
                }
                // Healed, all goes on: what is written now is there in the end.
                disk.failBetween(0, 0, "");
                assertThat(writer.flush(true)).as(what).isTrue();
                writer.rewrite();
                writer.append();
                assertThat(writer.flush(true)).as(what).isTrue();
                assertThat(writer.promised).isEqualTo(writer.appended);
                check(writer, disk, what + " healed");
            }
        }
    }

    private static long operationsOf(int seed, FsyncPolicy policy) throws Exception {
        var random = new SplittableRandom(seed);
        var disk = new SimDisk(random.split());
        var writer = new Writer(disk, policy, random);
        for (int i = 0; i < STEPS / 2; i++) {
            writer.step();
        }
        return disk.operations();
    }

    /// A node that cannot make its first files does not start; the next attempt finds what is there.
    private static @Nullable Writer startedAt(
            SimDisk disk, FsyncPolicy policy, SplittableRandom random) throws Exception {
        try {
            return new Writer(disk, policy, random);
        } catch (IOException failed) {
            assertThat(load(disk.afterKill())).isZero();
            assertThat(load(disk.afterPowerLoss())).isZero();
            return null;
        }
    }
}

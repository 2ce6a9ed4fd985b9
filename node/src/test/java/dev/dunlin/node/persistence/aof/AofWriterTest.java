// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.persistence.aof;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The writer's thread: what it promises, and what it does while the disk fails.
@Timeout(30)
class AofWriterTest {
    private static final Path HOME = Path.of("/sim");

    private final SimDisk disk = new SimDisk(new SplittableRandom(1));
    private long offset;

    private AofWriter start(FsyncPolicy policy) throws Exception {
        var files = new AofFiles(disk, HOME, "d", "a");
        Disk.OpenFile file = files.openLast(new byte[0]);
        return new AofWriter("aof-test", files, new AofAppender(file, 0, 0), policy, () -> {});
    }

    private AofBatch batch() {
        ByteBuf bytes =
                Unpooled.copiedBuffer(AofReaderTest.command("SET", "k" + offset, "v"), ISO_8859_1);
        offset += bytes.readableBytes();
        return AofBatch.of(List.of(bytes), offset);
    }

    private static void await(BooleanSupplier condition) {
        while (!condition.getAsBoolean()) {
            LockSupport.parkNanos(100_000);
        }
    }

    @Test
    void givenAlways_whenAppended_thenItIsOnDisk() throws Exception {
        try (AofWriter writer = start(FsyncPolicy.ALWAYS)) {
            AofBatch batch = batch();
            assertThat(writer.appendNow(batch)).isFalse();
            writer.append(batch);
            await(() -> writer.progress().syncedOffset() == offset);
            assertThat(bytesAfterPowerLoss()).isEqualTo(offset);
        }
    }

    private long bytesAfterPowerLoss() throws Exception {
        return disk.afterPowerLoss().size(HOME.resolve("d/a.1.incr.aof"));
    }

    @Test
    void givenEverysec_whenTheLoopWritesByItself_thenItIsInTheFileAtOnceAndSoonOnDisk()
            throws Exception {
        try (AofWriter writer = start(FsyncPolicy.EVERYSEC)) {
            await(() -> writer.appendNow(batch()));
            assertThat(writer.progress().writtenOffset()).isEqualTo(offset);
            assertThat(disk.afterKill().size(HOME.resolve("d/a.1.incr.aof"))).isEqualTo(offset);
            await(() -> writer.progress().syncedOffset() == offset);
            assertThat(bytesAfterPowerLoss()).isEqualTo(offset);
        }
    }

    @ParameterizedTest
    @EnumSource
    void givenDiskIsFull_whenThereIsRoomAgain_thenNothingIsMissing(FsyncPolicy policy)
            throws Exception {
        try (AofWriter writer = start(policy)) {
            disk.failBetween(0, Long.MAX_VALUE, "No space left on device");
            writer.append(batch());
            await(() -> writer.progress().failure() != null);
            assertThat(writer.progress().failure()).isEqualTo("No space left on device");
            var job = new CompletableFuture<String>();
            writer.perform((_, _) -> {}, problem -> job.complete(problem == null ? "" : problem));
            assertThat(job.join()).isEqualTo("No space left on device");
            writer.append(batch());
            disk.failBetween(0, 0, "");
            await(() -> writer.progress().failure() == null);
            await(() -> writer.progress().writtenOffset() == offset);
            assertThat(writer.progress().suspect()).isFalse();
        }
        assertThat(bytesAfterPowerLoss()).isEqualTo(offset);
    }

    @Test
    void givenWritesOfBothKinds_whenMixed_thenTheyAreInOrder() throws Exception {
        try (AofWriter writer = start(FsyncPolicy.EVERYSEC)) {
            var random = new SplittableRandom(7);
            for (int i = 0; i < 3000; i++) {
                AofBatch batch = batch();
                if (random.nextInt(4) == 0 || !writer.appendNow(batch)) {
                    writer.append(batch);
                }
                if (random.nextInt(50) == 0) {
                    writer.perform((_, appender) -> appender.sync(), _ -> {});
                }
            }
        }
        byte[] file = disk.afterKill().read(HOME.resolve("d/a.1.incr.aof"), Integer.MAX_VALUE);
        assertThat(file).hasSize((int) offset);
        long expected = 0;
        String text = new String(file, ISO_8859_1);
        for (int at = 0; at < text.length(); ) {
            String command = AofReaderTest.command("SET", "k" + expected, "v");
            assertThat(text.startsWith(command, at)).as("at %s", at).isTrue();
            at += command.length();
            expected += command.length();
        }
    }

    @Test
    void givenFullDiskAtTheEnd_whenStopped_thenItSaysSo() throws Exception {
        AofWriter writer = start(FsyncPolicy.EVERYSEC);
        disk.failBetween(0, Long.MAX_VALUE, "No space left on device");
        writer.append(batch());

        assertThat(writer.stop().join()).isEqualTo("No space left on device");
    }
}

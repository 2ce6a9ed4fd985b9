// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dunlin.clusterbus.testkit.Ports;
import dev.dunlin.node.Node;
import dev.dunlin.node.config.Settings;
import dev.dunlin.node.persistence.aof.Disk;
import dev.dunlin.node.persistence.aof.SystemDisk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What clients see of a disk that is full, broken or slow, and that nothing they were promised is lost.
@Timeout(60)
class AofDiskFaultsTest {
    private static final String FULL = "No space left on device";

    @TempDir private Path dir;

    /// The real disk, until something is to go wrong.
    private static final class FaultyDisk implements Disk {
        private final Disk disk = new SystemDisk();
        volatile String writeError = "";
        volatile String syncError = "";
        volatile CountDownLatch syncMayEnd = new CountDownLatch(0);

        @Override
        public OpenFile open(Path file, boolean empty) throws IOException {
            OpenFile open = disk.open(file, empty);
            return new OpenFile() {
                @Override
                public long size() throws IOException {
                    return open.size();
                }

                @Override
                public long write(long position, ByteBuffer[] buffers) throws IOException {
                    if (!writeError.isEmpty()) {
                        // A full disk takes what still fits.
                        buffers[0].limit(Math.min(buffers[0].limit(), buffers[0].position() + 3));
                        open.write(position, new ByteBuffer[] {buffers[0]});
                        throw new IOException(writeError);
                    }
                    return open.write(position, buffers);
                }

                @Override
                public void truncate(long size) throws IOException {
                    open.truncate(size);
                }

                @Override
                public void sync() throws IOException {
                    try {
                        syncMayEnd.await();
                    } catch (InterruptedException e) {
                        throw new IllegalStateException(e);
                    }
                    if (!syncError.isEmpty()) {
                        throw new IOException(syncError);
                    }
                    open.sync();
                }

                @Override
                public void close() throws IOException {
                    open.close();
                }
            };
        }

        @Override
        public byte[] read(Path file, int bytesMax) throws IOException {
            return disk.read(file, bytesMax);
        }

        @Override
        public boolean exists(Path file) {
            return disk.exists(file);
        }

        @Override
        public long size(Path file) throws IOException {
            return disk.size(file);
        }

        @Override
        public void createDirectory(Path directory) throws IOException {
            disk.createDirectory(directory);
        }

        @Override
        public void rename(Path from, Path to) throws IOException {
            disk.rename(from, to);
        }

        @Override
        public void delete(Path file) throws IOException {
            disk.delete(file);
        }

        @Override
        public void syncDirectory(Path directory) throws IOException {
            disk.syncDirectory(directory);
        }
    }

    private final FaultyDisk disk = new FaultyDisk();

    private NodeServer start(String policy) throws Exception {
        var settings = new Settings();
        settings.parse("port", List.of(Integer.toString(Ports.free())));
        settings.parse("bind", List.of("127.0.0.1"));
        settings.parse("dir", List.of(dir.toString()));
        settings.parse("save", List.of(""));
        settings.parse("appendonly", List.of("yes"));
        settings.parse("appendfsync", List.of(policy));
        NodeServer node = NodeServer.start(settings, () -> {}, disk);
        TestNodes.await("it serves", 20, () -> ask(node, "PING").equals("+PONG"));
        return node;
    }

    private static String ask(NodeServer node, String... words) {
        try (var c = new RawConnection(node.port())) {
            return c.call(words);
        }
    }

    private void assertKept(String... keys) throws Exception {
        try (Node node = TestNodes.start(dir, "appendonly", "yes", "save", "")) {
            TestNodes.await("it serves", 20, () -> TestNodes.ask(node, "PING").equals("+PONG"));
            for (String key : keys) {
                assertThat(TestNodes.ask(node, "GET", key)).as(key).isEqualTo("$1");
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"everysec", "no"})
    void givenFullDisk_whenWritten_thenRedissErrorComesAndAllThatWasTakenIsKept(String policy)
            throws Exception {
        String refused = "-MISCONF Errors writing to the AOF file: " + FULL;
        try (NodeServer node = start(policy)) {
            assertThat(ask(node, "SET", "before", "1")).isEqualTo("+OK");
            disk.writeError = FULL;
            // Whoever meets the failure is answered before it is known, as in Redis.
            assertThat(ask(node, "SET", "first", "1")).isEqualTo("+OK");
            TestNodes.await("it is refused", 10, () -> ask(node, "SET", "x", "1").equals(refused));
            assertThat(ask(node, "PING")).isEqualTo(refused);
            assertThat(ask(node, "GET", "first")).isEqualTo("$1");
            assertThat(ask(node, "INFO", "persistence")).contains("aof_last_write_status:err");
            disk.writeError = "";
            TestNodes.await("it goes on", 10, () -> ask(node, "SET", "after", "1").equals("+OK"));
            assertThat(ask(node, "INFO", "persistence")).contains("aof_last_write_status:ok");
        }
        assertKept("before", "first", "after");
    }

    @ParameterizedTest
    @CsvSource({"true", "false"})
    void givenAlwaysAndABrokenDisk_whenWritten_thenNobodyIsToldWhatIsNotOnIt(boolean onSync)
            throws Exception {
        String reason = onSync ? "Input/output error" : FULL;
        try (NodeServer node = start("always");
                var writer = new RawConnection(node.port())) {
            assertThat(writer.call("SET", "before", "1")).isEqualTo("+OK");
            if (onSync) {
                disk.syncError = reason;
            } else {
                disk.writeError = reason;
            }
            writer.send("SET unsure 1\r\n");
            TestNodes.await(
                    "the failure is seen",
                    10,
                    () -> ask(node, "INFO", "persistence").contains("aof_last_write_status:err"));
            assertThat(ask(node, "SET", "x", "1"))
                    .isEqualTo("-MISCONF Errors writing to the AOF file: " + reason);
            assertThat(ask(node, "GET", "before")).isEqualTo("$1");
            assertThat(writer.hasReplyWithin(200)).isFalse();
            disk.syncError = "";
            disk.writeError = "";
            assertThat(writer.reply()).isEqualTo("+OK");
            assertThat(writer.call("SET", "after", "1")).isEqualTo("+OK");
        }
        assertKept("before", "unsure", "after");
    }

    @Test
    void givenSyncThatHangs_whenReadAndWritten_thenTheNodeAnswersUntilWritesHaveToWait()
            throws Exception {
        try (NodeServer node = start("everysec");
                var writer = new RawConnection(node.port())) {
            disk.syncMayEnd = new CountDownLatch(1);
            assertThat(writer.call("SET", "a", "1")).isEqualTo("+OK");
            TestNodes.await(
                    "the sync has begun",
                    10,
                    () -> ask(node, "INFO", "persistence").contains("aof_pending_bio_fsync:1"));
            assertThat(writer.call("SET", "b", "1")).isEqualTo("+OK");
            assertThat(ask(node, "INFO", "persistence")).doesNotContain("aof_buffer_length:0");
            TestNodes.await(
                    "writes wait",
                    10,
                    () -> ask(node, "INFO", "persistence").contains("aof_delayed_fsync:1"));
            writer.send("SET c 1\r\n");
            assertThat(writer.hasReplyWithin(200)).isFalse();
            assertThat(ask(node, "GET", "b")).isEqualTo("$1");
            disk.syncMayEnd.countDown();
            assertThat(writer.reply()).isEqualTo("+OK");
        }
        assertKept("a", "b", "c");
    }

    @Test
    void givenAlwaysAndASlowSync_whenOneWaitsForIt_thenReadersOfItsWriteWaitToo() throws Exception {
        try (NodeServer node = start("always");
                var writer = new RawConnection(node.port());
                var reader = new RawConnection(node.port());
                var idle = new RawConnection(node.port())) {
            assertThat(writer.call("SET", "a", "0")).isEqualTo("+OK");
            disk.syncMayEnd = new CountDownLatch(1);
            writer.send("SET a 1\r\n");
            assertThat(writer.hasReplyWithin(100)).isFalse();
            reader.send("GET a\r\nECHO x\r\n");
            assertThat(reader.hasReplyWithin(100)).isFalse();
            disk.syncMayEnd.countDown();
            assertThat(writer.reply()).isEqualTo("+OK");
            assertThat(reader.reply()).isEqualTo("$1");
            assertThat(reader.reply()).isEqualTo("$x");
            assertThat(idle.call("PING")).isEqualTo("+PONG");
        }
        assertKept("a");
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dunlin.clusterbus.testkit.Ports;
import dev.dunlin.node.Node;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The dump file of a node: saved while it serves, loaded when it starts again.
@Timeout(60)
class DumpFileTest {
    @TempDir private Path dir;

    private Node start(String... directives) throws Exception {
        Node node = TestNodes.start(dir, directives);
        node.ready().get(20, TimeUnit.SECONDS);
        return node;
    }

    /// Gives so many keys the same value, in one pipeline.
    private static void fill(RawConnection c, int keys, String value) {
        for (int i = 0; i < keys; i++) {
            c.send("SET k" + i + " " + value + "\r\n");
        }
        for (int i = 0; i < keys; i++) {
            c.reply();
        }
    }

    @Test
    void givenKeysOfAllDatabases_whenSavedAndStartedAgain_thenTheyAreThere() throws Exception {
        String digest;
        try (Node node = start("enable-debug-command", "yes");
                var c = new RawConnection(node.port())) {
            c.call("SET", "a", "1");
            c.call("RPUSH", "list", "x", "y");
            c.call("SET", "t", "gone later", "PX", "100000");
            c.call("SELECT", "3");
            c.call("HSET", "h", "f", "v");
            assertThat(TestNodes.info(node, "rdb_changes_since_last_save")).isNotEqualTo("0");
            assertThat(c.call("SAVE")).isEqualTo("+OK");
            assertThat(TestNodes.info(node, "rdb_changes_since_last_save")).isEqualTo("0");
            assertThat(TestNodes.info(node, "rdb_saves")).isEqualTo("1");
            digest = c.call("DEBUG", "DIGEST");
        }
        assertThat(dir.resolve("dump.rdb")).exists();
        try (Node node = start("enable-debug-command", "yes");
                var c = new RawConnection(node.port())) {
            assertThat(c.call("DEBUG", "DIGEST")).isEqualTo(digest);
            assertThat(TestNodes.info(node, "rdb_last_load_keys_loaded")).isEqualTo("4");
            assertThat(c.call("PTTL", "t")).matches(":\\d{4,}");
        }
    }

    @Test
    void givenWritesGoOn_whenSavedInBackground_thenTheFileIsOfOneInstantAndLastsaveTells()
            throws Exception {
        try (Node node = start();
                var c = new RawConnection(node.port())) {
            fill(c, 20_000, "before");
            assertThat(c.call("BGSAVE")).isEqualTo("+Background saving started");
            assertThat(c.call("BGSAVE")).isEqualTo("-ERR Background save already in progress");
            assertThat(TestNodes.info(node, "rdb_bgsave_in_progress")).isEqualTo("1");
            fill(c, 20_000, "after");
            TestNodes.await(
                    "it is saved",
                    20,
                    () -> TestNodes.info(node, "rdb_bgsave_in_progress").equals("0"));
            assertThat(TestNodes.info(node, "rdb_last_bgsave_status")).isEqualTo("ok");
            assertThat(TestNodes.info(node, "rdb_changes_since_last_save")).isEqualTo("20000");
            assertThat(c.call("LASTSAVE")).matches(":\\d{10}");
        }
        try (Node node = start();
                var c = new RawConnection(node.port())) {
            assertThat(c.call("DBSIZE")).isEqualTo(":20000");
            for (int i = 0; i < 20_000; i++) {
                c.send("GET k" + i + "\r\n");
            }
            for (int i = 0; i < 20_000; i++) {
                assertThat(c.reply()).isEqualTo("$before");
            }
        }
    }

    @Test
    void givenAFile_whenClientsComeBeforeItIsLoaded_thenNobodyFindsTheNodeEmpty() throws Exception {
        try (Node node = start();
                var c = new RawConnection(node.port())) {
            c.call("SET", "a", "1");
            assertThat(c.call("SAVE")).isEqualTo("+OK");
        }
        int port = Ports.free();
        for (int round = 0; round < 10; round++) {
            var first = new CompletableFuture<String>();
            Thread early = Thread.ofPlatform().start(() -> firstReply(port, first));
            try (Node node = start("port", Integer.toString(port))) {
                assertThat(first.get(20, TimeUnit.SECONDS)).isIn("LOADING", "1");
                assertThat(TestNodes.ask(node, "DBSIZE")).isEqualTo(":1");
            }
            early.join();
        }
    }

    /// Connects as soon as somebody listens, and asks at once.
    private static void firstReply(int port, CompletableFuture<String> first) {
        long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (!first.isDone() && System.nanoTime() < deadlineNs) {
            try (var c = new RawConnection(port)) {
                String reply = c.call("DBSIZE");
                first.complete(reply.startsWith("-LOADING ") ? "LOADING" : reply.substring(1));
            } catch (UncheckedIOException notYet) {
                Thread.onSpinWait();
            }
        }
    }

    @Test
    void givenBrokenFile_whenStarted_thenItSaysWhereAndKeepsTheFile() throws Exception {
        try (Node node = start();
                var c = new RawConnection(node.port())) {
            c.call("SET", "a", "some value of a length");
            c.call("SAVE");
        }
        Path dump = dir.resolve("dump.rdb");
        byte[] file = Files.readAllBytes(dump);
        file[file.length - 12] ^= 1;
        Files.write(dump, file);
        try (Node node = TestNodes.start(dir)) {
            Throwable failure = null;
            try {
                node.ready().get(20, TimeUnit.SECONDS);
            } catch (ExecutionException | CompletionException e) {
                failure = e.getCause();
            }
            assertThat(failure).hasMessageContaining("at byte").hasMessageContaining("checksum");
        }
        assertThat(Files.readAllBytes(dump)).isEqualTo(file);
    }

    @Test
    void givenNoDirectoryToWriteTo_whenSaved_thenTheStatusIsAnErrorAndTheNextSaveMayDo()
            throws Exception {
        Path gone = dir.resolve("gone");
        try (Node node = TestNodes.start(gone);
                var c = new RawConnection(node.port())) {
            Files.delete(gone);
            c.call("SET", "a", "1");
            assertThat(c.call("SAVE")).isEqualTo("-ERR");
            assertThat(TestNodes.info(node, "rdb_last_bgsave_status")).isEqualTo("ok");
            assertThat(c.call("BGSAVE")).isEqualTo("+Background saving started");
            TestNodes.await(
                    "it has failed",
                    20,
                    () -> TestNodes.info(node, "rdb_last_bgsave_status").equals("err"));
            assertThat(c.call("SET", "a", "2")).startsWith("-MISCONF Redis is configured to save");
            assertThat(c.call("PING")).startsWith("-MISCONF ");
            assertThat(c.call("GET", "a")).isEqualTo("$1");
            Files.createDirectory(gone);
            assertThat(c.call("SAVE")).isEqualTo("+OK");
            assertThat(TestNodes.info(node, "rdb_last_bgsave_status")).isEqualTo("ok");
            assertThat(c.call("SET", "a", "2")).isEqualTo("+OK");
            assertThat(gone.resolve("dump.rdb")).exists();
        }
    }

    @Test
    void givenSavePoints_whenTheNodeIsToldToEnd_thenTheLastWriteIsInTheFile() throws Exception {
        Node node = start();
        try (var c = new RawConnection(node.port())) {
            c.call("SET", "a", "1");
            c.send("SHUTDOWN\r\n");
            TestNodes.await("it has ended", 10, () -> node.shutDown().isDone());
        } finally {
            node.close();
        }
        try (Node again = start()) {
            assertThat(TestNodes.ask(again, "GET", "a")).isEqualTo("$1");
            TestNodes.ask(again, "SET", "a", "2");
            again.drain();
        }
        try (Node again = start()) {
            assertThat(TestNodes.ask(again, "GET", "a")).isEqualTo("$2");
        }
    }

    @Test
    void givenNoSavePoints_whenTheNodeIsToldToEnd_thenNothingIsSavedUnlessItIsAskedFor()
            throws Exception {
        try (Node node = start("save", "")) {
            TestNodes.ask(node, "SET", "a", "1");
            node.drain();
        }
        assertThat(dir.resolve("dump.rdb")).doesNotExist();
        try (Node node = start("save", "");
                var c = new RawConnection(node.port())) {
            c.call("SET", "a", "2");
            c.send("SHUTDOWN SAVE\r\n");
            TestNodes.await("it has ended", 10, () -> node.shutDown().isDone());
        }
        assertThat(dir.resolve("dump.rdb")).exists();
    }

    @Test
    void givenTheDirectoryIsGone_whenToldToEnd_thenTheNodeServesOnUnlessForced() throws Exception {
        Path gone = dir.resolve("gone");
        try (Node node = TestNodes.start(gone);
                var c = new RawConnection(node.port())) {
            Files.delete(gone);
            assertThat(c.call("SHUTDOWN")).isEqualTo("-ERR Errors trying to SHUTDOWN. Check logs.");
            assertThat(c.call("SET", "a", "1")).isEqualTo("+OK");
            c.send("SHUTDOWN FORCE\r\n");
            TestNodes.await("it has ended", 10, () -> node.shutDown().isDone());
        }
    }

    @Test
    void givenADumpFile_whenAllIsFlushed_thenTheFileIsEmptyBeforeTheAnswer() throws Exception {
        try (Node node = start();
                var c = new RawConnection(node.port())) {
            c.call("SET", "a", "1");
            c.call("SAVE");
            assertThat(c.call("FLUSHALL")).isEqualTo("+OK");
            assertThat(TestNodes.info(node, "rdb_changes_since_last_save")).isEqualTo("0");
        }
        try (Node node = start()) {
            assertThat(TestNodes.ask(node, "DBSIZE")).isEqualTo(":0");
        }
    }

    @Test
    void givenASaveUnderWay_whenADatabaseIsFlushed_thenTheFileHasItsKeys() throws Exception {
        try (Node node = start();
                var c = new RawConnection(node.port())) {
            fill(c, 50_000, "v");
            c.call("BGSAVE");
            c.call("FLUSHDB");
            TestNodes.await(
                    "it is saved",
                    20,
                    () -> TestNodes.info(node, "rdb_bgsave_in_progress").equals("0"));
            assertThat(TestNodes.info(node, "rdb_last_bgsave_status")).isEqualTo("ok");
        }
        try (Node node = start()) {
            assertThat(TestNodes.ask(node, "DBSIZE")).isEqualTo(":50000");
        }
    }

    @Test
    void givenASaveUnderWay_whenAllIsFlushed_thenItIsCalledOffAndAnEmptyFileWritten()
            throws Exception {
        try (Node node = start();
                var c = new RawConnection(node.port())) {
            fill(c, 50_000, "v");
            c.call("BGSAVE");
            assertThat(c.call("FLUSHALL")).isEqualTo("+OK");
            assertThat(TestNodes.info(node, "rdb_bgsave_in_progress")).isEqualTo("0");
            assertThat(TestNodes.info(node, "rdb_last_bgsave_status")).isEqualTo("ok");
        }
        try (Node node = start()) {
            assertThat(TestNodes.ask(node, "DBSIZE")).isEqualTo(":0");
        }
    }

    @Test
    void givenDebugReload_whenAskedWithItsOptions_thenTheDataGoesAndComesAsInRedis()
            throws Exception {
        try (Node node = start("enable-debug-command", "yes");
                var c = new RawConnection(node.port())) {
            c.call("SET", "a", "1");
            assertThat(c.call("DEBUG", "RELOAD")).isEqualTo("+OK");
            assertThat(c.call("GET", "a")).isEqualTo("$1");
            c.call("SET", "a", "2");
            c.call("SET", "b", "3");
            assertThat(c.call("DEBUG", "RELOAD", "NOSAVE", "NOFLUSH"))
                    .isEqualTo("-ERR Error trying to load the RDB dump");
            assertThat(c.call("DEBUG", "RELOAD", "NOSAVE", "NOFLUSH", "MERGE")).isEqualTo("+OK");
            assertThat(c.call("MGET", "a", "b")).isEqualTo("[$1 $3]");
            assertThat(c.call("DEBUG", "RELOAD", "NOSAVE")).isEqualTo("+OK");
            assertThat(c.call("MGET", "a", "b")).isEqualTo("[$1 $-1]");
            assertThat(c.call("DEBUG", "RELOAD", "X"))
                    .isEqualTo(
                            "-ERR DEBUG RELOAD only supports the MERGE, NOFLUSH and NOSAVE"
                                    + " options.");
        }
    }
}

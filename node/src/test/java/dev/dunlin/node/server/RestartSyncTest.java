// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dunlin.node.server.ServerProcess.Kind;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.nio.file.Path;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/// A primary, or a replica, that was shut down and started again takes up the stream where it was: no data set is sent a second time.
@Timeout(120)
class RestartSyncTest {
    /// A test whose parameters are the kinds of the primary and of the replica.
    @Retention(RetentionPolicy.RUNTIME)
    @ParameterizedTest
    @CsvSource({"DUNLIN, DUNLIN", "DUNLIN, REDIS", "REDIS, DUNLIN", "REDIS, REDIS"})
    private @interface InAllPairings {}

    @TempDir private Path dir;

    @InAllPairings
    void givenAPair_whenEitherIsStartedAgain_thenOnlyWhatWasMissedIsSent(
            Kind primaryKind, Kind replicaKind) throws Exception {
        try (var primary = alone(primaryKind, "--save", "3600 1000000");
                var replica =
                        alone(
                                replicaKind,
                                "--save",
                                "3600 1000000",
                                "--replicaof",
                                "127.0.0.1 " + primary.port())) {
            awaitLink(replica);
            for (int i = 0; i < 100; i++) {
                primary.ask("SET", "before" + i, "1");
            }
            assertThat(primary.ask("WAIT", "1", "20000")).isEqualTo(":1");

            primary.shutDown();
            primary.start();
            TestNodes.await("the primary serves", 30, primary::answers);
            awaitLink(replica);

            assertPartial(primary, 1);
            primary.ask("SET", "between", "2");
            assertThat(primary.ask("WAIT", "1", "20000")).isEqualTo(":1");

            replica.shutDown();
            primary.ask("SET", "missed", "3");
            replica.start();
            TestNodes.await("the replica serves", 30, replica::answers);
            awaitLink(replica);

            assertPartial(primary, 2);
            assertThat(primary.ask("WAIT", "1", "20000")).isEqualTo(":1");
            assertThat(replica.ask("MGET", "before99", "between", "missed"))
                    .isEqualTo("[$1 $2 $3]");
            assertThat(replica.ask("DBSIZE")).isEqualTo(":102");
        }
    }

    @InAllPairings
    void givenAReplicaThatNeverSaved_whenKilled_thenItStartsWithWhatItHadReceived(
            Kind primaryKind, Kind replicaKind) throws Exception {
        try (var primary = alone(primaryKind)) {
            for (int i = 0; i < 100; i++) {
                primary.ask("SET", "before" + i, "1");
            }
            String[] follow = {"--replicaof", "127.0.0.1 " + primary.port()};
            try (var replica = alone(replicaKind, follow)) {
                awaitLink(replica);
                replica.kill();
                primary.ask("SET", "missed", "2");
                replica.start();
                TestNodes.await("the replica serves", 30, replica::answers);
                awaitLink(replica);

                assertThat(primary.info("sync_full")).isEqualTo("1");
                assertThat(primary.info("sync_partial_ok")).isEqualTo("1");
                assertThat(replica.ask("MGET", "before99", "missed")).isEqualTo("[$1 $2]");

                replica.kill();
                primary.kill();
                replica.start();
                TestNodes.await("the replica serves", 30, replica::answers);
                assertThat(replica.ask("GET", "before99")).isEqualTo("$1");
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void givenNothingIsToBeLeftOnDisk_whenSynced_thenNothingIs(Kind kind) throws Exception {
        try (var primary = alone(kind, "--rdb-del-sync-files", "yes");
                var replica =
                        alone(
                                kind,
                                "--rdb-del-sync-files",
                                "yes",
                                "--replicaof",
                                "127.0.0.1 " + primary.port())) {
            awaitLink(replica);
            assertThat(replica.home()).isDirectoryNotContaining("glob:**.rdb");
        }
    }

    private ServerProcess alone(Kind kind, String... options) throws Exception {
        String[] all = new String[options.length + 2];
        all[0] = "--cluster-enabled";
        all[1] = "no";
        System.arraycopy(options, 0, all, 2, options.length);
        var server = new ServerProcess(kind, dir, 0, all);
        TestNodes.await("it serves", 30, server::answers);
        return server;
    }

    private static void awaitLink(ServerProcess replica) {
        TestNodes.await(
                "the replica's link is up",
                60,
                () -> replica.info("master_link_status").equals("up"));
    }

    private static void assertPartial(ServerProcess primary, int times) {
        assertThat(primary.info("sync_full")).isEqualTo("0");
        assertThat(primary.info("sync_partial_ok")).isEqualTo("" + times);
    }
}

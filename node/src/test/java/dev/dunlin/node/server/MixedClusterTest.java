// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Dunlin and redis-server as equal members of one cluster, under load all the time. Every test leaves the cluster whole, whoever is
/// the primary where, so the tests need no order.
///
/// `-Dmixed.stableSeconds=60` watches a quiet cluster for a minute.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MixedClusterTest {
    private static final int NODE_TIMEOUT_MS = 3000;
    private static final int STABLE_SECONDS = Integer.getInteger("mixed.stableSeconds", 10);
    private static final int TAKEOVER_SECONDS = 30;

    @TempDir private static Path dir;

    private @Nullable MixedCluster formed;

    @BeforeAll
    void form() throws Exception {
        Assumptions.assumeTrue(
                Files.isExecutable(ServerProcess.REDIS_SERVER),
                "redis-server is not installed: skipped");
        formed = MixedCluster.form(dir, NODE_TIMEOUT_MS);
    }

    @AfterAll
    void stop() {
        if (formed != null) {
            formed.close();
        }
    }

    private MixedCluster cluster() {
        MixedCluster cluster = formed;
        if (cluster == null) {
            throw new IllegalStateException("formed before all tests");
        }
        return cluster;
    }

    @Test
    void givenBothKinds_whenNothingHappensButLoad_thenNothingFlaps() throws Exception {
        cluster().awaitWhole();
        try (var load = new ClusterLoad(cluster().nodes())) {
            load.awaitWrites(100);
            Map<ServerProcess, String> before =
                    new TreeMap<>(Comparator.comparingInt(ServerProcess::port));
            for (ServerProcess node : cluster().nodes()) {
                before.put(node, epochAnd(node));
            }
            long deadlineNs = System.nanoTime() + STABLE_SECONDS * 1_000_000_000L;
            int[] polls = {0};

            TestNodes.await(
                    "the time of watching has passed",
                    STABLE_SECONDS + 60,
                    () -> {
                        before.forEach((node, seen) ->
                                assertThat(epochAnd(node)).describedAs("%s", node).isEqualTo(seen));
                        polls[0]++;
                        return System.nanoTime() > deadlineNs;
                    });

            assertThat(polls[0]).isGreaterThan(STABLE_SECONDS);
            load.awaitWrites(100);
        }
        assertSameData();
        cluster().check();
    }

    /// {@return everything a calm cluster does not change; fails when a link is down}
    private static String epochAnd(ServerProcess node) {
        String nodes = node.ask("CLUSTER", "NODES");
        String info = node.ask("CLUSTER", "INFO");
        assertThat(ClusterText.allLinked(nodes)).describedAs("%s%n%s", node, nodes).isTrue();
        String facts =
                info.lines()
                        .filter(line ->
                                line.contains("cluster_state")
                                        || line.contains("_epoch")
                                        || line.contains("slots_")
                                        || line.contains("cluster_size"))
                        .reduce("", (a, b) -> a + b.strip() + "\n");
        assertThat(facts).contains("cluster_slots_pfail:0").contains("cluster_slots_fail:0");
        return ClusterText.layout(nodes) + "\n" + facts;
    }

    @ParameterizedTest
    @EnumSource(ServerProcess.Kind.class)
    void givenPrimaryOfOneKind_whenKilled_thenItsReplicaOfTheOtherTakesOverAndItReturnsAsReplica(
            ServerProcess.Kind kind) throws Exception {
        MixedCluster.Shard shard = cluster().shardUnder(kind);
        try (var load = new ClusterLoad(cluster().nodes())) {
            load.awaitWrites(1500);
            assertThat(shard.primary().ask("WAIT", "1", "10000")).isEqualTo(":1");

            shard.primary().kill();

            TestNodes.await("takeover", TAKEOVER_SECONDS, shard.replica()::isPrimary);
            load.awaitWrites(500);
            shard.primary().start();
            TestNodes.await("back", TAKEOVER_SECONDS, shard.primary()::answers);
            cluster().awaitWhole();
            assertThat(shard.primary().isPrimary()).isFalse();
            load.awaitWrites(200);
        }
        assertThat(assertSameData()).isGreaterThan(300);
        cluster().check();
    }

    @ParameterizedTest
    @EnumSource(ServerProcess.Kind.class)
    void givenReplicaOfTheOtherKind_whenFailoverIsAsked_thenRolesSwapAndNoWriteIsLost(
            ServerProcess.Kind kind) throws Exception {
        MixedCluster.Shard shard = cluster().shardUnder(kind);
        Map<String, Long> acknowledged;
        try (var load = new ClusterLoad(cluster().nodes())) {
            load.awaitWrites(1000);

            assertThat(shard.replica().ask("CLUSTER", "FAILOVER")).isEqualTo("+OK");

            TestNodes.await("handed over", TAKEOVER_SECONDS, shard.replica()::isPrimary);
            cluster().awaitWhole();
            load.awaitWrites(200);
            acknowledged = load.acknowledged();
        }
        assertThat(shard.primary().isPrimary()).isFalse();
        assertThat(assertSameData()).isGreaterThan(300);
        assertNothingLost(acknowledged);
        cluster().check();
    }

    @ParameterizedTest
    @EnumSource(ServerProcess.Kind.class)
    void givenSlotsWithKeys_whenRedisCliMovesThemToTheOtherKind_thenEveryKeyArrives(
            ServerProcess.Kind from) throws Exception {
        ServerProcess source = cluster().shardUnder(from).primary();
        ServerProcess target =
                cluster().shards().stream()
                        .map(MixedCluster.Shard::primary)
                        .filter(primary -> primary.kind() == from.other())
                        .findFirst()
                        .orElseGet(() -> swapOneBut(source));
        Map<String, Long> acknowledged;
        try (var load = new ClusterLoad(cluster().nodes())) {
            load.awaitWrites(1500);
            long slots = slots(target);

            MixedCluster.redisCli(
                    "--cluster",
                    "reshard",
                    source.address(),
                    "--cluster-from",
                    source.id(),
                    "--cluster-to",
                    target.id(),
                    "--cluster-slots",
                    "300",
                    "--cluster-pipeline",
                    "10",
                    "--cluster-yes");

            assertThat(slots(target)).isEqualTo(slots + 300);
            cluster().awaitWhole();
            load.awaitWrites(500);
            acknowledged = load.acknowledged();
        }
        assertThat(assertSameData()).isGreaterThan(300);
        assertNothingLost(acknowledged);
        cluster().check();
    }

    /// Makes a primary of the kind that `source` is not, in another shard.
    private ServerProcess swapOneBut(ServerProcess source) {
        MixedCluster.Shard shard =
                cluster().shards().stream()
                        .filter(candidate -> candidate.primary() != source)
                        .findFirst()
                        .orElseThrow();
        assertThat(shard.replica().ask("CLUSTER", "FAILOVER")).isEqualTo("+OK");
        TestNodes.await("handed over", TAKEOVER_SECONDS, shard.replica()::isPrimary);
        cluster().awaitWhole();
        return shard.replica();
    }

    private static long slots(ServerProcess node) {
        String me =
                node.ask("CLUSTER", "NODES")
                        .lines()
                        .filter(line -> line.contains("myself"))
                        .findFirst()
                        .orElseThrow();
        String[] fields = me.strip().split(" ", -1);
        long slots = 0;
        for (int i = 8; i < fields.length; i++) {
            String[] range = fields[i].split("-", -1);
            slots += Long.parseLong(range[range.length - 1]) - Long.parseLong(range[0]) + 1;
        }
        return slots;
    }

    private int assertSameData() throws IOException {
        try {
            return cluster().shards().stream().mapToInt(DataSets::assertSame).sum();
        } catch (AssertionError different) {
            Files.writeString(dir.resolve("logs"), cluster().logs());
            return fail("logs: " + cluster().logs(), different);
        }
    }

    private void assertNothingLost(Map<String, Long> acknowledged) {
        Map<String, String> data = new TreeMap<>();
        cluster().shards().forEach(shard -> data.putAll(DataSets.read(shard.primary())));
        List<String> lost = new ArrayList<>();
        acknowledged.forEach((key, number) -> {
            if (!key.startsWith("brief:") && number > newest(data.get(key))) {
                lost.add(key + " acknowledged=" + number + " has=" + data.get(key));
            }
        });
        assertThat(lost).isEmpty();
    }

    private static long newest(@Nullable String read) {
        if (read == null) {
            return 0;
        }
        String number =
                read.startsWith("+hash")
                        ? read.replaceAll(".*number=(\\d+).*", "$1")
                        : read.substring(read.lastIndexOf('$') + 1);
        return Long.parseLong(number);
    }
}

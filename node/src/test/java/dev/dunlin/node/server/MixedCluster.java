// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// Three shards, each with one Dunlin and one redis-server, formed by redis-cli as it comes: two Dunlin primaries with replicas that
/// are redis-servers, and the other way round for the third.
final class MixedCluster implements AutoCloseable {
    private static final int FORM_SECONDS = 90;

    /// A shard: whoever is the primary at the moment, and the other.
    record Shard(ServerProcess primary, ServerProcess replica) {
        @SuppressWarnings("ArgumentSelectionDefectChecker") // That is what swapping is.
        Shard swapped() {
            return new Shard(replica, primary);
        }
    }

    private final List<ServerProcess> dunlins = new ArrayList<>();
    private final List<ServerProcess> redises = new ArrayList<>();

    static MixedCluster form(Path directory, int nodeTimeoutMs) throws Exception {
        var cluster = new MixedCluster();
        boolean formed = false;
        try {
            for (int i = 0; i < 3; i++) {
                cluster.dunlins.add(
                        new ServerProcess(ServerProcess.Kind.DUNLIN, directory, nodeTimeoutMs));
                cluster.redises.add(
                        new ServerProcess(ServerProcess.Kind.REDIS, directory, nodeTimeoutMs));
            }
            cluster.form();
            formed = true;
            return cluster;
        } finally {
            if (!formed) {
                cluster.close();
            }
        }
    }

    private void form() throws Exception {
        TestNodes.await(
                "all answer",
                FORM_SECONDS,
                () -> nodes().stream().allMatch(ServerProcess::answers));
        List<ServerProcess> primaries = List.of(dunlins.get(0), dunlins.get(1), redises.get(2));
        List<ServerProcess> replicas = List.of(redises.get(0), redises.get(1), dunlins.get(2));
        String[] addresses = primaries.stream().map(ServerProcess::address).toArray(String[]::new);
        redisCli(concat(new String[] {"--cluster", "create"}, addresses, "--cluster-yes"));
        for (int i = 0; i < 3; i++) {
            TestNodes.await("known everywhere", FORM_SECONDS, this::knownNodesAgree);
            redisCli(
                    "--cluster",
                    "add-node",
                    replicas.get(i).address(),
                    primaries.get(i).address(),
                    "--cluster-slave",
                    "--cluster-master-id",
                    primaries.get(i).id());
        }
        awaitWhole();
    }

    private static String[] concat(String[] first, String[] middle, String last) {
        return Stream.of(Stream.of(first), Stream.of(middle), Stream.of(last))
                .flatMap(words -> words)
                .toArray(String[]::new);
    }

    /// Nodes that are in already all know each other, so that redis-cli finds one answer wherever it asks.
    private boolean knownNodesAgree() {
        List<Integer> counts =
                nodes().stream()
                        .map(node -> node.ask("CLUSTER", "NODES"))
                        .filter(text -> text.lines().count() > 1)
                        .map(text -> text.contains("handshake") ? 0 : (int) text.lines().count())
                        .toList();
        return counts.size() >= 3 && counts.stream().allMatch(count -> count == counts.size());
    }

    List<ServerProcess> nodes() {
        return Stream.concat(dunlins.stream(), redises.stream()).toList();
    }

    /// {@return the three shards, with the roles of now}
    List<Shard> shards() {
        List<Shard> shards = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            ServerProcess dunlin = dunlins.get(i);
            ServerProcess redis = redises.get(i);
            shards.add(dunlin.isPrimary() ? new Shard(dunlin, redis) : new Shard(redis, dunlin));
        }
        return shards;
    }

    /// {@return a shard whose primary is of this kind; if there is none, one is asked to change roles}
    Shard shardUnder(ServerProcess.Kind kind) {
        List<Shard> fitting =
                shards().stream().filter(shard -> shard.primary().kind() == kind).toList();
        if (!fitting.isEmpty()) {
            return fitting.getFirst();
        }
        Shard shard = shards().getFirst();
        assertThat(shard.replica().ask("CLUSTER", "FAILOVER")).isEqualTo("+OK");
        TestNodes.await("roles changed", 30, shard.replica()::isPrimary);
        awaitWhole();
        return shard.swapped();
    }

    /// Waits until every shard has a primary and a replica that follows it, and all nodes say the same.
    void awaitWhole() {
        TestNodes.await("the cluster is whole", FORM_SECONDS, this::isWhole);
    }

    private boolean isWhole() {
        List<String> maps = new ArrayList<>();
        for (ServerProcess node : nodes()) {
            String info = node.ask("CLUSTER", "INFO");
            String map = ClusterText.layout(node.ask("CLUSTER", "NODES"));
            if (!info.contains("cluster_state:ok")
                    || !info.contains("cluster_known_nodes:6")
                    || map.contains("fail")
                    || map.contains("handshake")) {
                return false;
            }
            maps.add(map);
        }
        return maps.stream().distinct().count() == 1
                && shards().stream()
                        .allMatch(shard ->
                                shard.primary().isPrimary()
                                        && shard.replica().info("master_link_status").equals("up")
                                        && shard.replica()
                                                .info("master_port")
                                                .equals(Integer.toString(shard.primary().port())));
    }

    /// What `redis-cli --cluster check` says of it, which must be nothing bad.
    void check() throws Exception {
        for (ServerProcess node : List.of(dunlins.getFirst(), redises.getFirst())) {
            String text = redisCli("--cluster", "check", node.address());
            assertThat(text)
                    .contains("[OK] All nodes agree about slots configuration.")
                    .contains("[OK] All 16384 slots covered.")
                    .doesNotContain("[WARNING]")
                    .doesNotContain("[ERR]");
        }
    }

    /// Runs redis-cli, which must succeed.
    static String redisCli(String... words) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("redis-cli"));
        command.addAll(List.of(words));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String text = new String(process.getInputStream().readAllBytes(), UTF_8);
        if (!process.waitFor(60, TimeUnit.SECONDS)) {
            process.destroyForcibly();
        }
        assertThat(process.exitValue()).describedAs("%s%n%s", command, text).isZero();
        return text;
    }

    /// {@return the logs of all nodes, for the report of a test that failed}
    String logs() {
        var text = new StringBuilder();
        for (ServerProcess node : nodes()) {
            try {
                text.append("---- ").append(node).append('\n').append(node.log());
            } catch (UncheckedIOException none) {
                text.append("no log: ").append(none.getMessage()).append('\n');
            }
        }
        return text.toString();
    }

    @Override
    public void close() {
        nodes().forEach(ServerProcess::close);
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.server;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/// Three shards of two Dunlins each, in processes of their own, formed by redis-cli as it comes.
final class DunlinCluster implements AutoCloseable {
    private static final int NODES = 6;
    private static final int FORM_SECONDS = 90;

    private final List<ServerProcess> nodes = new ArrayList<>();

    static DunlinCluster form(Path directory, int nodeTimeoutMs) throws Exception {
        var cluster = new DunlinCluster();
        boolean formed = false;
        try {
            for (int i = 0; i < NODES; i++) {
                cluster.nodes.add(
                        new ServerProcess(ServerProcess.Kind.DUNLIN, directory, nodeTimeoutMs));
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
                "all answer", FORM_SECONDS, () -> nodes.stream().allMatch(ServerProcess::answers));
        MixedCluster.redisCli(
                Stream.of(
                                Stream.of("--cluster", "create"),
                                nodes.stream().map(ServerProcess::address),
                                Stream.of("--cluster-replicas", "1", "--cluster-yes"))
                        .flatMap(words -> words)
                        .toArray(String[]::new));
        TestNodes.await("all agree and replicas follow", FORM_SECONDS, this::isWhole);
    }

    private boolean isWhole() {
        return allAgree(nodes)
                && nodes.stream()
                                .filter(node -> !node.isPrimary())
                                .filter(node -> node.info("master_link_status").equals("up"))
                                .count()
                        == NODES / 2;
    }

    /// {@return whether these nodes say the same of the whole cluster, and that all slots are served}
    private static boolean allAgree(List<ServerProcess> nodes) {
        return nodes.stream()
                        .allMatch(node -> node.ask("CLUSTER", "INFO").contains("cluster_state:ok"))
                && nodes.stream()
                                .map(node -> ClusterText.layout(node.ask("CLUSTER", "NODES")))
                                .distinct()
                                .count()
                        == 1;
    }

    List<ServerProcess> nodes() {
        return nodes;
    }

    List<ServerProcess> primaries() {
        return nodes.stream().filter(ServerProcess::isPrimary).toList();
    }

    ServerProcess replicaOf(ServerProcess primary) {
        String port = Integer.toString(primary.port());
        return nodes.stream()
                .filter(node -> node.info("master_port").equals(port))
                .findFirst()
                .orElseThrow();
    }

    /// A planned change of roles: the old primary lives on, and sends clients away with MOVED.
    void handOver(ServerProcess primary) {
        ServerProcess replica = replicaOf(primary);
        TestNodes.await(
                "failover is accepted", 30, () -> replica.ask("CLUSTER", "FAILOVER").equals("+OK"));
        TestNodes.await("roles changed", 30, () -> replica.isPrimary() && !primary.isPrimary());
        TestNodes.await("whole again", 30, this::isWhole);
    }

    /// kill -9, and waits until all others agree that the replica has the slots.
    void killAndAwaitTakeover(ServerProcess primary) {
        ServerProcess replica = replicaOf(primary);
        primary.kill();
        TestNodes.await("takeover", 30, replica::isPrimary);
        List<ServerProcess> alive = nodes.stream().filter(node -> node != primary).toList();
        TestNodes.await("the others agree", 30, () -> allAgree(alive));
    }

    @Override
    public void close() {
        nodes.forEach(ServerProcess::close);
    }
}

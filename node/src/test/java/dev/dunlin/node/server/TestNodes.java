// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.server;

import dev.dunlin.clusterbus.testkit.Ports;
import dev.dunlin.node.Node;
import dev.dunlin.node.config.Settings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;

/// Real nodes inside of the test's process.
final class TestNodes {
    private TestNodes() {}

    /// Starts a node on loopback, on a free port.
    ///
    /// @param directives name, value, name, value...
    static Node start(Path dir, String... directives) throws Exception {
        var settings = new Settings();
        settings.parse("port", List.of(Integer.toString(Ports.free())));
        settings.parse("bind", List.of("127.0.0.1"));
        settings.parse("dir", List.of(dir.toString()));
        for (int i = 0; i < directives.length; i += 2) {
            settings.parse(directives[i], List.of(directives[i + 1]));
        }
        return Node.start(settings, () -> {});
    }

    /// Waits until a condition holds.
    static void await(String what, int seconds, BooleanSupplier condition) {
        long deadlineNs = System.nanoTime() + seconds * 1_000_000_000L;
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadlineNs) {
                throw new AssertionError("not within " + seconds + " s: " + what);
            }
            java.util.concurrent.locks.LockSupport.parkNanos(5_000_000);
        }
    }

    /// Three primaries with all slots, and a replica for each.
    static List<Node> cluster(Path dir, int nodeTimeoutMs) throws Exception {
        List<Node> nodes = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            nodes.add(
                    start(
                            dir.resolve("node" + i),
                            "cluster-enabled",
                            "yes",
                            "cluster-node-timeout",
                            Integer.toString(nodeTimeoutMs)));
        }
        String[][] ranges = {{"0", "5460"}, {"5461", "10922"}, {"10923", "16383"}};
        for (int i = 0; i < 6; i++) {
            try (var c = new RawConnection(nodes.get(i).port())) {
                if (i < 3) {
                    c.call("CLUSTER", "ADDSLOTSRANGE", ranges[i][0], ranges[i][1]);
                }
                c.call("CLUSTER", "SET-CONFIG-EPOCH", Integer.toString(i + 1));
            }
        }
        meet(nodes);
        for (int i = 0; i < 3; i++) {
            String primary = ask(nodes.get(i), "CLUSTER", "MYID").substring(1);
            Node replica = nodes.get(i + 3);
            await(
                    "replica accepts",
                    30,
                    () -> ask(replica, "CLUSTER", "REPLICATE", primary).equals("+OK"));
        }
        await(
                "cluster is up and replicas are synced",
                60,
                () ->
                        nodes.stream().allMatch(TestNodes::isOk)
                                && nodes.subList(3, 6).stream().allMatch(TestNodes::isSynced));
        return nodes;
    }

    /// A MEET that gets lost on a busy machine is said again.
    private static void meet(List<Node> nodes) {
        String port = Integer.toString(nodes.getFirst().port());
        long[] lastNs = {0};
        await(
                "all nodes know each other",
                60,
                () -> {
                    if (System.nanoTime() - lastNs[0] > 3_000_000_000L) {
                        lastNs[0] = System.nanoTime();
                        nodes.stream()
                                .skip(1)
                                .filter(node -> known(node) < nodes.size())
                                .forEach(node -> ask(node, "CLUSTER", "MEET", "127.0.0.1", port));
                    }
                    return nodes.stream().allMatch(node -> known(node) == nodes.size());
                });
    }

    private static long known(Node node) {
        return ask(node, "CLUSTER", "NODES")
                .lines()
                .filter(line -> !line.contains("handshake"))
                .count();
    }

    static boolean isOk(Node node) {
        return ask(node, "CLUSTER", "INFO").contains("cluster_state:ok");
    }

    private static boolean isSynced(Node node) {
        return ask(node, "ROLE").contains("$connected");
    }

    /// {@return what a field of INFO says, or an empty text when it is not there}
    static String info(Node node, String field) {
        return ask(node, "INFO", "everything")
                .lines()
                .filter(line -> line.startsWith(field + ":"))
                .map(line -> line.substring(field.length() + 1).strip())
                .findFirst()
                .orElse("");
    }

    static String ask(Node node, String... words) {
        try (var c = new RawConnection(node.port())) {
            return c.call(words);
        }
    }
}

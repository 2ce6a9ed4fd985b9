// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.chaos.workload;

import dev.dunlin.chaos.client.Outcome;
import dev.dunlin.chaos.cluster.ChaosNode;
import dev.dunlin.chaos.cluster.Cluster;
import dev.dunlin.chaos.cluster.NodeLine;
import dev.dunlin.chaos.cluster.NodeProbe;
import dev.dunlin.chaos.history.History;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;

/// Compares every replica's data with its primary's, when the cluster has settled and nobody writes: the number of keys, and
/// each key that any client ever named.
///
/// A replica may be a moment behind, so a difference counts only when it stays.
public final class ReplicaData {
    private static final Duration CATCH_UP = Duration.ofSeconds(3);
    private static final int KEYS_PER_QUESTION = 200;

    private ReplicaData() {}

    /// {@return one line for each replica that differs, none when all agree}
    public static List<String> differences(Cluster cluster, History history) {
        List<String> found = new ArrayList<>();
        for (int shard = 0; shard < cluster.settings().primaries(); shard++) {
            Set<String> keys = new TreeSet<>();
            for (String key : history.byKey().keySet()) {
                if (key.startsWith(cluster.tag(shard))) {
                    keys.add(key);
                }
            }
            compare(cluster, shard, List.copyOf(keys), found);
        }
        return found;
    }

    private static void compare(Cluster cluster, int shard, List<String> keys, List<String> found) {
        List<NodeProbe> probes = new ArrayList<>();
        try {
            for (ChaosNode node : cluster.shard(shard)) {
                if (node.isRunning()) {
                    probes.add(cluster.probe(node));
                }
            }
            List<NodeProbe> leaders =
                    probes.stream()
                            .filter(probe -> probe.myself().map(NodeLine::leads).orElse(false))
                            .toList();
            if (leaders.size() != 1) {
                found.add("shard " + shard + " has " + leaders.size() + " primaries");
                return;
            }
            NodeProbe primary = leaders.getFirst();
            for (NodeProbe replica : probes) {
                if (replica == primary) {
                    continue;
                }
                var last = new String[] {""};
                boolean equal =
                        Cluster.await(
                                CATCH_UP,
                                () -> {
                                    last[0] = difference(primary, replica, keys);
                                    return last[0].isEmpty();
                                });
                if (!equal) {
                    found.add(replica.node().name() + ": " + last[0]);
                }
            }
        } finally {
            probes.forEach(NodeProbe::close);
        }
    }

    private static String difference(NodeProbe primary, NodeProbe replica, List<String> keys) {
        String expected = primary.ask("DBSIZE").orElse("?");
        String actual = replica.ask("DBSIZE").orElse("?");
        if (!expected.equals(actual)) {
            return actual + " keys instead of " + expected;
        }
        if (!replica.invoke("READONLY").isOk()) {
            return "READONLY is refused";
        }
        for (int from = 0; from < keys.size(); from += KEYS_PER_QUESTION) {
            List<String> some = keys.subList(from, Math.min(keys.size(), from + KEYS_PER_QUESTION));
            String[] question = new String[some.size() + 1];
            question[0] = "MGET";
            for (int index = 0; index < some.size(); index++) {
                question[index + 1] = some.get(index);
            }
            Outcome wanted = primary.invoke(question);
            Outcome found = replica.invoke(question);
            if (!wanted.isOk() || !Objects.equals(wanted, found)) {
                return "between "
                        + some.getFirst()
                        + " and "
                        + some.getLast()
                        + " "
                        + abbreviated(found)
                        + " instead of "
                        + abbreviated(wanted);
            }
        }
        return "";
    }

    private static String abbreviated(Outcome outcome) {
        String text = outcome.toString();
        return text.length() <= 200 ? text : text.substring(0, 200) + "...";
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.chaos.cluster;

import dev.dunlin.chaos.HarnessException;
import dev.dunlin.chaos.client.Outcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Makes a cluster out of nodes that know nothing, and tells whether one has settled.
///
/// The order is redis-cli's: distinct config epochs, slots, meet, and only when everyone knows everyone, replicate.
final class ClusterFormation {
    /// What one command of the formation may take: no step of it can be repeated, and six processes that start at once can keep a
    /// small machine busy for seconds.
    private static final Duration COMMAND = Duration.ofSeconds(20);

    private ClusterFormation() {}

    static void run(Cluster cluster, Duration limit) {
        List<NodeProbe> probes = new ArrayList<>();
        try {
            cluster.nodes().forEach(node -> probes.add(cluster.probe(node, COMMAND)));
            form(cluster, probes, limit);
        } finally {
            probes.forEach(NodeProbe::close);
        }
        Optional<String> problem = awaitConverged(cluster, limit);
        if (problem.isPresent()) {
            throw new HarnessException("the cluster does not form: " + problem.get());
        }
    }

    private static void form(Cluster cluster, List<NodeProbe> probes, Duration limit) {
        Map<String, String> ids = new HashMap<>();
        for (NodeProbe probe : probes) {
            awaitServing(probe, limit);
            ids.put(probe.node().name(), require(probe, "CLUSTER", "MYID"));
        }
        int primaries = cluster.settings().primaries();
        for (int index = 0; index < probes.size(); index++) {
            NodeProbe probe = probes.get(index);
            require(probe, "CLUSTER", "SET-CONFIG-EPOCH", Integer.toString(index + 1));
            if (index < primaries) {
                require(
                        probe,
                        "CLUSTER",
                        "ADDSLOTSRANGE",
                        Integer.toString(cluster.firstSlot(index)),
                        Integer.toString(cluster.lastSlot(index)));
            }
            if (index > 0) {
                var first = probes.getFirst().node().address();
                require(
                        probe,
                        "CLUSTER",
                        "MEET",
                        first.getHostString(),
                        Integer.toString(first.getPort()));
            }
        }
        for (NodeProbe probe : probes) {
            boolean met =
                    Cluster.await(
                            limit,
                            () ->
                                    probe.nodes().stream()
                                                    .filter(line ->
                                                            line.connected() || line.isMyself())
                                                    .filter(NodeLine::isHealthy)
                                                    .count()
                                            == probes.size());
            if (!met) {
                throw new HarnessException(probe.node().name() + " does not get to know everyone");
            }
        }
        for (int index = primaries; index < probes.size(); index++) {
            String primary = probes.get(index % primaries).node().name();
            String id = String.valueOf(ids.get(primary));
            require(probes.get(index), "CLUSTER", "REPLICATE", id);
        }
    }

    /// Waits until a started node answers, and learns which process serves it.
    static void awaitServing(NodeProbe probe, Duration limit) {
        ChaosNode node = probe.node();
        boolean serving =
                Cluster.await(
                        limit,
                        () -> {
                            if (!node.isRunning()) {
                                throw new HarnessException(
                                        node.name() + " ended while starting, see its log");
                            }
                            return probe.ask("PING").isPresent();
                        });
        if (!serving) {
            throw new HarnessException(node.name() + " does not answer PING, see its log");
        }
        probe.field("process_id", "INFO", "server")
                .map(Long::parseLong)
                .ifPresent(node::adoptServerPid);
    }

    static Optional<String> awaitConverged(Cluster cluster, Duration limit) {
        List<NodeProbe> probes = new ArrayList<>();
        var problem = new String[] {"nothing looked at"};
        try {
            cluster.nodes().forEach(node -> probes.add(cluster.probe(node)));
            boolean converged =
                    Cluster.await(
                            limit,
                            () -> {
                                problem[0] = problem(probes);
                                return problem[0].isEmpty();
                            });
            return converged ? Optional.empty() : Optional.of(problem[0]);
        } finally {
            probes.forEach(NodeProbe::close);
        }
    }

    private static String problem(List<NodeProbe> probes) {
        List<NodeProbe> running =
                probes.stream().filter(probe -> probe.node().isRunning()).toList();
        Map<String, NodeLine> truth = new HashMap<>();
        for (NodeProbe probe : running) {
            Optional<NodeLine> myself = probe.myself();
            if (myself.isEmpty()) {
                return probe.node().name() + " does not answer CLUSTER NODES";
            }
            truth.put(myself.get().id(), myself.get());
        }
        int slots = truth.values().stream().mapToInt(NodeLine::slots).sum();
        if (slots != HashSlot.COUNT) {
            return "primaries claim " + slots + " slots in sum";
        }
        for (NodeProbe probe : running) {
            String problem = problemSeenBy(probe, truth);
            if (!problem.isEmpty()) {
                return probe.node().name() + ": " + problem;
            }
        }
        return "";
    }

    private static String problemSeenBy(NodeProbe probe, Map<String, NodeLine> truth) {
        if (!probe.field("cluster_state", "CLUSTER", "INFO").orElse("?").equals("ok")) {
            return "cluster_state is not ok";
        }
        Map<String, NodeLine> seen = new HashMap<>();
        probe.nodes().forEach(line -> seen.put(line.id(), line));
        for (NodeLine own : truth.values()) {
            NodeLine line = seen.get(own.id());
            if (line == null) {
                return "does not know " + own.id();
            }
            if (!line.isHealthy() || (!line.connected() && !line.isMyself())) {
                return "sees " + own.port() + " as " + line.flags();
            }
            if (line.isPrimary() != own.isPrimary()
                    || line.slots() != own.slots()
                    || !line.primaryId().equals(own.primaryId())) {
                return "has an outdated view of " + own.host() + ":" + own.port();
            }
        }
        boolean replica = probe.myself().map(line -> !line.isPrimary()).orElse(false);
        if (replica
                && !probe.field("master_link_status", "INFO", "replication")
                        .orElse("?")
                        .equals("up")) {
            return "replication link is not up";
        }
        return "";
    }

    private static String require(NodeProbe probe, String... command) {
        return switch (probe.invoke(command)) {
            case Outcome.Ok(var reply) -> reply.asText();
            case Outcome.Fail(String reason) -> throw refused(probe, command, reason);
            case Outcome.Info(String reason) -> throw refused(probe, command, reason);
        };
    }

    private static HarnessException refused(NodeProbe probe, String[] command, String reason) {
        return new HarnessException(
                probe.node().name() + " refuses " + String.join(" ", command) + ": " + reason);
    }
}

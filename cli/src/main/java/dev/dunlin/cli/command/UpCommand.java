// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.cli.command;

import dev.dunlin.cli.CliException;
import dev.dunlin.cli.Connection;
import dev.dunlin.cli.ExitCode;
import dev.dunlin.cli.local.ClusterDirectory;
import dev.dunlin.cli.local.ClusterState;
import dev.dunlin.cli.local.LocalCluster;
import dev.dunlin.cli.output.Document;
import dev.dunlin.controlplane.v1.ClusterStatus;
import dev.dunlin.controlplane.v1.CreateClusterRequest;
import dev.dunlin.controlplane.v1.GetStatusRequest;
import dev.dunlin.controlplane.v1.ListWorkflowsRequest;
import dev.dunlin.controlplane.v1.Workflow;
import dev.dunlin.controlplane.v1.WorkflowState;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `clusterctl up`.
@Command(
        name = "up",
        description = {
            "Start a cluster on this machine and wait until it serves.",
            "Asks nothing. A cluster that exists keeps its nodes and slots; only what is down is started."
        },
        footer = {
            "",
            "Examples:",
            "  clusterctl up                        3 primaries and 3 replicas on ports 7001-7006,",
            "                                       the control plane on 7000",
            "  clusterctl up --shards 4 --replicas 2 --port-base 7101",
            "  clusterctl up --in-process           all nodes in one process",
            "",
            "Then:",
            "  redis-cli -c -p 7001",
            "  clusterctl status",
            "  clusterctl down"
        })
final class UpCommand implements Callable<Integer> {
    private static final int SHARDS = 3;
    private static final int REPLICAS = 1;
    private static final int PORT_BASE = 7001;
    private static final long NODE_TIMEOUT_MS = 5_000;
    private static final Duration READY_TIMEOUT = Duration.ofSeconds(60);
    private static final long POLL_NS = TimeUnit.MILLISECONDS.toNanos(200);

    private final Session session;

    @Mixin LocalOptions common = new LocalOptions();
    @Mixin NodeOptions node = new NodeOptions();

    @Option(names = "--shards", paramLabel = "N", description = "Primaries. Default: 3.")
    @Nullable Integer shards;

    @Option(
            names = "--replicas",
            paramLabel = "N",
            description = "Replicas of each primary. Default: 1.")
    @Nullable Integer replicas;

    @Option(
            names = "--port-base",
            paramLabel = "PORT",
            description = "Port of the first node; the others follow. Default: 7001.")
    @Nullable Integer portBase;

    @Option(
            names = "--control-port",
            paramLabel = "PORT",
            description = "Port of the control plane. Default: the one before the first node.")
    @Nullable Integer controlPort;

    @Option(
            names = "--node-timeout",
            paramLabel = "MS",
            description =
                    "After so long without an answer a node counts as failing. Default: 5000.")
    @Nullable Long nodeTimeoutMs;

    @Option(names = "--in-process", description = "Run all nodes in one process.")
    @Nullable Boolean inProcess;

    UpCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        var directory = new ClusterDirectory(session.directory(common));
        Path existing = directory.path();
        try (var _ = directory.lock()) {
            var known = directory.load();
            known.ifPresent(state -> requireSame(existing, state));
            ClusterState state = known.orElseGet(this::fresh);
            long running = state.processes().stream().filter(LocalCluster::isRunning).count();
            var cluster = new LocalCluster(directory, node.launcher(session.environment()));
            if (running < state.processes().size()) {
                session.terminal()
                        .err()
                        .println(
                                (known.isEmpty() ? "starting " : "starting what is down of ")
                                        + state.nodePorts().size()
                                        + " nodes and a control plane in "
                                        + directory.path()
                                        + " ...");
            }
            state = cluster.start(state);
            try (Connection connection = Connection.toServer("127.0.0.1:" + state.controlPort())) {
                if (!state.created()) {
                    create(connection, state);
                    state = cluster.created(state);
                }
                report(directory, state, awaitReady(connection));
            }
            return ExitCode.OK.status();
        }
    }

    private ClusterState fresh() {
        int base = portBase == null ? PORT_BASE : portBase;
        return LocalCluster.plan(
                shards == null ? SHARDS : shards,
                replicas == null ? REPLICAS : replicas,
                base,
                controlPort == null ? base - 1 : controlPort,
                nodeTimeoutMs == null ? NODE_TIMEOUT_MS : nodeTimeoutMs,
                Boolean.TRUE.equals(inProcess));
    }

    /// An existing cluster is never changed by options of `up`.
    private void requireSame(Path directory, ClusterState state) {
        requireSame(directory, "--shards", shards, state.shards(), "clusterctl add-node");
        requireSame(
                directory,
                "--replicas",
                replicas,
                state.replicas(),
                "clusterctl add-node --replica");
        String other = "clusterctl down --wipe, or clusterctl up --dir DIR for another cluster";
        requireSame(directory, "--port-base", portBase, state.portBase(), other);
        requireSame(directory, "--control-port", controlPort, state.controlPort(), other);
        requireSame(directory, "--node-timeout", nodeTimeoutMs, state.nodeTimeoutMs(), other);
        requireSame(directory, "--in-process", inProcess, state.inProcess(), other);
    }

    private static void requireSame(
            Path directory, String option, @Nullable Object wanted, Object is, String next) {
        if (wanted != null && !wanted.equals(is)) {
            throw new CliException(
                    ExitCode.PRECONDITION,
                    "the cluster in " + directory + " was made with " + option + " " + is,
                    "nothing was changed",
                    next);
        }
    }

    /// Makes the nodes one cluster, or waits for the workflow that was doing so when it was cut off.
    private void create(Connection connection, ClusterState state) {
        Workflow unfinished =
                connection
                        .call(c -> c.workflows().list(ListWorkflowsRequest.getDefaultInstance()))
                        .getWorkflowsList()
                        .stream()
                        .filter(workflow -> workflow.getKind().equals("CREATE_CLUSTER"))
                        .findFirst()
                        .orElse(Workflow.getDefaultInstance());
        boolean going =
                unfinished.getState() == WorkflowState.WORKFLOW_STATE_RUNNING
                        || unfinished.getState() == WorkflowState.WORKFLOW_STATE_SUCCEEDED;
        var addresses = state.nodePorts().stream().map(port -> "127.0.0.1:" + port).toList();
        Workflow workflow = going ? unfinished : start(connection, addresses, state.replicas());
        Workflow ended = new WorkflowWatcher(session.terminal(), connection).watch(workflow, 0);
        WorkflowWatcher.requireSuccess(ended);
    }

    private static Workflow start(
            Connection connection, List<String> addresses, int replicasPerShard) {
        var request =
                CreateClusterRequest.newBuilder()
                        .addAllAddresses(addresses)
                        .setReplicasPerShard(replicasPerShard)
                        .build();
        return connection.call(c -> c.cluster().create(request)).getWorkflow();
    }

    private static ClusterStatus awaitReady(Connection connection) {
        long deadlineNs = System.nanoTime() + READY_TIMEOUT.toNanos();
        while (true) {
            ClusterStatus status =
                    connection.call(
                            c -> c.cluster().getStatus(GetStatusRequest.getDefaultInstance()));
            boolean waiting =
                    status.getNodesList().stream()
                            .anyMatch(node ->
                                    node.hasReplicationLinkUp() && !node.getReplicationLinkUp());
            if (status.getHealthy() && !waiting) {
                return status;
            }
            if (System.nanoTime() > deadlineNs) {
                throw new CliException(
                        ExitCode.FAILED,
                        "the cluster is not healthy after " + READY_TIMEOUT.toSeconds() + " s",
                        "all processes run",
                        "clusterctl check");
            }
            LockSupport.parkNanos(POLL_NS);
        }
    }

    private void report(ClusterDirectory directory, ClusterState state, ClusterStatus status) {
        int port = state.nodePorts().getFirst();
        var text = new StringBuilder(StatusView.render(session.terminal(), status));
        text.append("\nConnect\n");
        text.append("  redis-cli -c -p ").append(port).append('\n');
        text.append("  redis://127.0.0.1:")
                .append(port)
                .append("        RedisClusterClient.create(...) of Lettuce\n");
        text.append("  clusterctl status        control plane at 127.0.0.1:")
                .append(state.controlPort())
                .append('\n');
        text.append("Data and logs in ").append(directory.path()).append('\n');
        var document = Document.of(status);
        document.put(
                "spec",
                Map.of(
                        "directory", directory.path().toString(),
                        "controlPlane", "127.0.0.1:" + state.controlPort(),
                        "seed", "127.0.0.1:" + port));
        session.print(common.output, text.toString(), document);
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.cli.local;

import dev.dunlin.cli.CliException;
import dev.dunlin.cli.ExitCode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;

/// The processes of a cluster on this machine: starts those that are down, stops them, adds and removes nodes.
///
/// Every change is written down before the next one, so that whatever happens to clusterctl, `down` finds what it started.
/// Callers hold [ClusterDirectory#lock].
public final class LocalCluster {
    /// A first start may have to build the node first, and a node may have to load its data.
    private static final Duration START_TIMEOUT = Duration.ofMinutes(2);

    private static final Duration STOP_PATIENCE = Duration.ofSeconds(10);
    private static final long POLL_NS = TimeUnit.MILLISECONDS.toNanos(50);
    private static final String CONTROL_PLANE = "controlplane";
    private static final int NODES_MAX = 200;

    private final ClusterDirectory directory;
    private final NodeLauncher launcher;

    public LocalCluster(ClusterDirectory directory, NodeLauncher launcher) {
        this.directory = directory;
        this.launcher = launcher;
    }

    /// {@return the state of a cluster that is yet to be started}
    ///
    /// Throws [CliException] when the numbers make no sense.
    public static ClusterState plan(
            int shards,
            int replicas,
            int portBase,
            int controlPort,
            long nodeTimeoutMs,
            boolean inProcess) {
        int nodes = shards * (replicas + 1);
        if (shards < 3 || replicas < 0 || nodes > NODES_MAX) {
            throw usage(
                    "a cluster needs at least 3 shards, 0 or more replicas each, and at most "
                            + NODES_MAX
                            + " nodes here");
        }
        if (portBase < 1 || portBase + nodes + Ports.BUS_OFFSET > Ports.PORT_MAX) {
            throw usage(
                    "--port-base must leave room for "
                            + nodes
                            + " nodes and their bus ports (port + "
                            + Ports.BUS_OFFSET
                            + ") below "
                            + Ports.PORT_MAX);
        }
        if (controlPort < 1
                || controlPort > Ports.PORT_MAX
                || (controlPort >= portBase && controlPort < portBase + nodes)) {
            throw usage("--control-port " + controlPort + " is no port, or that of a node");
        }
        if (nodeTimeoutMs < 100) {
            throw usage("--node-timeout must be at least 100 ms");
        }
        var processes = new ArrayList<ManagedProcess>();
        if (inProcess) {
            processes.add(node(portBase, nodes));
        } else {
            IntStream.range(0, nodes).forEach(i -> processes.add(node(portBase + i, 1)));
        }
        processes.add(
                new ManagedProcess(
                        CONTROL_PLANE, ManagedProcess.Kind.CONTROL_PLANE, controlPort, 1, 0, 0));
        return new ClusterState(
                ClusterState.VERSION,
                shards,
                replicas,
                portBase,
                controlPort,
                nodeTimeoutMs,
                inProcess,
                false,
                processes);
    }

    private static CliException usage(String text) {
        return new CliException(
                ExitCode.USAGE, text, "nothing was started", "clusterctl up --help");
    }

    private static ManagedProcess node(int port, int ports) {
        return new ManagedProcess("node-" + port, ManagedProcess.Kind.NODE, port, ports, 0, 0);
    }

    /// Starts whatever of `state` is not running and waits until it answers.
    ///
    /// {@return the state with all processes running}
    ///
    /// When something does not come up, what this call started is stopped again.
    public ClusterState start(ClusterState state) {
        requirePortsFree(state);
        var started = new ArrayList<ManagedProcess>();
        ClusterState current = state;
        try {
            // The first node alone: if its launcher has to build something, it does so once.
            boolean first = true;
            for (ManagedProcess process : state.nodeProcesses()) {
                if (!Processes.isRunning(process)) {
                    ManagedProcess running = startNode(state, process);
                    started.add(running);
                    current = current.with(running);
                    directory.save(current);
                    if (first) {
                        awaitNode(running);
                        first = false;
                    }
                }
            }
            for (ManagedProcess process : current.nodeProcesses()) {
                awaitNode(process);
            }
            for (ManagedProcess process : state.processes()) {
                if (process.kind() == ManagedProcess.Kind.CONTROL_PLANE
                        && !Processes.isRunning(process)) {
                    ManagedProcess running = startControlPlane(current, process);
                    started.add(running);
                    current = current.with(running);
                    directory.save(current);
                    awaitControlPlane(running);
                }
            }
            return current;
        } catch (CliException e) {
            List<String> _ = Processes.stop(started, STOP_PATIENCE);
            throw e;
        }
    }

    private void requirePortsFree(ClusterState state) {
        var wanted = new ArrayList<Integer>();
        for (ManagedProcess process : state.processes()) {
            if (!Processes.isRunning(process)) {
                for (int port = process.port(); port < process.port() + process.ports(); port++) {
                    wanted.add(port);
                    if (process.kind() == ManagedProcess.Kind.NODE) {
                        wanted.add(port + Ports.BUS_OFFSET);
                    }
                }
            }
        }
        var taken = Ports.taken(wanted);
        if (!taken.isEmpty()) {
            throw new CliException(
                    ExitCode.PRECONDITION,
                    "another program listens on "
                            + (taken.size() == 1 ? "port " : "ports ")
                            + String.join(", ", taken.stream().map(String::valueOf).toList()),
                    "nothing was started",
                    directory.load().isPresent()
                            ? "stop that program (ss -ltnp), then clusterctl up again"
                            : "clusterctl up --port-base 7101 (or stop that program: ss -ltnp)");
        }
    }

    private ManagedProcess startNode(ClusterState state, ManagedProcess process) {
        Path data = directory.path().resolve(process.name());
        return Processes.start(
                process,
                launcher.command(process.port(), process.ports(), data, state.nodeTimeoutMs()),
                data,
                log(process));
    }

    private ManagedProcess startControlPlane(ClusterState state, ManagedProcess process) {
        Path data = directory.path().resolve(CONTROL_PLANE);
        var seeds = state.nodePorts().stream().map(port -> "127.0.0.1:" + port).toList();
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-Xmx256m");
        command.add("-XX:+UseSerialGC");
        command.add("-XX:TieredStopAtLevel=1");
        String cache = System.getProperty("dunlin.aot.cache", "");
        if (!cache.isEmpty() && Files.isReadable(Path.of(cache))) {
            command.add("-XX:AOTCache=" + cache);
            command.add("-Xlog:aot=off");
            command.add("-Xlog:cds=off");
        }
        command.add("--sun-misc-unsafe-memory-access=allow");
        command.add("--enable-native-access=ALL-UNNAMED");
        command.add("-cp");
        command.add(System.getProperty("java.class.path"));
        command.add("dev.dunlin.controlplane.Main");
        command.add("--listen");
        command.add("127.0.0.1:" + process.port());
        command.add("--data-dir");
        command.add(data.toString());
        command.add("--seeds");
        command.add(String.join(",", seeds));
        return Processes.start(process, command, data, log(process));
    }

    private Path log(ManagedProcess process) {
        return directory.path().resolve(process.name()).resolve(process.name() + ".log");
    }

    private void awaitNode(ManagedProcess process) {
        await(
                process,
                () ->
                        IntStream.range(process.port(), process.port() + process.ports())
                                .allMatch(port -> Ports.ping(port) == Ports.Answer.READY));
    }

    private void awaitControlPlane(ManagedProcess process) {
        await(process, () -> Ports.accepts(process.port()));
    }

    private void await(ManagedProcess process, BooleanSupplier ready) {
        long deadlineNs = System.nanoTime() + START_TIMEOUT.toNanos();
        while (!ready.getAsBoolean()) {
            boolean gone = !Processes.isRunning(process);
            if (gone || System.nanoTime() > deadlineNs) {
                throw new CliException(
                        ExitCode.FAILED,
                        process.name()
                                + (gone ? " ended while starting" : " does not answer")
                                + "; its log ends with:\n        "
                                + Processes.tail(log(process)),
                        "what this command started was stopped again; data is kept in "
                                + directory.path(),
                        "look into "
                                + log(process)
                                + ", then clusterctl up again (or clusterctl down --wipe)");
            }
            LockSupport.parkNanos(POLL_NS);
        }
    }

    /// Notes that the nodes have become one cluster.
    public ClusterState created(ClusterState state) {
        var created = state.withCreated();
        directory.save(created);
        return created;
    }

    /// What [#stop] did.
    ///
    /// @param stopped names of processes that ran and were stopped
    /// @param killed those of them that did not stop when asked to
    public record Stopped(List<String> stopped, List<String> killed) {
        /// Copies the lists.
        public Stopped {
            stopped = List.copyOf(stopped);
            killed = List.copyOf(killed);
        }
    }

    /// Stops every process that was started for this cluster.
    public Stopped stop(ClusterState state) {
        var running = state.processes().stream().filter(Processes::isRunning).toList();
        // The control plane first, so that it does not see its nodes die one by one.
        var control =
                running.stream()
                        .filter(p -> p.kind() == ManagedProcess.Kind.CONTROL_PLANE)
                        .toList();
        var nodes = running.stream().filter(p -> p.kind() == ManagedProcess.Kind.NODE).toList();
        var killed = new ArrayList<>(Processes.stop(control, STOP_PATIENCE));
        killed.addAll(Processes.stop(nodes, STOP_PATIENCE));
        directory.save(
                state.withProcesses(
                        state.processes().stream().map(ManagedProcess::stopped).toList()));
        return new Stopped(running.stream().map(ManagedProcess::name).toList(), killed);
    }

    /// {@return whether this process runs}
    public static boolean isRunning(ManagedProcess process) {
        return Processes.isRunning(process);
    }

    /// Starts one more node on the next free port. {@return its process}
    public ManagedProcess addNode(ClusterState state) {
        int port =
                state.nodePorts().stream()
                                .mapToInt(Integer::intValue)
                                .max()
                                .orElse(state.portBase() - 1)
                        + 1;
        while (port + Ports.BUS_OFFSET <= Ports.PORT_MAX
                && (port == state.controlPort()
                        || !Ports.taken(List.of(port, port + Ports.BUS_OFFSET)).isEmpty())) {
            port++;
        }
        if (port + Ports.BUS_OFFSET > Ports.PORT_MAX) {
            throw new CliException(
                    ExitCode.PRECONDITION,
                    "no free port is left above " + state.portBase(),
                    "nothing was started",
                    "clusterctl add-node HOST:PORT");
        }
        ManagedProcess process = startNode(state, node(port, 1));
        directory.save(state.with(process));
        try {
            awaitNode(process);
        } catch (CliException e) {
            removeNode(port);
            throw e;
        }
        return process;
    }

    /// Stops the node at this port and deletes what it left. {@return whether it was one of ours}
    ///
    /// A process that hosts further nodes is left alone.
    public boolean removeNode(int port) {
        var state = directory.load();
        if (state.isEmpty()) {
            return false;
        }
        var host = state.get().hostOf(port);
        if (host.isEmpty() || host.get().ports() > 1) {
            return false;
        }
        List<String> _ = Processes.stop(List.of(host.get()), STOP_PATIENCE);
        directory.save(state.get().without(host.get().name()));
        directory.deleteProcessDirectory(host.get().name());
        return true;
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.chaos.cluster;

import dev.dunlin.chaos.HarnessException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/// Each node in a network namespace of its own, joined by one bridge; clients in the host's namespace, each group with
/// an address of its own.
///
/// ```
/// host: client addresses .1 .2 ...  --- veth ---  switch namespace: bridge  --- veth ---  node .101
///                                                                            --- veth ---  node .102 ...
/// ```
///
/// The bridge lives in a namespace of its own because container engines set the host's FORWARD policy to DROP and send bridged
/// frames through it. Packets are dropped in the nodes' namespaces only, never in the host's: what a node must not hear is
/// dropped on its input, what a client must not hear on the node's output.
///
/// Names start with `dlc` and the run's id; the subnet is a free one of 198.18.0.0/15, which is set aside for tests of
/// network gear and never routed. Thread: any.
public final class NetnsEnvironment implements Environment {
    /// What it can do.
    static final Set<FaultKind> FAULTS =
            Collections.unmodifiableSet(EnumSet.allOf(FaultKind.class));

    private static final int NODE_PORT = 7000;
    private static final int NODE_OFFSET = 100;
    private static final int CLIENTS_MAX = 50;
    private static final int NODES_MAX = 100;

    private final RunDirectory run = RunDirectory.create();
    private final List<ChaosNode> nodes = new ArrayList<>();
    private final Map<String, String> nodeHosts = new LinkedHashMap<>();
    private final Map<String, String> clientHosts = new LinkedHashMap<>();
    private final String prefix = "dlc" + run.id();
    private final String switchNamespace = prefix + "-sw";
    private final String hostInterface = prefix + "-h";
    private final String subnet;

    /// Builds the switch; a `HarnessException` when the machine does not allow it, see [#obstacle].
    public NetnsEnvironment() {
        try {
            subnet = freeSubnet();
            run.addInterface(hostInterface);
            run.addNamespace(switchNamespace);
            Shell.run("ip", "netns", "add", switchNamespace);
            Shell.runWithInput(
                    """
                    link add br0 type bridge
                    link set br0 up
                    """,
                    "ip",
                    "-n",
                    switchNamespace,
                    "-batch",
                    "-");
            Shell.run(
                    "ip",
                    "link",
                    "add",
                    hostInterface,
                    "type",
                    "veth",
                    "peer",
                    "name",
                    "up0",
                    "netns",
                    switchNamespace);
            Shell.run("ip", "-n", switchNamespace, "link", "set", "up0", "master", "br0", "up");
            Shell.run("ip", "link", "set", hostInterface, "up");
        } catch (HarnessException e) {
            run.close();
            throw e;
        }
    }

    /// {@return why this machine has no such environment; empty when it has}
    public static Optional<String> obstacle() {
        if (!Shell.attempt("", "id", "-u").output().strip().equals("0")) {
            return Optional.of("network namespaces need root");
        }
        for (String tool : List.of("ip", "nsenter", "iptables-restore", "setsid", "bash")) {
            if (!Shell.attempt("", "which", tool).succeeded()) {
                return Optional.of("'" + tool + "' is not installed");
            }
        }
        String probe = "dlcprobe" + ProcessHandle.current().pid();
        Shell.Result added = Shell.attempt("", "ip", "netns", "add", probe);
        if (!added.succeeded()) {
            return Optional.of("ip netns add: " + added.output().strip());
        }
        try {
            Shell.Result rules =
                    Shell.attempt(
                            "*filter\n:CHAOS-IN - [0:0]\nCOMMIT\n",
                            "nsenter",
                            "--net=/run/netns/" + probe,
                            "iptables-restore",
                            "-w",
                            "-n");
            return rules.succeeded()
                    ? Optional.empty()
                    : Optional.of("iptables-restore: " + rules.output().strip());
        } finally {
            Shell.attempt("", "ip", "netns", "del", probe);
        }
    }

    @Override
    public String name() {
        return "netns";
    }

    @Override
    public Set<FaultKind> faults() {
        return FAULTS;
    }

    @Override
    public synchronized ChaosNode createNode(
            String name, ServerUnderTest server, ClusterSettings settings) {
        int number = nodes.size() + 1;
        if (number > NODES_MAX) {
            throw new HarnessException("more than " + NODES_MAX + " nodes");
        }
        String host = subnet + "." + (NODE_OFFSET + number);
        String namespace = prefix + "-" + number;
        run.addNamespace(namespace);
        Shell.run("ip", "netns", "add", namespace);
        Shell.runWithInput(
                """
                link add p%d type veth peer name eth0 netns %s
                link set p%d master br0 up
                """
                        .formatted(number, namespace, number),
                "ip",
                "-n",
                switchNamespace,
                "-batch",
                "-");
        Shell.runWithInput(
                """
                addr add %s/24 dev eth0
                link set eth0 up
                link set lo up
                """
                        .formatted(host),
                "ip",
                "-n",
                namespace,
                "-batch",
                "-");
        restore(
                namespace,
                """
                :CHAOS-IN - [0:0]
                :CHAOS-OUT - [0:0]
                -A INPUT -j CHAOS-IN
                -A OUTPUT -j CHAOS-OUT
                """);
        Path dir = run.path().resolve(name);
        List<String> command = new ArrayList<>(List.of("nsenter", "--net=" + path(namespace)));
        command.addAll(server.command(host, NODE_PORT, dir, settings));
        var node = new ChaosNode(name, new InetSocketAddress(host, NODE_PORT), dir, command, run);
        nodes.add(node);
        nodeHosts.put(name, host);
        return node;
    }

    @Override
    public synchronized InetAddress clientAddress(String group) {
        String host = clientHosts.get(group);
        if (host == null) {
            if (clientHosts.size() == CLIENTS_MAX) {
                throw new HarnessException("more than " + CLIENTS_MAX + " client groups");
            }
            host = subnet + "." + (clientHosts.size() + 1);
            Shell.run("ip", "addr", "add", host + "/24", "dev", hostInterface);
            clientHosts.put(group, host);
        }
        try {
            return InetAddress.getByName(host);
        } catch (UnknownHostException e) {
            throw new HarnessException("not an address: " + host, e);
        }
    }

    @Override
    public synchronized void cut(Set<Link> links) {
        Map<String, String> rulesByNamespace = new LinkedHashMap<>();
        int number = 0;
        for (String node : nodeHosts.keySet()) {
            number++;
            rulesByNamespace.put(prefix + "-" + number, rules(node, links));
        }
        // One batch per node: its new rules take effect at once and replace the old ones whole. All
        // batches start
        // together, because what lies between the first and the last is a fault that nobody asked
        // for.
        try (var batches = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> running = new ArrayList<>();
            rulesByNamespace.forEach((namespace, rules) ->
                    running.add(batches.submit(() -> restore(namespace, rules))));
            for (Future<?> batch : running) {
                batch.get();
            }
        } catch (ExecutionException e) {
            throw new HarnessException("cannot set packet filters", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new HarnessException("interrupted while setting packet filters", e);
        }
    }

    @Override
    public synchronized List<ChaosNode> nodes() {
        return List.copyOf(nodes);
    }

    @Override
    public synchronized void close() {
        try {
            nodes.forEach(ChaosNode::kill);
        } finally {
            run.close();
        }
    }

    private String rules(String node, Set<Link> links) {
        var rules = new StringBuilder(":CHAOS-IN - [0:0]\n:CHAOS-OUT - [0:0]\n");
        for (Link link : links) {
            if (link.to().equals(node)) {
                rules.append("-A CHAOS-IN -s ").append(host(link.from())).append(" -j DROP\n");
            } else if (link.from().equals(node) && clientHosts.containsKey(link.to())) {
                rules.append("-A CHAOS-OUT -d ").append(host(link.to())).append(" -j DROP\n");
            }
        }
        return rules.toString();
    }

    private String host(String party) {
        String host = nodeHosts.getOrDefault(party, clientHosts.get(party));
        if (host == null) {
            throw new HarnessException("nobody is called " + party);
        }
        return host;
    }

    private static void restore(String namespace, String rules) {
        Shell.runWithInput(
                "*filter\n" + rules + "COMMIT\n",
                "nsenter",
                "--net=" + path(namespace),
                "iptables-restore",
                "-w",
                "-n");
    }

    private static String path(String namespace) {
        return "/run/netns/" + namespace;
    }

    // A collision of two runs that start in the same moment shows as a failing `ip addr add`, not
    // as shared wires.
    private static String freeSubnet() {
        String routes = Shell.run("ip", "route", "show", "table", "all");
        var random = new SplittableRandom();
        for (int attempt = 0; attempt < 100; attempt++) {
            String candidate = "198." + (18 + random.nextInt(2)) + "." + random.nextInt(256);
            if (!routes.contains(candidate + ".")) {
                return candidate;
            }
        }
        throw new HarnessException("no free subnet of 198.18.0.0/15");
    }
}

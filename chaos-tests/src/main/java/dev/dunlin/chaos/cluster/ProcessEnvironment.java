// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.chaos.cluster;

import dev.dunlin.chaos.HarnessException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Nodes as processes on 127.0.0.1, told apart by port. Needs no privilege; cannot cut wires.
///
/// Thread: any.
public final class ProcessEnvironment implements Environment {
    /// What it can do.
    static final Set<FaultKind> FAULTS =
            Collections.unmodifiableSet(
                    EnumSet.of(FaultKind.KILL, FaultKind.PAUSE, FaultKind.RESTART));

    /// The cluster bus listens this far above the client port.
    private static final int BUS_OFFSET = 10_000;

    private static final int PORT_MAX = 65_535 - BUS_OFFSET;
    private static final int ATTEMPTS_MAX = 200;

    private final RunDirectory run = RunDirectory.create();
    private final List<ChaosNode> nodes = new ArrayList<>();
    private final Set<Integer> ports = new HashSet<>();

    @Override
    public String name() {
        return "process";
    }

    @Override
    public Set<FaultKind> faults() {
        return FAULTS;
    }

    @Override
    public synchronized ChaosNode createNode(
            String name, ServerUnderTest server, ClusterSettings settings) {
        String host = "127.0.0.1";
        int port = freePort();
        Path dir = run.path().resolve(name);
        var node =
                new ChaosNode(
                        name,
                        new InetSocketAddress(host, port),
                        dir,
                        server.command(host, port, dir, settings),
                        run);
        nodes.add(node);
        return node;
    }

    @Override
    public @Nullable InetAddress clientAddress(String group) {
        return null;
    }

    @Override
    public void cut(Set<Link> links) {
        if (!links.isEmpty()) {
            throw new HarnessException("processes on loopback cannot be partitioned");
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

    // A port whose bus port is free as well. Someone else may still take it before the node does;
    // then the node
    // fails to start, which is a harness failure and is seen.
    private int freePort() {
        for (int attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
            try (var probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
                // The kernel hands out high ports, half of which have no bus port above them.
                int port = 20_000 + Math.floorMod(probe.getLocalPort() * 31, PORT_MAX - 20_000);
                if (!ports.contains(port) && isFree(port) && isFree(port + BUS_OFFSET)) {
                    ports.add(port);
                    return port;
                }
            } catch (IOException e) {
                throw new HarnessException("cannot open any port on loopback", e);
            }
        }
        throw new HarnessException("no pair of free ports after " + ATTEMPTS_MAX + " attempts");
    }

    private static boolean isFree(int port) {
        try (var _ = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            return true;
        } catch (IOException _) {
            return false;
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.chaos.cluster;

import dev.dunlin.chaos.HarnessException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/// One node that belongs to no cluster, with the files it leaves behind, on the machine's disk or on one of its own.
///
/// Thread: one owner.
public final class Standalone implements AutoCloseable {
    private static final String HOST = "127.0.0.1";
    private static final int PORT_MIN = 20_000;
    private static final int PORTS = 10_000;
    private static final int ATTEMPTS_MAX = 200;

    private final RunDirectory run;
    private final @Nullable PrivateDisk disk;
    private final Path data;
    private final ChaosNode node;

    private Standalone(RunDirectory run, @Nullable PrivateDisk disk, Path data, ChaosNode node) {
        this.run = run;
        this.disk = disk;
        this.data = data;
        this.node = node;
    }

    /// A node, not yet started, that keeps its files on the machine's disk.
    public static Standalone create(ServerUnderTest server, Map<String, String> directives) {
        RunDirectory run = RunDirectory.create();
        try {
            Path data = Files.createDirectory(run.path().resolve("data"));
            int port = freePort();
            return new Standalone(
                    run,
                    null,
                    data,
                    node(run, port, server.standalone(HOST, port, data, directives)));
        } catch (IOException e) {
            run.close();
            throw new HarnessException("cannot prepare a node", e);
        }
    }

    /// A node, not yet started, that keeps its files on a disk of `bytes` bytes.
    public static Standalone onPrivateDisk(
            ServerUnderTest server, Map<String, String> directives, long bytes) {
        RunDirectory run = RunDirectory.create();
        try {
            PrivateDisk disk = PrivateDisk.create(run, "node", bytes);
            int port = freePort();
            List<String> command =
                    disk.inside(server.standalone(HOST, port, disk.path(), directives));
            return new Standalone(run, disk, disk.fromOutside(), node(run, port, command));
        } catch (HarnessException e) {
            run.close();
            throw new HarnessException("cannot prepare a node on a disk of its own", e);
        }
    }

    private static ChaosNode node(RunDirectory run, int port, List<String> command) {
        return new ChaosNode(
                "node",
                new InetSocketAddress(InetAddress.getLoopbackAddress(), port),
                run.path().resolve("node"),
                command,
                run);
    }

    /// {@return the node}
    public ChaosNode node() {
        return node;
    }

    /// {@return the folder of its data, as this process sees it}
    public Path data() {
        return data;
    }

    /// {@return its own disk}
    public PrivateDisk disk() {
        if (disk == null) {
            throw new IllegalStateException("the node has no disk of its own");
        }
        return disk;
    }

    /// Ends the node and removes everything.
    @Override
    public void close() {
        try {
            node.kill();
            if (disk != null) {
                disk.close();
            }
        } finally {
            run.close();
        }
    }

    // Below the range from which the kernel takes ports for others: the node comes back to the same
    // one.
    private static int freePort() {
        for (int attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
            int port = PORT_MIN + ThreadLocalRandom.current().nextInt(PORTS);
            try (var _ = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                return port;
            } catch (IOException _) {
                // Somebody has it: the next one.
            }
        }
        throw new HarnessException("no free port after " + ATTEMPTS_MAX + " attempts");
    }
}

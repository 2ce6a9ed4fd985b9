// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.controlplane;

import dev.dunlin.controlplane.grpc.CheckService;
import dev.dunlin.controlplane.grpc.ClusterService;
import dev.dunlin.controlplane.grpc.FailoverService;
import dev.dunlin.controlplane.grpc.NodeService;
import dev.dunlin.controlplane.grpc.PlanService;
import dev.dunlin.controlplane.grpc.WorkflowService;
import dev.dunlin.controlplane.nodeclient.ClusterReader;
import dev.dunlin.controlplane.nodeclient.LettuceNodeClient;
import dev.dunlin.controlplane.nodeclient.NodeClient;
import dev.dunlin.controlplane.topology.HostPort;
import dev.dunlin.controlplane.workflow.Changes;
import dev.dunlin.controlplane.workflow.KnownNodes;
import dev.dunlin.controlplane.workflow.Pacer;
import dev.dunlin.controlplane.workflow.PlanBook;
import dev.dunlin.controlplane.workflow.RetryPolicy;
import dev.dunlin.controlplane.workflow.WorkflowRunner;
import dev.dunlin.controlplane.workflow.WorkflowStore;
import io.grpc.BindableService;
import io.grpc.Server;
import io.grpc.ServerBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/// The control plane, put together: reading it from top to bottom is reading how it starts.
///
/// Unfinished workflows go on before the first call is answered. Everything may die at any moment: what was promised is in
/// the journal, and the nodes know the rest.
public final class ControlPlane implements AutoCloseable {
    private static final long STOP_SECONDS = 2;

    /// No request comes near this.
    private static final int MESSAGE_BYTES_MAX = 4 * 1024 * 1024;

    private final NodeClient client;
    private final WorkflowStore store;
    private final WorkflowRunner runner;
    private final HealthStatusManager health = new HealthStatusManager();
    private final ExecutorService calls = Executors.newVirtualThreadPerTaskExecutor();
    private final Server server;

    private ControlPlane(Path dataDirectory, List<HostPort> seeds, ServerBuilder<?> builder)
            throws IOException {
        Files.createDirectories(dataDirectory);
        store = new WorkflowStore(dataDirectory.resolve("workflows"));
        client = new LettuceNodeClient();
        var known =
                new KnownNodes(
                        dataDirectory.resolve("nodes"),
                        seeds,
                        new ClusterReader(client, Executors::newVirtualThreadPerTaskExecutor));
        runner =
                new WorkflowRunner(
                        store,
                        client,
                        known,
                        Pacer.SYSTEM,
                        RetryPolicy.DEFAULT,
                        Thread.ofVirtual().factory());
        var changes = new Changes(client, known, new PlanBook(), runner);
        List<BindableService> services =
                List.of(
                        new ClusterService(changes, runner),
                        new NodeService(changes),
                        new PlanService(changes),
                        new WorkflowService(changes, runner),
                        new FailoverService(changes),
                        new CheckService(changes, runner),
                        health.getHealthService(),
                        ProtoReflectionServiceV1.newInstance());
        services.forEach(builder::addService);
        server = builder.executor(calls).maxInboundMessageSize(MESSAGE_BYTES_MAX).build();
        runner.resume();
        server.start();
    }

    /// Starts a control plane that listens on `address`.
    ///
    /// Throws [IOException] when the port is taken, or another control plane uses the directory.
    public static ControlPlane listen(
            InetSocketAddress address, Path dataDirectory, List<HostPort> seeds)
            throws IOException {
        return new ControlPlane(dataDirectory, seeds, NettyServerBuilder.forAddress(address));
    }

    /// Starts a control plane that only this process reaches, under `name`.
    static ControlPlane inProcess(String name, Path dataDirectory, List<HostPort> seeds)
            throws IOException {
        return new ControlPlane(dataDirectory, seeds, InProcessServerBuilder.forName(name));
    }

    /// {@return the port it listens on, -1 in-process}
    public int port() {
        return server.getPort();
    }

    /// Waits until it is closed.
    public void awaitTermination() throws InterruptedException {
        server.awaitTermination();
    }

    /// Stops. Running workflows go on at the next start.
    @Override
    public void close() {
        health.enterTerminalState();
        runner.close();
        server.shutdown();
        try {
            if (!server.awaitTermination(STOP_SECONDS, TimeUnit.SECONDS)) {
                server.shutdownNow();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            server.shutdownNow();
        }
        calls.shutdownNow();
        client.close();
        try {
            store.close();
        } catch (IOException e) {
            throw new IllegalStateException("cannot release the journal", e);
        }
    }
}

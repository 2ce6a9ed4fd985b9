// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.controlplane.workflow;

import dev.dunlin.controlplane.nodeclient.ClusterReader;
import dev.dunlin.controlplane.nodeclient.NodeClient;
import dev.dunlin.controlplane.topology.HostPort;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/// A control plane without sockets: real runner and journal, fake nodes, virtual time.
final class Harness implements AutoCloseable {
    private static final long WAIT_MS = 20_000;

    static final RetryPolicy RETRY =
            new RetryPolicy(
                    8,
                    Duration.ofMillis(100),
                    Duration.ofSeconds(1),
                    Duration.ofSeconds(30),
                    Duration.ofMillis(100));

    final WorkflowStore store;
    final WorkflowRunner runner;
    final Changes changes;
    final CountDownLatch crashed = new CountDownLatch(1);

    Harness(Path directory, FakeCluster cluster, NodeClient client) throws IOException {
        this(directory, cluster, client, () -> {}, () -> {});
    }

    Harness(
            Path directory,
            FakeCluster cluster,
            NodeClient client,
            Runnable beforeAppend,
            Runnable afterAppend)
            throws IOException {
        store = new WorkflowStore(directory, beforeAppend, afterAppend);
        Collection<HostPort> seeds = List.copyOf(cluster.nodes.keySet());
        var known =
                new KnownNodes(
                        directory.resolve("nodes"),
                        seeds,
                        new ClusterReader(client, SameThread::new));
        runner =
                new WorkflowRunner(
                        store,
                        client,
                        known,
                        new VirtualTime(cluster),
                        RETRY,
                        task ->
                                Thread.ofVirtual()
                                        .uncaughtExceptionHandler((_, _) -> crashed.countDown())
                                        .unstarted(task));
        changes = new Changes(client, known, new PlanBook(), runner);
    }

    /// {@return the workflow once it has ended, or as it was when the control plane crashed}
    Workflow.Status await(Workflow workflow) throws InterruptedException {
        long deadlineNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(WAIT_MS);
        var status = workflow.status();
        while (!status.state().ended()
                && crashed.getCount() > 0
                && System.nanoTime() < deadlineNs) {
            status = workflow.awaitChange(status.cursor(), 5);
        }
        if (!status.state().ended() && crashed.getCount() > 0) {
            throw new AssertionError("still running: " + status);
        }
        return status;
    }

    @Override
    public void close() throws IOException {
        runner.close();
        store.close();
    }

    /// Time passes only while somebody waits, and then gossip gets around.
    private static final class VirtualTime implements Pacer {
        private final AtomicLong nowNs = new AtomicLong(1);
        private final FakeCluster cluster;

        VirtualTime(FakeCluster cluster) {
            this.cluster = cluster;
        }

        @Override
        public long nowNs() {
            return nowNs.addAndGet(1_000);
        }

        @Override
        public long nowMs() {
            return TimeUnit.NANOSECONDS.toMillis(nowNs());
        }

        @Override
        public void pause(Duration duration, CountDownLatch wake) {
            nowNs.addAndGet(duration.toNanos());
            cluster.gossip();
        }
    }

    /// Runs what it is given at once, so that calls come in the same order every time.
    private static final class SameThread extends AbstractExecutorService {
        private boolean shutdown;

        @Override
        public void execute(Runnable command) {
            command.run();
        }

        @Override
        public void shutdown() {
            shutdown = true;
        }

        @Override
        public List<Runnable> shutdownNow() {
            shutdown = true;
            return List.of();
        }

        @Override
        public boolean isShutdown() {
            return shutdown;
        }

        @Override
        public boolean isTerminated() {
            return shutdown;
        }

        @Override
        public boolean awaitTermination(long timeout, TimeUnit unit) {
            return true;
        }
    }
}

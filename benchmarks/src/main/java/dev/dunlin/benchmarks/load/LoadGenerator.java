// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.benchmarks.load;

import dev.dunlin.benchmarks.os.Poller;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/// Keeps a server busy from one thread: each connection sends its batch, reads all replies, and sends the next.
///
/// A turn of the loop is one `epoll_wait`, then a `recv` and a `send` per ready connection; nothing is allocated in between. So the
/// server is the limit as long as it needs more CPU per request than three bare system calls do, and the callers print the
/// generator's own share of its core to show it.
///
/// Thread: one, from construction to [#close].
public final class LoadGenerator implements AutoCloseable {
    private static final int RECEIVE_BYTES = 256 * 1024;
    private static final int AWAIT_MS = 100;
    private static final long LATENCY_MAX_NANOS = TimeUnit.MINUTES.toNanos(2);
    private static final long SILENCE_MAX_NANOS = TimeUnit.SECONDS.toNanos(60);

    private final Workload workload;
    private final Poller poller;
    private final MemorySegment input;
    private final Connection[] connections;
    private final Histogram latencies = new Histogram(LATENCY_MAX_NANOS, 3);
    private @Nullable Probe probe;
    private KeyNumbers numbers;

    // State of the load that is running.
    private long toStart;
    private int busy;
    private long completed;
    private boolean recording;
    private long recordFromNanos;
    private long lastReplyNanos;

    /// Connects all clients of `workload` to 127.0.0.1:`port`.
    public LoadGenerator(int port, Workload workload) throws IOException {
        this.workload = workload;
        this.numbers = KeyNumbers.random(workload.keys());
        int variants = workload.command().requests().size();
        var batches = new RequestBatch[variants];
        for (int i = 0; i < variants; i++) {
            batches[i] = RequestBatch.of(workload, i);
        }
        poller = new Poller();
        connections = new Connection[workload.clients()];
        try {
            input = poller.allocate(RECEIVE_BYTES);
            for (int i = 0; i < connections.length; i++) {
                connections[i] = new Connection(poller, port, i, batches[i % variants], workload);
            }
        } catch (IOException | RuntimeException e) {
            close();
            throw e;
        }
    }

    /// Sends random keys for `warmUp` and then for a measured window of `measured`.
    ///
    /// @throws WrongReply at the first reply that is not what the command answers
    public LoadResult measure(Duration warmUp, Duration measured, Meter meter) throws IOException {
        return measure(warmUp, measured, () -> true, meter);
    }

    /// Sends random keys for `warmUp` and then for a measured window that ends when `goesOn` says so, or after `longest`.
    ///
    /// @param goesOn asked at every turn
    public LoadResult measureWhile(
            Duration warmUp, BooleanSupplier goesOn, Duration longest, Meter meter)
            throws IOException {
        return measure(warmUp, longest, goesOn, meter);
    }

    private LoadResult measure(
            Duration warmUp, Duration longest, BooleanSupplier goesOn, Meter meter)
            throws IOException {
        numbers = KeyNumbers.random(workload.keys());
        begin(Long.MAX_VALUE);
        turnUntil(System.nanoTime() + warmUp.toNanos(), () -> true);
        meter.windowOpened();
        latencies.reset();
        completed = 0;
        long opened = System.nanoTime();
        recording = true;
        recordFromNanos = opened;
        long closed = turnUntil(opened + longest.toNanos(), goesOn);
        long operations = completed;
        meter.windowClosed();
        recording = false;
        toStart = 0;
        drain();
        return new LoadResult(operations, closed - opened, latencies.copy());
    }

    /// Sends every key once, in order.
    public void sendAll() throws IOException {
        beginAll();
        drain();
    }

    /// Sends every key once, in order, while a client of its own sends a PING each millisecond.
    ///
    /// @param spin whether to burn the generator's core rather than let a PING be late
    public ProbeResult sendAllProbed(int port, boolean spin) throws IOException {
        Probe pings = new Probe(poller, port, connections.length);
        probe = pings;
        try {
            beginAll();
            long now = System.nanoTime();
            pings.begin(now);
            while (busy > 0 || !pings.isIdle()) {
                if (busy > 0) {
                    pings.sendDue(now);
                }
                now = turn(spin ? 0 : 1);
            }
            return pings.result();
        } finally {
            probe = null;
            pings.close();
        }
    }

    @Override
    public void close() {
        for (Connection connection : connections) {
            // Some may be missing when the constructor failed half way.
            if (connection != null) {
                connection.close();
            }
        }
        poller.close();
    }

    private void beginAll() throws IOException {
        numbers = KeyNumbers.inOrder(workload.keys());
        // What has no numbers is sent as often as there would be keys. A last batch that is not
        // full starts again at the first.
        long perBatch = Math.max(workload.pipeline(), connections[0].numbers());
        begin((workload.keys() + perBatch - 1) / perBatch);
    }

    private void begin(long batches) throws IOException {
        toStart = batches;
        busy = 0;
        recording = false;
        long now = System.nanoTime();
        lastReplyNanos = now;
        for (Connection connection : connections) {
            start(connection, now);
        }
    }

    private void start(Connection connection, long nowNanos) throws IOException {
        if (toStart == 0) {
            return;
        }
        toStart--;
        busy++;
        for (int i = 0; i < connection.numbers(); i++) {
            connection.number(i, numbers.next());
        }
        connection.start(workload.pipeline(), nowNanos);
    }

    private long turnUntil(long endNanos, BooleanSupplier goesOn) throws IOException {
        long now = System.nanoTime();
        while (now - endNanos < 0 && goesOn.getAsBoolean()) {
            now = turn(AWAIT_MS);
        }
        return now;
    }

    /// Goes on until nothing is left to start and every reply has come.
    private void drain() throws IOException {
        while (busy > 0) {
            turn(AWAIT_MS);
        }
    }

    /// {@return the time after everything that was ready has been handled}
    private long turn(int timeoutMs) throws IOException {
        int ready = poller.await(timeoutMs);
        for (int i = 0; i < ready; i++) {
            int token = poller.token(i);
            if (token == connections.length) {
                onProbe();
            } else {
                onReady(connections[token]);
            }
        }
        long now = System.nanoTime();
        if (ready > 0) {
            lastReplyNanos = now;
        } else if (now - lastReplyNanos > SILENCE_MAX_NANOS) {
            throw new IOException("the server answered nothing for 60 s");
        }
        return now;
    }

    private void onReady(Connection connection) throws IOException {
        connection.onReady();
        int bytes = poller.receive(connection.fd(), input);
        if (bytes == Poller.WOULD_BLOCK) {
            return;
        }
        completed += connection.onInput(input, bytes);
        if (connection.isIdle()) {
            long now = System.nanoTime();
            busy--;
            if (recording && connection.startedNanos() - recordFromNanos >= 0) {
                latencies.recordValueWithCount(
                        Math.min(now - connection.startedNanos(), LATENCY_MAX_NANOS),
                        workload.pipeline());
            }
            start(connection, now);
        }
    }

    private void onProbe() throws IOException {
        Probe pings = probe;
        if (pings != null) {
            int bytes = poller.receive(pings.fd(), input);
            if (bytes != Poller.WOULD_BLOCK) {
                pings.onInput(input, bytes, System.nanoTime());
            }
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.benchmarks.run;

import dev.dunlin.benchmarks.os.ProcessMemory;
import dev.dunlin.benchmarks.server.ControlClient;
import dev.dunlin.benchmarks.server.ServerProcess;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// Starts a server's background work and watches it from a thread of its own, until it ends or [#LONGEST_NANOS] are over.
///
/// Thread: made and read by the generator's; [#isRunning] may be asked at any time, the rest after [#join].
final class BackgroundWatch {
    static final long LONGEST_NANOS = TimeUnit.MINUTES.toNanos(10);
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(10);
    private static final long LOOK_AT_MEMORY_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final ServerProcess server;
    private final BackgroundWork work;
    private final boolean watchesMemory;
    private final Thread thread;
    private volatile boolean running = true;
    private @Nullable IOException failure;
    private long elapsedNanos;
    private long peakBytes;

    /// @param watchesMemory whether to look at the server's memory all the time, which takes time from whoever shares the core
    BackgroundWatch(ServerProcess server, BackgroundWork work, boolean watchesMemory) {
        this.server = server;
        this.work = work;
        this.watchesMemory = watchesMemory;
        this.thread = Thread.ofPlatform().daemon().name("background-watch").unstarted(this::watch);
    }

    void start() {
        thread.start();
    }

    boolean isRunning() {
        return running;
    }

    /// Waits for the end of the thread.
    ///
    /// @throws IOException when the work failed or did not end
    void join() throws IOException {
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while " + work.label() + " went on", e);
        }
        if (failure != null) {
            throw new IOException(server.name() + ": " + failure.getMessage(), failure);
        }
    }

    /// {@return how long the work took}
    long elapsedNanos() {
        return elapsedNanos;
    }

    /// {@return the most memory that the server and its children had; 0 when nobody looked}
    long peakBytes() {
        return peakBytes;
    }

    private void watch() {
        try (var client = new ControlClient(server.port())) {
            long began = System.nanoTime();
            client.ask(work.name());
            long nextLookAtMemory = began;
            do {
                LockSupport.parkNanos(LOOK_NANOS);
                long now = System.nanoTime();
                if (watchesMemory && now - nextLookAtMemory >= 0) {
                    peakBytes = Math.max(peakBytes, ProcessMemory.proportionalBytes(server.pid()));
                    nextLookAtMemory = now + LOOK_AT_MEMORY_NANOS;
                }
                if (now - began > LONGEST_NANOS) {
                    throw new IOException(work.label() + " does not end");
                }
            } while (!client.info("persistence", work.field()).equals("0"));
            elapsedNanos = System.nanoTime() - began;
            String status = client.info("persistence", work.statusField());
            if (!status.equals("ok")) {
                throw new IOException(work.label() + " ended with status " + status);
            }
        } catch (IOException e) {
            failure = e;
        } finally {
            running = false;
        }
    }
}

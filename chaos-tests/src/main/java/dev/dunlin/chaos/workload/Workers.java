// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.chaos.workload;

import dev.dunlin.chaos.HarnessException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.BooleanSupplier;

/// The threads of one run. A worker that throws is remembered and fails the run when the workers are stopped.
///
/// Thread: start and stop by one owner.
public final class Workers implements AutoCloseable {
    private static final Duration STOPPING = Duration.ofSeconds(10);

    private final List<Worker> running = new ArrayList<>();
    private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();

    /// What a worker does until `stopped` says so.
    @FunctionalInterface
    public interface Body {
        /// Runs the loop; must look at `stopped` at least once a second.
        void run(BooleanSupplier stopped);
    }

    /// A running worker, to be stopped alone.
    public final class Worker {
        private final Thread thread;
        private volatile boolean stopped;

        private Worker(String name, Body body) {
            thread =
                    Thread.ofPlatform()
                            .daemon()
                            .name(name)
                            .uncaughtExceptionHandler((_, failure) -> failures.add(failure))
                            .unstarted(() -> body.run(() -> stopped));
        }

        /// Lets the loop end and waits for it.
        public void stop() {
            stopped = true;
            try {
                if (!thread.join(STOPPING)) {
                    throw new HarnessException(thread.getName() + " does not stop");
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new HarnessException("interrupted while stopping " + thread.getName(), e);
            }
        }
    }

    /// Starts a worker.
    public Worker start(String name, Body body) {
        var worker = new Worker(name, body);
        running.add(worker);
        worker.thread.start();
        return worker;
    }

    /// Stops all workers; throws when one of them had failed.
    public void stopAll() {
        running.forEach(worker -> worker.stopped = true);
        running.forEach(Worker::stop);
        running.clear();
        Throwable failure = failures.poll();
        if (failure != null) {
            throw new HarnessException("a worker failed: " + failure, failure);
        }
    }

    /// Ends the workers without judging them.
    @Override
    public void close() {
        running.forEach(worker -> worker.stopped = true);
    }
}

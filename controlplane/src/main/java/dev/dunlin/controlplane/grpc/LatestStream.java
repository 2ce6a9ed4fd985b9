// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.controlplane.grpc;

import dev.dunlin.controlplane.workflow.Refused;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// A server stream that never queues: it sends only when the reader has taken what came before.
///
/// Whoever produces the messages asks [#awaitReady] first, and makes the message only then, so that a slow reader gets the
/// latest state and costs no memory.
///
/// Thread: the call's own virtual thread sends; gRPC's threads signal.
final class LatestStream<T> {
    private final ServerCallStreamObserver<T> observer;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    /// Must be made before the service method returns.
    LatestStream(StreamObserver<T> observer) {
        this.observer = (ServerCallStreamObserver<T>) observer;
        this.observer.setOnReadyHandler(this::signal);
        this.observer.setOnCancelHandler(this::signal);
    }

    private void signal() {
        lock.lock();
        try {
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    boolean isCancelled() {
        return observer.isCancelled();
    }

    /// Waits until a message can be sent. {@return false when the reader has gone}
    boolean awaitReady() throws InterruptedException {
        lock.lock();
        try {
            while (!observer.isCancelled() && !observer.isReady()) {
                boolean _ = changed.await(1, TimeUnit.SECONDS);
            }
            return !observer.isCancelled();
        } finally {
            lock.unlock();
        }
    }

    /// Waits so long, or until the reader has gone.
    void pause(long millis) throws InterruptedException {
        lock.lock();
        try {
            long leftNs = TimeUnit.MILLISECONDS.toNanos(millis);
            while (!observer.isCancelled() && leftNs > 0) {
                leftNs = changed.awaitNanos(leftNs);
            }
        } finally {
            lock.unlock();
        }
    }

    void send(T message) {
        observer.onNext(message);
    }

    void complete() {
        observer.onCompleted();
    }

    void fail(Throwable error) {
        if (!observer.isCancelled()) {
            observer.onError(error);
        }
    }

    /// What fills a stream.
    @FunctionalInterface
    interface Source {
        void run() throws Refused, InterruptedException;
    }

    /// Runs `source` on a virtual thread and ends the stream with it.
    void run(Source source) {
        Thread.ofVirtual()
                .name("stream")
                .start(() -> {
                    try {
                        source.run();
                        if (!isCancelled()) {
                            complete();
                        }
                    } catch (InterruptedException _) {
                        fail(Status.CANCELLED.asRuntimeException());
                    } catch (Refused e) {
                        fail(Replies.refusal(e));
                    } catch (RuntimeException e) {
                        fail(Replies.internal(e));
                    }
                });
    }
}

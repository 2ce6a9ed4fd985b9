// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.chaos.history;

import dev.dunlin.chaos.HarnessException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// Gives every event its place in the total order and keeps it, in memory and in the history file.
///
/// The time is read under the same lock that hands out the index, so the real-time order of events is total. An
/// invocation is recorded before its first byte is sent and a completion after its reply was read: the recorded span
/// contains the true one, and a checker never sees an order that did not exist.
///
/// Thread: any.
public final class Recorder implements AutoCloseable {
    /// Enough for hours of smoke-sized traffic; more is a runaway client.
    static final int EVENTS_MAX = 4_000_000;

    private final long originNs = System.nanoTime();
    private final AtomicInteger nextProcess = new AtomicInteger();
    private final Object lock = new Object();
    private final List<Event> events = new ArrayList<>();
    private final HistoryFile file;

    /// A recorder that writes through to `path`.
    public Recorder(Path path, HistoryHeader header) {
        try {
            file = HistoryFile.create(path, header);
        } catch (IOException e) {
            throw new HarnessException("cannot create history file " + path, e);
        }
    }

    /// {@return a process number that nobody used before}
    public int newProcess() {
        return nextProcess.getAndIncrement();
    }

    /// {@return nanoseconds since the origin of this history}
    public long nowNs() {
        return System.nanoTime() - originNs;
    }

    /// {@return the origin plus `timeNs`, on the scale of `System.nanoTime`}
    public long toNanoTime(long timeNs) {
        return originNs + timeNs;
    }

    /// Appends one event and returns it with its index and time.
    public Event record(
            int process,
            Event.Kind kind,
            String function,
            String key,
            @Nullable String value,
            String node,
            @Nullable String detail) {
        synchronized (lock) {
            if (events.size() == EVENTS_MAX) {
                throw new HarnessException("more than " + EVENTS_MAX + " events in one history");
            }
            var event =
                    new Event(
                            events.size(),
                            nowNs(),
                            process,
                            kind,
                            function,
                            key,
                            value,
                            node,
                            detail);
            events.add(event);
            try {
                file.append(event);
            } catch (IOException e) {
                throw new HarnessException("cannot write the history file", e);
            }
            return event;
        }
    }

    /// {@return everything recorded so far}
    public History history() {
        synchronized (lock) {
            return new History(events);
        }
    }

    @Override
    public void close() {
        synchronized (lock) {
            try {
                file.close();
            } catch (IOException e) {
                throw new HarnessException("cannot close the history file", e);
            }
        }
    }
}

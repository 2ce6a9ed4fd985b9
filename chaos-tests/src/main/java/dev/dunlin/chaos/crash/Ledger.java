// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.chaos.crash;

import java.util.ArrayList;
import java.util.List;

/// What one client has sent and what was acknowledged to it, with times, in one run.
///
/// Operations have consecutive numbers and are answered in order, so both are a mark that rises. A mark is noted before its first byte
/// is sent, and after its reply was read.
///
/// Thread: the client's; others may read [#acked()] at any time and the rest once the client has ended.
final class Ledger {
    /// More marks than these in one run are a runaway client.
    private static final int MARKS_MAX = 4_000_000;

    /// Acknowledgements closer to each other than this share a mark, which has the latest one's time.
    private static final long MERGE_NS = 500_000;

    private final int client;
    private final long base;
    private final List<Mark> sentMarks = new ArrayList<>();
    private final List<Mark> ackedMarks = new ArrayList<>();
    private long mergeUntilNs = Long.MIN_VALUE;
    private long sent;
    private volatile long acked;

    /// A point in time and the number of the last operation that was sent, or acknowledged, by then.
    ///
    /// @param upTo number of the operation
    /// @param timeNs of `System.nanoTime`
    record Mark(long upTo, long timeNs) {}

    /// @param client number of the client
    /// @param base number of the last operation before this run, whose state the server had at its beginning
    Ledger(int client, long base) {
        this.client = client;
        this.base = base;
        sent = base;
        acked = base;
    }

    int client() {
        return client;
    }

    long base() {
        return base;
    }

    /// {@return number of the last operation that was sent}
    long sent() {
        return sent;
    }

    /// {@return number of the last operation that was acknowledged}
    long acked() {
        return acked;
    }

    List<Mark> sentMarks() {
        return List.copyOf(sentMarks);
    }

    List<Mark> ackedMarks() {
        return List.copyOf(ackedMarks);
    }

    /// All operations up to `upTo` are about to be sent.
    void send(long upTo, long nowNs) {
        sent = upTo;
        add(sentMarks, new Mark(upTo, nowNs));
    }

    /// The reply of operation `upTo` was read.
    @SuppressWarnings("NonAtomicVolatileUpdate") // One thread writes.
    void acknowledge(long upTo, long nowNs) {
        acked = upTo;
        if (nowNs < mergeUntilNs) {
            ackedMarks.set(ackedMarks.size() - 1, new Mark(upTo, nowNs));
        } else {
            add(ackedMarks, new Mark(upTo, nowNs));
            mergeUntilNs = nowNs + MERGE_NS;
        }
    }

    /// {@return when an operation was sent at the earliest; the beginning of time for those before this run}
    long sentNs(long sequence) {
        return timeOf(sentMarks, sequence);
    }

    /// {@return when an operation was acknowledged at the latest}
    long ackedNs(long sequence) {
        return timeOf(ackedMarks, sequence);
    }

    /// {@return number of the last operation that was acknowledged before `timeNs`}
    long ackedBefore(long timeNs) {
        long last = base;
        for (Mark mark : ackedMarks) {
            if (mark.timeNs() >= timeNs) {
                break;
            }
            last = mark.upTo();
        }
        return last;
    }

    private static void add(List<Mark> marks, Mark mark) {
        if (marks.size() == MARKS_MAX) {
            throw new IllegalStateException("more than " + MARKS_MAX + " marks in one run");
        }
        marks.add(mark);
    }

    // Marks rise in number and time, so the first that reaches the operation is its own.
    private static long timeOf(List<Mark> marks, long sequence) {
        int low = 0;
        int high = marks.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (marks.get(middle).upTo() >= sequence) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return low == marks.size() ? Long.MIN_VALUE : marks.get(low).timeNs();
    }
}

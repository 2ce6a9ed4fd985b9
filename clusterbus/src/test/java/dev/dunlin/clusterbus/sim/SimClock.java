// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.clusterbus.sim;

import java.util.PriorityQueue;

/// Virtual time: a queue of things to do, in the order of their instants, then of their being scheduled.
public final class SimClock {
    /// Where time starts; any Unix time will do, and zero would hide mistakes.
    public static final long START_MS = 1_700_000_000_000L;

    private record Due(long atMicros, long order, Runnable action) implements Comparable<Due> {
        @Override
        public int compareTo(Due other) {
            int byTime = Long.compare(atMicros, other.atMicros);
            return byTime != 0 ? byTime : Long.compare(order, other.order);
        }
    }

    private final PriorityQueue<Due> queue = new PriorityQueue<>();
    private long nowMicros = START_MS * 1000;
    private long nextOrder;

    public long nowMs() {
        return nowMicros / 1000;
    }

    public long nowMicros() {
        return nowMicros;
    }

    /// Does `action` at this instant, or now if that has passed.
    public void at(long atMicros, Runnable action) {
        queue.add(new Due(Math.max(atMicros, nowMicros), nextOrder++, action));
    }

    public void after(long delayMicros, Runnable action) {
        at(nowMicros + delayMicros, action);
    }

    /// Does the next thing, unless it is due after `untilMicros`.
    ///
    /// {@return whether there was one}
    boolean runNext(long untilMicros) {
        Due due = queue.peek();
        if (due == null || due.atMicros > untilMicros) {
            nowMicros = Math.max(nowMicros, untilMicros);
            return false;
        }
        queue.remove();
        nowMicros = due.atMicros;
        due.action.run();
        return true;
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.keyspace;

import dev.dunlin.node.offheap.Entry;

/// What the 24 bits say that an entry has for its accesses, in the way of the policy that is set.
///
/// ```
/// by time       | seconds of the clock, wrapped to 24 bits                |    idle time follows
/// by frequency  | minutes of the clock, 16 bits | logarithmic counter u8  |    as of that minute; it decays with the minutes since
/// ```
///
/// The counter is Redis's: an access raises it with a probability of `1 / ((counter - 5) * factor + 1)`, so that 255 stands for about a
/// million accesses with the usual factor of 10, and each `decayMinutes` without an access lower it by one. When the way is switched, what
/// entries have noted so far is read in the new way, which is wrong until they are accessed again.
///
/// Thread: owned by the node's loop.
public final class AccessStamp {
    /// What a key begins with, so that it is not evicted before it has had a chance.
    public static final int FRESH_COUNTER = 5;

    private static final int CLOCK_MASK = 0xFF_FFFF;
    private static final int MINUTES_MASK = 0xFFFF;
    private static final int COUNTER_MAX = 0xFF;

    /// What a file says of accesses.
    public enum Recorded {
        NOTHING,
        IDLE_TIME,
        FREQUENCY
    }

    private Recorded recorded = Recorded.NOTHING;
    private boolean byFrequency;
    private int logFactor = 10;
    private int decayMinutes = 1;
    private int clock;
    private int minutes;

    /// State of a small generator of random numbers; never 0.
    private long random = 0x9E37_79B9_7F4A_7C15L;

    /// @param matters what of it a file is to say, because evicting depends on it; accesses are counted for a frequency, else they are timed
    /// @param factor how much harder each step of the counter is than the one before (`lfu-log-factor`)
    /// @param decay minutes without an access that lower the counter by one, 0 for never (`lfu-decay-time`)
    public void configure(Recorded matters, int factor, int decay) {
        recorded = matters;
        byFrequency = matters == Recorded.FREQUENCY;
        logFactor = factor;
        decayMinutes = decay;
    }

    /// @param nowMs Unix time
    public void time(long nowMs) {
        clock = (int) (nowMs / 1000) & CLOCK_MASK;
        minutes = (int) (nowMs / 60_000) & MINUTES_MASK;
    }

    /// {@return whether accesses are counted, and not timed}
    public boolean isByFrequency() {
        return byFrequency;
    }

    /// {@return what a file is to say of accesses}
    public Recorded recorded() {
        return recorded;
    }

    /// {@return seconds, wrapped to 24 bits}
    public int clock() {
        return clock;
    }

    /// {@return what a new entry notes}
    public int fresh() {
        return byFrequency ? minutes << 8 | FRESH_COUNTER : clock;
    }

    /// Notes that an entry was accessed.
    public void touch(long entry) {
        if (byFrequency) {
            int counter = raise(frequency(Entry.access(entry)));
            Entry.access(entry, minutes << 8 | counter);
        } else if (Entry.access(entry) != clock) {
            Entry.access(entry, clock);
        }
    }

    /// {@return what an entry notes that comes from elsewhere, with what is known of it there}
    ///
    /// @param idleSeconds since its last access, negative when that is not known
    /// @param counter its frequency, negative when that is not known
    public int restored(long idleSeconds, int counter) {
        if (byFrequency) {
            return counter < 0 ? fresh() : minutes << 8 | counter;
        }
        if (idleSeconds < 0) {
            return clock;
        }
        // Who was idle for longer than the clock goes round counts as idle for half of that.
        return idleSeconds > clock
                ? (clock + CLOCK_MASK / 2) % CLOCK_MASK
                : (int) (clock - idleSeconds);
    }

    /// {@return for how many seconds an entry that has noted this was not accessed; only by time}
    public int idleSeconds(int access) {
        return (clock - access) & CLOCK_MASK;
    }

    /// {@return the counter of an entry that has noted this, as it has decayed by now; only by frequency}
    public int frequency(int access) {
        int counter = access & COUNTER_MAX;
        if (decayMinutes == 0) {
            return counter;
        }
        int passed = (minutes - (access >>> 8)) & MINUTES_MASK;
        return Math.max(0, counter - passed / decayMinutes);
    }

    private int raise(int counter) {
        if (counter == COUNTER_MAX) {
            return counter;
        }
        long steps = (long) Math.max(0, counter - FRESH_COUNTER) * logFactor;
        random ^= random << 13;
        random ^= random >>> 7;
        random ^= random << 17;
        double drawn = (random >>> 11) * 0x1p-53;
        return drawn * (steps + 1) < 1 ? counter + 1 : counter;
    }
}

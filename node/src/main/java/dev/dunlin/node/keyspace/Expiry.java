// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.keyspace;

import dev.dunlin.node.offheap.Allocator;
import dev.dunlin.node.offheap.Entry;
import java.util.function.LongSupplier;

/// Finds keys whose time has passed and that nobody asks for.
///
/// It walks round and round the list of expiring keys of each database, some at a time. As long as more than a few percent of those were
/// expired it goes on at once, until its time is up; what is left then is taken up by the next run.
///
/// Thread: owned by the node's loop.
public final class Expiry {
    /// Takes what was found.
    @FunctionalInterface
    public interface Target {
        /// Deletes an expired entry.
        ///
        /// @return whether it was still in its database
        boolean expired(Database database, int ref);
    }

    private static final int BATCH = 20;
    private static final int BATCH_PER_EFFORT = 5;
    private static final int STALE_PERCENT_MAX = 10;

    private final Keyspace keyspace;
    private final LongSupplier clockNs;

    /// Of each database: the position in its list where to go on, downwards, because the last entry fills the place of a deleted one.
    private final int[] positions;

    private int nextDatabase;

    /// @param clockNs a monotonic clock
    public Expiry(Keyspace keyspace, LongSupplier clockNs) {
        this.keyspace = keyspace;
        this.clockNs = clockNs;
        this.positions = new int[keyspace.databases()];
    }

    /// Visits expiring keys for up to `budgetNs`.
    ///
    /// @param nowMs Unix time
    /// @param effort 1 to 10 (`active-expire-effort`): how many are visited at least, and how few expired ones are good enough
    /// @return whether the time was over before it was done
    public boolean run(long nowMs, int effort, long budgetNs, Target target) {
        long deadlineNs = clockNs.getAsLong() + budgetNs;
        for (int i = 0; i < positions.length; i++) {
            Database database = keyspace.database(nextDatabase);
            if (!runDatabase(database, nowMs, effort, deadlineNs, target)) {
                return true;
            }
            nextDatabase = (nextDatabase + 1) % positions.length;
        }
        return false;
    }

    /// {@return whether it was done in time}
    private boolean runDatabase(
            Database database, long nowMs, int effort, long deadlineNs, Target target) {
        int batch = BATCH + BATCH_PER_EFFORT * (effort - 1);
        int stalePercentMax = STALE_PERCENT_MAX - (effort - 1);
        int left = database.expiringCount();
        while (left > 0) {
            int visited = Math.min(batch, left);
            int expired = 0;
            for (int i = 0; i < visited && database.expiringCount() > 0; i++) {
                if (visitNext(database, nowMs, target)) {
                    expired++;
                }
            }
            left -= visited;
            if (expired * 100 <= visited * stalePercentMax) {
                return true;
            }
            if (clockNs.getAsLong() - deadlineNs >= 0) {
                return left == 0;
            }
        }
        return true;
    }

    private boolean visitNext(Database database, long nowMs, Target target) {
        int position = positions[database.number()];
        if (position <= 0 || position > database.expiringCount()) {
            position = database.expiringCount();
        }
        positions[database.number()] = --position;
        int ref = database.expiringAt(position);
        Allocator allocator = keyspace.allocator();
        return nowMs > Entry.expireAtMs(allocator.address(ref)) && target.expired(database, ref);
    }
}

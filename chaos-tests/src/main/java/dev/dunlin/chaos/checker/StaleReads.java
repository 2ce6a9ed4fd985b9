// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.chaos.checker;

import dev.dunlin.chaos.history.Event;
import dev.dunlin.chaos.history.Operation;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Finds reads that returned less than was acknowledged before they began, and values that nobody may see.
///
/// A read is stale when some write was acknowledged before the read was sent and the value read was already complete before that
/// write began. A value is a phantom when no write of it exists, or only a refused one. This is a necessary condition of
/// linearizability, decided in O(n log n), with a witness of three operations.
public final class StaleReads {
    private StaleReads() {}

    /// One bad read.
    ///
    /// @param read the read
    /// @param phantom true when its value must not exist, false when it is merely too old
    public record BadRead(Operation read, boolean phantom) {}

    /// Judges the operations of one key.
    public static List<BadRead> check(List<Operation> operations) {
        Map<String, Operation> writers = new HashMap<>();
        List<Operation> acked = new ArrayList<>();
        for (Operation operation : operations) {
            if (operation.write() && operation.kind() != Event.Kind.FAIL) {
                writers.put(String.valueOf(operation.value()), operation);
                if (operation.ok()) {
                    acked.add(operation);
                }
            }
        }
        acked.sort(Comparator.comparingLong(Operation::completeNs));
        long[] completions = acked.stream().mapToLong(Operation::completeNs).toArray();
        long[] latestInvoke = new long[completions.length];
        long latest = Long.MIN_VALUE;
        for (int index = 0; index < completions.length; index++) {
            latest = Math.max(latest, acked.get(index).invokeNs());
            latestInvoke[index] = latest;
        }
        List<BadRead> bad = new ArrayList<>();
        for (Operation read : operations) {
            if (read.write() || !read.ok()) {
                continue;
            }
            Operation writer = read.value() == null ? null : writers.get(read.value());
            if (read.value() != null && (writer == null || read.precedes(writer))) {
                bad.add(new BadRead(read, true));
                continue;
            }
            long writtenNs = writer == null ? Long.MIN_VALUE : writer.completeNs();
            int before = countBelow(completions, read.invokeNs());
            if (before > 0 && latestInvoke[before - 1] > writtenNs) {
                bad.add(new BadRead(read, false));
            }
        }
        return bad;
    }

    private static int countBelow(long[] sorted, long bound) {
        int found = Arrays.binarySearch(sorted, bound);
        int index = found >= 0 ? found : -found - 1;
        while (index > 0 && sorted[index - 1] >= bound) {
            index--;
        }
        return index;
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.chaos.checker;

import dev.dunlin.chaos.history.Event;
import dev.dunlin.chaos.history.Operation;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Decides whether one register's history could have happened one operation at a time, each at some moment between its
/// invocation and its completion (Wing and Gong's search with Lowe's memory of visited configurations).
///
/// A configuration is (first operation not yet placed, which of the next ones are, which unknown writes are, value). Two things keep it small:
/// a legal read is placed at once without branching, since it changes nothing and only removes obligations; an unknown
/// write whose value nobody read is dropped, since placing it can never help. An unknown operation may be placed any time later or
/// never; a failed one must never be seen. Above the cap of configurations the answer is unknown.
public final class Linearizable {
    /// Configurations visited before giving up, unless the caller says otherwise; about 64 MB.
    public static final int CONFIGURATIONS_MAX = 1_000_000;

    /// Unknown writes whose value was read, per key.
    public static final int UNKNOWN_WRITES_MAX = 64;

    private static final int NIL = 0;
    private static final int ANY = -1;

    private final List<Operation> required;
    private final List<Operation> unknown;
    private final int[] values;
    private final int[] unknownValues;
    private final int configurationsMax;
    private int deepest = -1;
    private List<Operation> stuckAt = List.of();
    private String stuckValue = "";
    private final Map<Integer, String> names = new HashMap<>();

    private Linearizable(List<Operation> operations, int configurationsMax) {
        this.configurationsMax = configurationsMax;
        Set<String> observed = new HashSet<>();
        for (Operation operation : operations) {
            if (!operation.write() && operation.ok() && operation.value() != null) {
                observed.add(operation.value());
            }
        }
        required =
                operations.stream()
                        .filter(Operation::ok)
                        .sorted(Comparator.comparingLong(Operation::invokeNs))
                        .toList();
        unknown =
                operations.stream()
                        .filter(operation -> operation.write())
                        .filter(operation -> operation.kind() == Event.Kind.INFO)
                        .filter(operation -> observed.contains(String.valueOf(operation.value())))
                        .sorted(Comparator.comparingLong(Operation::invokeNs))
                        .toList();
        Map<String, Integer> ids = new HashMap<>();
        names.put(NIL, "nil");
        names.put(ANY, "any");
        values = required.stream().mapToInt(operation -> id(ids, operation.value())).toArray();
        unknownValues =
                unknown.stream().mapToInt(operation -> id(ids, operation.value())).toArray();
    }

    /// Judges the operations of one key that starts without a value.
    public static CheckResult check(List<Operation> operations) {
        return check(operations, false, CONFIGURATIONS_MAX);
    }

    /// Judges the operations of one key.
    ///
    /// @param anyStart whether the key may have held any value before, else it was absent
    /// @param configurationsMax cap of the search
    public static CheckResult check(
            List<Operation> operations, boolean anyStart, int configurationsMax) {
        var search = new Linearizable(operations, configurationsMax);
        if (search.unknown.size() > UNKNOWN_WRITES_MAX) {
            return new CheckResult.Unknown(
                    search.unknown.size() + " unknown writes on one key were read");
        }
        // A window of 64 operations is nearly always enough; one that lasts very long may need
        // more.
        for (int windowWords = 1; ; windowWords *= 2) {
            CheckResult result = search.run(anyStart ? ANY : NIL, windowWords);
            if (result != null) {
                return result;
            }
        }
    }

    private int id(Map<String, Integer> ids, @Nullable String value) {
        if (value == null) {
            return NIL;
        }
        int id = ids.computeIfAbsent(value, _ -> ids.size() + 1);
        names.put(id, value);
        return id;
    }

    // Tuple: word 0 is (base + 1) << 32 | state, then the mask of unknown writes, then the window's
    // words.
    // Null: the window is too narrow.
    private @Nullable CheckResult run(int start, int windowWords) {
        int words = 2 + windowWords;
        var visited = new ConfigurationSet(words);
        long[] stack = new long[words * 1024];
        stack[0] = pack(0, start);
        int depth = 1;
        long[] current = new long[words];
        while (depth > 0) {
            depth--;
            System.arraycopy(stack, depth * words, current, 0, words);
            long minReturnNs = absorb(current, windowWords);
            if (minReturnNs < 0) {
                return null;
            }
            if (base(current) == required.size()) {
                return new CheckResult.Valid();
            }
            if (!visited.add(current, 0)) {
                continue;
            }
            if (visited.size() > configurationsMax) {
                return new CheckResult.Unknown(
                        "more than " + configurationsMax + " configurations on one key");
            }
            noteDepth(current, minReturnNs);
            int room = required.size() - base(current) + unknown.size();
            if ((depth + room + 1) * words > stack.length) {
                stack =
                        Arrays.copyOf(
                                stack, Math.max(stack.length * 2, (depth + room + 1) * words));
            }
            int pushed = expand(current, windowWords, minReturnNs, stack, depth);
            if (pushed < 0) {
                return null;
            }
            depth += pushed;
        }
        return new CheckResult.Invalid(witness());
    }

    /// Places all reads that are legal now, and moves the base. Returns the earliest completion among what is left, which
    /// bounds what may come next; -1 when the window is too narrow.
    private long absorb(long[] current, int windowWords) {
        while (true) {
            advance(current, windowWords);
            int base = base(current);
            long minReturnNs = Long.MAX_VALUE;
            int index = base;
            for (;
                    index < required.size() && required.get(index).invokeNs() <= minReturnNs;
                    index++) {
                if (index - base >= windowWords * 64) {
                    return -1;
                }
                if (!placed(current, index - base)) {
                    minReturnNs = Math.min(minReturnNs, required.get(index).completeNs());
                }
            }
            boolean changed = false;
            for (int candidate = base; candidate < index; candidate++) {
                Operation operation = required.get(candidate);
                if (!operation.write()
                        && !placed(current, candidate - base)
                        && operation.invokeNs() <= minReturnNs
                        && values[candidate] == state(current)) {
                    place(current, candidate - base);
                    changed = true;
                }
            }
            if (!changed) {
                return minReturnNs;
            }
        }
    }

    private int expand(long[] current, int windowWords, long minReturnNs, long[] stack, int depth) {
        int words = current.length;
        int base = base(current);
        int pushed = 0;
        for (int index = 0; index < unknown.size(); index++) {
            boolean unused = (current[1] & (1L << index)) == 0;
            if (unused && unknown.get(index).invokeNs() <= minReturnNs) {
                int target = (depth + pushed) * words;
                System.arraycopy(current, 0, stack, target, words);
                stack[target] = pack(base, unknownValues[index]);
                stack[target + 1] |= 1L << index;
                pushed++;
            }
        }
        for (int index = base;
                index < required.size() && required.get(index).invokeNs() <= minReturnNs;
                index++) {
            if (index - base >= windowWords * 64) {
                return -1;
            }
            boolean legal = required.get(index).write() || state(current) == ANY;
            if (!placed(current, index - base) && legal) {
                int target = (depth + pushed) * words;
                System.arraycopy(current, 0, stack, target, words);
                stack[target] = pack(base, values[index]);
                stack[target + 2 + (index - base) / 64] |= 1L << (index - base);
                pushed++;
            }
        }
        return pushed;
    }

    private void noteDepth(long[] current, long minReturnNs) {
        int placed = base(current);
        for (int word = 2; word < current.length; word++) {
            placed += Long.bitCount(current[word]);
        }
        if (placed <= deepest) {
            return;
        }
        deepest = placed;
        stuckValue = String.valueOf(names.get(state(current)));
        List<Operation> blocked = new ArrayList<>();
        int base = base(current);
        for (int index = base;
                index < required.size() && required.get(index).invokeNs() <= minReturnNs;
                index++) {
            if (!placed(current, index - base)) {
                blocked.add(required.get(index));
            }
        }
        stuckAt = blocked;
    }

    private List<String> witness() {
        List<String> lines = new ArrayList<>();
        lines.add(
                "%d of %d operations can be ordered, the value is then %s; none of these can be next:"
                        .formatted(deepest, required.size(), stuckValue));
        for (Operation operation : stuckAt) {
            lines.add(
                    "%s %s = %s on %s by process %d, %.3f to %.3f ms"
                            .formatted(
                                    operation.write() ? "write" : "read",
                                    operation.key(),
                                    operation.value() == null ? "nil" : operation.value(),
                                    operation.node(),
                                    operation.process(),
                                    operation.invokeNs() / 1e6,
                                    operation.completeNs() / 1e6));
        }
        return lines;
    }

    private static void advance(long[] current, int windowWords) {
        while ((current[2] & 1) != 0) {
            for (int word = 2; word < 2 + windowWords; word++) {
                long carry = word + 1 < current.length ? current[word + 1] << 63 : 0;
                current[word] = (current[word] >>> 1) | carry;
            }
            current[0] = pack(base(current) + 1, state(current));
        }
    }

    private static long pack(int base, int state) {
        return ((long) (base + 1) << 32) | (state & 0xffffffffL);
    }

    private static int base(long[] current) {
        return (int) (current[0] >>> 32) - 1;
    }

    private static int state(long[] current) {
        return (int) current[0];
    }

    private static boolean placed(long[] current, int offset) {
        return (current[2 + offset / 64] & (1L << offset)) != 0;
    }

    private static void place(long[] current, int offset) {
        current[2 + offset / 64] |= 1L << offset;
    }
}

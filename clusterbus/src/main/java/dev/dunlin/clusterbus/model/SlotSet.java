// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.clusterbus.model;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntConsumer;
import java.util.function.LongBinaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// An immutable set of slots.
///
/// The wire form is 2,048 bytes in which slot `s` is bit `s & 7`, counted from the least significant, of byte `s >> 3`.
/// That is the little-endian form of the 256 longs kept here.
public final class SlotSet {
    /// Length of the wire form.
    public static final int BYTES = Slot.COUNT / Byte.SIZE;

    /// No slot.
    public static final SlotSet EMPTY = new SlotSet(new long[Slot.COUNT / Long.SIZE]);

    /// Every slot.
    public static final SlotSet ALL = EMPTY.complement();

    private static final int WORDS = Slot.COUNT / Long.SIZE;

    /// Never written after construction.
    private final long[] words;

    private final int count;
    private final int hash;

    /// Takes ownership of `words`.
    private SlotSet(long[] words) {
        this.words = words;
        int bits = 0;
        for (long word : words) {
            bits += Long.bitCount(word);
        }
        this.count = bits;
        this.hash = Arrays.hashCode(words);
    }

    /// {@return the set of these slots}
    public static SlotSet of(int... slots) {
        var builder = builder();
        for (int slot : slots) {
            builder.add(slot);
        }
        return builder.build();
    }

    /// {@return the slots of `range`}
    public static SlotSet of(SlotRange range) {
        return builder().add(range).build();
    }

    /// {@return the set whose wire form is the first [#BYTES] bytes of `bytes`}
    public static SlotSet fromBytes(byte[] bytes) {
        Invariant.check(bytes.length >= BYTES, "a slot bitmap has 2048 bytes", bytes.length);
        var words = new long[WORDS];
        ByteBuffer.wrap(bytes, 0, BYTES).order(ByteOrder.LITTLE_ENDIAN).asLongBuffer().get(words);
        return new SlotSet(words);
    }

    /// {@return an empty builder}
    public static Builder builder() {
        return new Builder(new long[WORDS]);
    }

    /// {@return a builder that starts with the slots of this set}
    public Builder toBuilder() {
        return new Builder(words.clone());
    }

    /// {@return the wire form}
    public byte[] toBytes() {
        var bytes = new byte[BYTES];
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asLongBuffer().put(words);
        return bytes;
    }

    /// {@return word `index` of the set: slots `64 * index` to `64 * index + 63`, the lowest in the lowest bit}
    public long word(int index) {
        return words[index];
    }

    public boolean contains(int slot) {
        return (words[slot >> 6] & 1L << slot) != 0;
    }

    /// {@return how many slots are in the set}
    public int count() {
        return count;
    }

    public boolean isEmpty() {
        return count == 0;
    }

    /// {@return the smallest slot in the set that is `from` or greater, or -1}
    public int next(int from) {
        return next(words, from);
    }

    /// Calls `action` for each slot, ascending.
    public void forEach(IntConsumer action) {
        for (int slot = next(0); slot >= 0; slot = next(slot + 1)) {
            action.accept(slot);
        }
    }

    /// {@return whether the two sets have a slot in common}
    public boolean intersects(SlotSet other) {
        for (int i = 0; i < WORDS; i++) {
            if ((words[i] & other.words[i]) != 0) {
                return true;
            }
        }
        return false;
    }

    /// {@return whether every slot of `other` is in this set}
    public boolean containsAll(SlotSet other) {
        return other.minus(this).isEmpty();
    }

    public SlotSet union(SlotSet other) {
        return combine(other, (a, b) -> a | b);
    }

    public SlotSet minus(SlotSet other) {
        return combine(other, (a, b) -> a & ~b);
    }

    public SlotSet intersect(SlotSet other) {
        return combine(other, (a, b) -> a & b);
    }

    /// {@return the slots that are not in this set}
    public SlotSet complement() {
        var result = new long[words.length];
        for (int i = 0; i < result.length; i++) {
            result[i] = ~words[i];
        }
        return new SlotSet(result);
    }

    public SlotSet with(int slot) {
        return contains(slot) ? this : toBuilder().add(slot).build();
    }

    public SlotSet without(int slot) {
        return contains(slot) ? toBuilder().remove(slot).build() : this;
    }

    /// {@return the maximal ranges of the set, ascending; empty for the empty set}
    public List<SlotRange> ranges() {
        var ranges = new ArrayList<SlotRange>();
        int first = next(0);
        while (first >= 0) {
            int end = nextAbsent(first);
            ranges.add(new SlotRange(first, end - 1));
            first = next(end);
        }
        return ranges;
    }

    /// {@return the first slot from `from` on that is not in the set, or [Slot#COUNT]}
    private int nextAbsent(int from) {
        for (int i = from >> 6; i < WORDS; i++) {
            long absent = ~words[i] & (i == from >> 6 ? -1L << from : -1L);
            if (absent != 0) {
                return i * Long.SIZE + Long.numberOfTrailingZeros(absent);
            }
        }
        return Slot.COUNT;
    }

    private static int next(long[] words, int from) {
        if (from >= Slot.COUNT) {
            return -1;
        }
        int i = from >> 6;
        long word = words[i] & (-1L << from);
        while (word == 0) {
            if (++i == WORDS) {
                return -1;
            }
            word = words[i];
        }
        return i * Long.SIZE + Long.numberOfTrailingZeros(word);
    }

    private SlotSet combine(SlotSet other, LongBinaryOperator operator) {
        var result = new long[WORDS];
        for (int i = 0; i < WORDS; i++) {
            result[i] = operator.applyAsLong(words[i], other.words[i]);
        }
        return new SlotSet(result);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof SlotSet set && hash == set.hash && Arrays.equals(words, set.words);
    }

    @Override
    public int hashCode() {
        return hash;
    }

    /// {@return the ranges, separated by spaces, as `CLUSTER NODES` prints them}
    @Override
    public String toString() {
        return ranges().stream().map(SlotRange::toString).collect(Collectors.joining(" "));
    }

    /// A mutable set of slots that becomes a [SlotSet]. Thread: of one owner.
    public static final class Builder {
        private final long[] words;

        private Builder(long[] words) {
            this.words = words;
        }

        public Builder add(int slot) {
            words[checked(slot) >> 6] |= 1L << slot;
            return this;
        }

        public Builder add(SlotRange range) {
            for (int slot = range.first(); slot <= range.last(); slot++) {
                add(slot);
            }
            return this;
        }

        public Builder addAll(SlotSet set) {
            for (int i = 0; i < WORDS; i++) {
                words[i] |= set.words[i];
            }
            return this;
        }

        public Builder remove(int slot) {
            words[checked(slot) >> 6] &= ~(1L << slot);
            return this;
        }

        public Builder removeAll(SlotSet set) {
            for (int i = 0; i < WORDS; i++) {
                words[i] &= ~set.words[i];
            }
            return this;
        }

        public boolean contains(int slot) {
            return (words[checked(slot) >> 6] & 1L << slot) != 0;
        }

        /// {@return the set as it is now; the builder may be used further}
        public SlotSet build() {
            return new SlotSet(words.clone());
        }

        private static int checked(int slot) {
            if (!Slot.valid(slot)) {
                throw new IllegalArgumentException("not a slot: " + slot);
            }
            return slot;
        }
    }
}

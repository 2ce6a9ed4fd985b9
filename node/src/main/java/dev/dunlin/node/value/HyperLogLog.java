// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.value;

import dev.dunlin.node.keyspace.Database;
import dev.dunlin.node.keyspace.Keyspace;
import dev.dunlin.node.keyspace.ValueKind;
import dev.dunlin.node.offheap.Allocator;
import dev.dunlin.node.offheap.Entry;
import dev.dunlin.node.offheap.Memory;
import java.util.Arrays;

/// A HyperLogLog in the keyspace: a string that is one, byte for byte as Redis makes it.
///
/// ```
/// | HYLL | encoding u8 | 3 unused | count u64, highest bit set while it is out of date | registers |
///   encoding 0: DenseRegisters, 12,288 bytes          1: SparseRegisters
/// ```
///
/// A flyweight: `open` one, use it, open the next; nothing is allocated on the heap. Anybody may have written the string, so each read of
/// it is checked. Every change goes through the [Database], so that a running snapshot sees the old state first.
///
/// Thread: owned by the node's loop.
public final class HyperLogLog {
    /// 2^14: the standard error is 0.81 %.
    public static final int REGISTERS = 1 << 14;

    /// What [#add] answers.
    public static final int UNCHANGED = SparseRegisters.UNCHANGED;

    public static final int CHANGED = SparseRegisters.CHANGED;
    public static final int CORRUPT = SparseRegisters.CORRUPT;

    static final int HEADER_BYTES = 16;

    /// Bits of a hash that do not choose the register.
    static final int HASH_BITS = 50;

    private static final int REGISTER_MASK = REGISTERS - 1;
    private static final int REGISTER_BITS = 14;
    private static final long SEED = 0xadc83b19L;
    private static final int MAGIC = 'H' | 'Y' << 8 | 'L' << 16 | 'L' << 24;
    private static final int ENCODING_AT = 4;
    private static final int COUNT_AT = 8;
    private static final int STALE_AT = 15;
    private static final int STALE = 0x80;
    private static final int DENSE = 0;
    private static final int SPARSE = 1;
    private static final int DENSE_BYTES = HEADER_BYTES + DenseRegisters.BYTES;

    /// One run of 16,384 zeros.
    private static final int EMPTY_RUN = 0xFF7F;

    private static final int EMPTY_BYTES = HEADER_BYTES + 2;

    private final Allocator allocator;
    private final SparseRegisters sparse = new SparseRegisters();
    private final int[] histogram = new int[DenseRegisters.HISTOGRAM_COUNTERS];

    /// One byte per register: the union of what was merged since [#startUnion].
    private final byte[] union = new byte[REGISTERS];

    /// The registers of one that becomes dense, on the way.
    private final byte[] unpacked = new byte[REGISTERS];

    private long sparseBytesMax = 3000;

    private Database database;
    private int slot;
    private long keyHash;
    private int ref;

    HyperLogLog(Keyspace keyspace) {
        this.allocator = keyspace.allocator();
        this.database = keyspace.database(0);
    }

    /// @param bytes longest string of sparse registers, header included
    public void sparseBytesMax(long bytes) {
        sparseBytesMax = bytes;
    }

    /// {@return whether a string is one, as far as that can be told without looking at its registers}
    public static boolean isOne(long value, int bytes) {
        if (bytes < HEADER_BYTES || Memory.getInt(value) != MAGIC) {
            return false;
        }
        int encoding = Memory.getByte(value + ENCODING_AT);
        return encoding == SPARSE || (encoding == DENSE && bytes == DENSE_BYTES);
    }

    /// Makes one without elements, under a key that is known not to be there, and opens it.
    public HyperLogLog create(Database in, int keySlot, long key, int keyBytes, long hash) {
        int made =
                in.insert(
                        keySlot,
                        key,
                        keyBytes,
                        hash,
                        ValueKind.STRING_RAW,
                        EMPTY_BYTES,
                        Database.NO_EXPIRY);
        open(in, keySlot, made, hash);
        long value = value();
        Memory.putInt(value, MAGIC);
        Memory.putInt(value + ENCODING_AT, SPARSE);
        Memory.putLong(value + COUNT_AT, 0);
        Memory.putShort(value + HEADER_BYTES, (short) EMPTY_RUN);
        return this;
    }

    /// Opens a string that is one ([#isOne]).
    public HyperLogLog open(Database in, int keySlot, int entry, long hash) {
        database = in;
        slot = keySlot;
        ref = entry;
        keyHash = hash;
        return this;
    }

    /// Has it known as a string that was changed in place, as in Redis everything is that might have been.
    public void markChangedInPlace() {
        Entry.kind(allocator.address(ref), ValueKind.STRING_RAW);
    }

    private long value() {
        return Entry.value(allocator.address(ref));
    }

    private int bytes() {
        return Entry.valueBytes(allocator.address(ref));
    }

    private void resize(int bytes) {
        ref = database.resizeValue(slot, ref, keyHash, bytes);
    }

    public boolean isDense() {
        return Memory.getByte(value() + ENCODING_AT) == DENSE;
    }

    /// {@return the value of a register of a dense one}
    public int register(int number) {
        return DenseRegisters.get(value() + HEADER_BYTES, number);
    }

    /// {@return the runs of a sparse one as text}
    public String runs() {
        return SparseRegisters.text(value(), bytes());
    }

    /// Adds an element.
    ///
    /// @return [#CHANGED], [#UNCHANGED] or [#CORRUPT]
    public int add(long element, int elementBytes) {
        long hash = hash(element, elementBytes);
        sparse.rewind();
        return raise(registerOf(hash), countOf(hash));
    }

    static long hash(long element, int elementBytes) {
        return MurmurHash.of(element, elementBytes, SEED);
    }

    static int registerOf(long hash) {
        return (int) hash & REGISTER_MASK;
    }

    /// {@return the place of the first one among the bits that do not choose the register, from 1}
    static int countOf(long hash) {
        return Long.numberOfTrailingZeros(hash >>> REGISTER_BITS | 1L << HASH_BITS) + 1;
    }

    private int raise(int register, int count) {
        if (isDense()) {
            return raiseDense(register, count);
        }
        if (count <= SparseRegisters.VALUE_MAX) {
            int found = sparse.locate(value(), bytes(), register, count);
            if (found != CHANGED) {
                return found;
            }
            int bytes = bytes();
            int growth = sparse.growth();
            if (growth <= 0 || bytes + growth <= sparseBytesMax) {
                // Also tells a running snapshot when there is no growth.
                resize(bytes + Math.max(0, growth));
                int after = sparse.apply(value(), bytes);
                if (after != bytes()) {
                    resize(after);
                }
                invalidateCount();
                return CHANGED;
            }
        }
        return toDense() ? raiseDense(register, count) : CORRUPT;
    }

    private int raiseDense(int register, int count) {
        long registers = value() + HEADER_BYTES;
        if (DenseRegisters.get(registers, register) >= count) {
            return UNCHANGED;
        }
        database.beforeChange(ref);
        DenseRegisters.set(registers, register, count);
        return CHANGED;
    }

    /// Gives each register its six bits.
    ///
    /// @return false when its registers are not sound; nothing has changed then
    public boolean toDense() {
        if (isDense()) {
            return true;
        }
        Arrays.fill(unpacked, (byte) 0);
        if (!SparseRegisters.mergeInto(unpacked, value(), bytes())) {
            return false;
        }
        resize(DENSE_BYTES);
        Memory.putByte(value() + ENCODING_AT, (byte) DENSE);
        DenseRegisters.write(unpacked, value() + HEADER_BYTES);
        return true;
    }

    /// Begins a union without elements.
    public void startUnion() {
        Arrays.fill(union, (byte) 0);
    }

    /// Adds all elements to the union.
    ///
    /// @return false when its registers are not sound
    public boolean addToUnion() {
        if (isDense()) {
            DenseRegisters.mergeInto(union, value() + HEADER_BYTES);
            return true;
        }
        return SparseRegisters.mergeInto(union, value(), bytes());
    }

    /// {@return how many elements the union has}
    public long unionCount() {
        Arrays.fill(histogram, 0);
        for (byte register : union) {
            histogram[register]++;
        }
        return CardinalityEstimate.of(histogram);
    }

    /// Makes this the union, which must have its own elements too.
    ///
    /// @return false when its registers are not sound
    public boolean takeUnion() {
        sparse.rewind();
        for (int i = 0; i < REGISTERS && !isDense(); i++) {
            if (union[i] > 0 && raise(i, union[i]) == CORRUPT) {
                return false;
            }
        }
        if (isDense()) {
            database.beforeChange(ref);
            DenseRegisters.write(union, value() + HEADER_BYTES);
        }
        invalidateCount();
        return true;
    }

    /// Forgets the count, because elements were added.
    public void invalidateCount() {
        database.beforeChange(ref);
        long at = value() + STALE_AT;
        Memory.putByte(at, (byte) (Memory.getByte(at) | STALE));
    }

    public boolean hasCount() {
        return (Memory.getByte(value() + STALE_AT) & STALE) == 0;
    }

    /// {@return the count that was kept; only when there is one}
    public long count() {
        return Memory.getLong(value() + COUNT_AT);
    }

    /// Counts, and keeps the count.
    ///
    /// @return false when its registers are not sound
    public boolean recount() {
        Arrays.fill(histogram, 0);
        if (isDense()) {
            DenseRegisters.countInto(histogram, value() + HEADER_BYTES);
        } else if (!SparseRegisters.countInto(histogram, value(), bytes())) {
            return false;
        }
        long count = CardinalityEstimate.of(histogram);
        database.beforeChange(ref);
        Memory.putLong(value() + COUNT_AT, count);
        return true;
    }
}

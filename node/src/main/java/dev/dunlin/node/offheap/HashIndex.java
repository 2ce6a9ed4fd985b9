// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.offheap;

import java.util.Arrays;
import java.util.function.IntConsumer;
import java.util.random.RandomGenerator;

/// From keys to [Entry] references: a linear-hashing table that never doubles, never rehashes at large and never pauses.
///
/// ```
/// bucket  0            12                            60
///         | 12 tags u8 | 12 references u32           | overflow u32 |     64 bytes, one cache line
///           0 = empty                                  another bucket, or 0
///
/// buckets grow one at a time:   0 1 2 3 | 4 5        n = 6: buckets 0 and 1 are split (3 hash bits), 2 and 3 are not (2 bits)
///                               ^split next: 2 -> 2 and 6
/// ```
///
/// Why linear hashing: a doubling table needs two tables for a while (Redis keeps both and pays at each access) and twice the memory at
/// the worst moment. Here every few inserts split one bucket of about ten entries, which costs well under a microsecond. A tag is 8 more
/// bits of the hash, so a miss touches one cache line and a hit two.
///
/// Buckets lie in segments that double up to 1,024 buckets, so a small table is small and a large one is never moved.
///
/// The last `find` leaves its position, so that the caller can replace or remove what it found without a second search.
///
/// Thread: owned by the node's loop.
public final class HashIndex {
    private static final int BUCKET_BYTES = 64;
    private static final int BUCKET_SLOTS = 12;
    private static final int REFS_OFFSET = 12;
    private static final int OVERFLOW_OFFSET = 60;
    private static final int SEGMENT_SHIFT = 10;
    private static final int SEGMENT_BUCKETS = 1 << SEGMENT_SHIFT;

    /// Entries per bucket in tenths at which the table grows (80 % of the slots) and below which it shrinks.
    private static final int GROW_TENTHS = 96;

    private static final int SHRINK_TENTHS = 30;

    private static final long LOW_BITS = 0x7F7F_7F7F_7F7F_7F7FL;
    private static final long ONES = 0x0101_0101_0101_0101L;

    /// What all indexes of a node share: where memory comes from, the hash seed, and a scratch array for splits.
    ///
    /// Thread: owned by the node's loop.
    public static final class Shared {
        private final Allocator allocator;
        private final long seed;
        private int[] scratch = new int[256];

        public Shared(Allocator allocator, long seed) {
            this.allocator = allocator;
            this.seed = seed;
        }

        public Allocator allocator() {
            return allocator;
        }

        /// {@return the hash that all indexes use for these bytes}
        public long hash(long address, int bytes) {
            return KeyHash.hash(address, bytes, seed);
        }
    }

    private final Shared shared;
    private final Allocator allocator;
    private int[] segments = new int[2];
    private int bucketCount;

    /// The smallest 2^n - 1 that covers all bucket numbers.
    private int mask;

    private int size;

    /// Where the last successful `find` ended: the chain's first bucket, the bucket, and the slot in it.
    private long foundChain;

    private long foundBucket;
    private int foundSlot;

    /// An empty index takes no native memory until the first insert.
    public HashIndex(Shared shared) {
        this.shared = shared;
        this.allocator = shared.allocator;
    }

    public int size() {
        return size;
    }

    /// {@return bytes of native memory that the table itself takes, entries not counted and overflow buckets not included}
    public long tableBytes() {
        return (long) bucketCount * BUCKET_BYTES;
    }

    /// Touches the bucket that a key of this hash would be in, so that a later `find` need not wait for memory.
    ///
    /// @return something that depends on the bucket's bytes; combine and keep it, or the load is optimised away
    public int touchBucket(long hash) {
        return bucketCount == 0 ? 0 : Memory.getInt(bucketAddress(bucketOf(hash)));
    }

    /// Touches the first entry that a key of this hash may be.
    ///
    /// @return something that depends on the entry's bytes
    public int touchEntry(long hash) {
        if (bucketCount == 0) {
            return 0;
        }
        long bucket = bucketAddress(bucketOf(hash));
        long pattern = tagOf(hash) * ONES;
        long match = zeroBytes(Memory.getLong(bucket) ^ pattern);
        int slot;
        if (match != 0) {
            slot = Long.numberOfTrailingZeros(match) >>> 3;
        } else {
            match = zeroBytes((Memory.getInt(bucket + 8) ^ pattern) | 0xFFFF_FFFF_0000_0000L);
            if (match == 0) {
                return 0;
            }
            slot = 8 + (Long.numberOfTrailingZeros(match) >>> 3);
        }
        return Memory.getByte(allocator.address(refAt(bucket, slot)));
    }

    /// {@return the entry with this key, or [Allocator#NULL]}
    ///
    /// @param hash of the key by [Shared#hash]
    public int find(long keyAddress, int keyBytes, long hash) {
        if (bucketCount == 0) {
            return Allocator.NULL;
        }
        long chain = bucketAddress(bucketOf(hash));
        long bucket = chain;
        long pattern = tagOf(hash) * ONES;
        while (true) {
            long match = zeroBytes(Memory.getLong(bucket) ^ pattern);
            while (match != 0) {
                int slot = Long.numberOfTrailingZeros(match) >>> 3;
                int ref = refAt(bucket, slot);
                if (Entry.keyEquals(allocator.address(ref), keyAddress, keyBytes)) {
                    foundChain = chain;
                    foundBucket = bucket;
                    foundSlot = slot;
                    return ref;
                }
                match &= match - 1;
            }
            match = zeroBytes((Memory.getInt(bucket + 8) ^ pattern) | 0xFFFF_FFFF_0000_0000L);
            while (match != 0) {
                int slot = 8 + (Long.numberOfTrailingZeros(match) >>> 3);
                int ref = refAt(bucket, slot);
                if (Entry.keyEquals(allocator.address(ref), keyAddress, keyBytes)) {
                    foundChain = chain;
                    foundBucket = bucket;
                    foundSlot = slot;
                    return ref;
                }
                match &= match - 1;
            }
            int overflow = Memory.getInt(bucket + OVERFLOW_OFFSET);
            if (overflow == Allocator.NULL) {
                return Allocator.NULL;
            }
            bucket = allocator.address(overflow);
        }
    }

    /// Puts another entry of the same key in the place of the one that `find` found last.
    public void replaceFound(int ref) {
        Memory.putInt(foundBucket + REFS_OFFSET + 4L * foundSlot, ref);
    }

    /// Takes out the entry that `find` found last; the entry itself is not freed.
    public void removeFound() {
        // Chains stay dense: the last entry of the chain moves into the hole, so that no overflow
        // bucket is ever empty.
        long previous = 0;
        long last = foundChain;
        for (int next = Memory.getInt(last + OVERFLOW_OFFSET);
                next != Allocator.NULL;
                next = Memory.getInt(last + OVERFLOW_OFFSET)) {
            previous = last;
            last = allocator.address(next);
        }
        int slot = lastUsedSlot(last);
        put(foundBucket, foundSlot, Memory.getByte(last + slot), refAt(last, slot));
        Memory.putByte(last + slot, (byte) 0);
        if (previous != 0 && slot == 0) {
            Memory.putInt(previous + OVERFLOW_OFFSET, Allocator.NULL);
            allocator.free(allocator.ref(last));
        }
        size--;
        if (bucketCount > 1 && size * 10L < (long) bucketCount * SHRINK_TENTHS) {
            shrink();
        }
    }

    /// Adds an entry whose key is known not to be there.
    public void insert(int ref, long hash) {
        if (size * 10L >= (long) bucketCount * GROW_TENTHS) {
            grow();
        }
        place(bucketAddress(bucketOf(hash)), tagOf(hash), ref);
        size++;
    }

    /// Visits a part of the table, as SCAN does: 0 starts, and the returned cursor goes on; 0 returned means that all was visited.
    ///
    /// An entry that is there from start to end of an iteration is visited at least once, however the table grows or shrinks in
    /// between. The cursor counts in reversed hash bits, so that a bucket's two halves after a split come one after the other
    /// (Redis's `dictScan` has the idea; here a bucket that is not split yet simply stands for both halves).
    public long scan(long cursor, IntConsumer visitor) {
        if (bucketCount == 0) {
            return 0;
        }
        int bits = mask;
        int index = (int) cursor & bits;
        if (index >= bucketCount) {
            bits >>>= 1;
            index &= bits;
        } else if ((index | ((mask + 1) >>> 1)) >= bucketCount && index < (mask + 1) >>> 1) {
            // Not split yet: it stands for both values of the top bit.
            bits >>>= 1;
        }
        forEachInChain(bucketAddress(index), visitor);
        // Increment the reversed cursor above the bits that this bucket covers.
        long v = cursor | ~(long) bits;
        v = Long.reverse(Long.reverse(v) + 1);
        return v;
    }

    /// {@return an entry at random, or [Allocator#NULL] of an empty index}
    public int random(RandomGenerator random) {
        if (size == 0) {
            return Allocator.NULL;
        }
        while (true) {
            long bucket = bucketAddress(random.nextInt(bucketCount));
            int count = collect(bucket);
            if (count > 0) {
                return shared.scratch[random.nextInt(count)];
            }
        }
    }

    /// Visits every entry; the visitor must not change the index.
    public void forEach(IntConsumer visitor) {
        for (int i = 0; i < bucketCount; i++) {
            forEachInChain(bucketAddress(i), visitor);
        }
    }

    /// Removes up to about `entriesMax` entries, handing each to `visitor`, which may free it; for emptying a large index in slices.
    ///
    /// @return whether the index is empty now, with all its memory freed
    public boolean drain(int entriesMax, IntConsumer visitor) {
        int left = entriesMax;
        while (bucketCount > 0 && left > 0) {
            int last = bucketCount - 1;
            long bucket = bucketAddress(last);
            int count = collect(bucket);
            for (int i = 0; i < count; i++) {
                visitor.accept(shared.scratch[i]);
            }
            size -= count;
            left -= Math.max(1, count);
            freeOverflow(bucket);
            dropLastBucket();
        }
        return bucketCount == 0;
    }

    private int bucketOf(long hash) {
        int index = (int) hash & mask;
        return index < bucketCount ? index : index & (mask >>> 1);
    }

    private static long tagOf(long hash) {
        long tag = hash >>> 56;
        return tag == 0 ? 1 : tag;
    }

    /// {@return 0x80 in each byte that is zero in `word`, 0 in the others}
    private static long zeroBytes(long word) {
        return ~(((word & LOW_BITS) + LOW_BITS) | word | LOW_BITS);
    }

    private int refAt(long bucket, int slot) {
        return Memory.getInt(bucket + REFS_OFFSET + 4L * slot);
    }

    private static void put(long bucket, int slot, byte tag, int ref) {
        Memory.putByte(bucket + slot, tag);
        Memory.putInt(bucket + REFS_OFFSET + 4L * slot, ref);
    }

    private static int segmentOf(int bucket) {
        return bucket < SEGMENT_BUCKETS
                ? 32 - Integer.numberOfLeadingZeros(bucket)
                : SEGMENT_SHIFT + (bucket >>> SEGMENT_SHIFT);
    }

    private static int segmentStart(int bucket) {
        return bucket < SEGMENT_BUCKETS ? Integer.highestOneBit(bucket) : bucket & -SEGMENT_BUCKETS;
    }

    private static int segmentBuckets(int segment) {
        return segment == 0 ? 1 : 1 << Math.min(segment - 1, SEGMENT_SHIFT);
    }

    private long bucketAddress(int bucket) {
        return allocator.address(segments[segmentOf(bucket)])
                + (long) (bucket - segmentStart(bucket)) * BUCKET_BYTES;
    }

    private void place(long chain, long tag, int ref) {
        long bucket = chain;
        while (true) {
            int slot = freeSlot(bucket);
            if (slot < BUCKET_SLOTS) {
                put(bucket, slot, (byte) tag, ref);
                return;
            }
            int overflow = Memory.getInt(bucket + OVERFLOW_OFFSET);
            if (overflow == Allocator.NULL) {
                overflow = allocator.allocate(BUCKET_BYTES);
                Memory.fill(allocator.address(overflow), BUCKET_BYTES, (byte) 0);
                Memory.putInt(bucket + OVERFLOW_OFFSET, overflow);
            }
            bucket = allocator.address(overflow);
        }
    }

    /// {@return the first empty slot, or a number of at least [#BUCKET_SLOTS] when the bucket is full}
    private static int freeSlot(long bucket) {
        long empty = zeroBytes(Memory.getLong(bucket));
        if (empty != 0) {
            return Long.numberOfTrailingZeros(empty) >>> 3;
        }
        empty = zeroBytes(Memory.getInt(bucket + 8) | 0xFFFF_FFFF_0000_0000L);
        return 8 + (Long.numberOfTrailingZeros(empty) >>> 3);
    }

    private static int lastUsedSlot(long bucket) {
        int high = Memory.getInt(bucket + 8);
        if (high != 0) {
            return 8 + ((31 - Integer.numberOfLeadingZeros(high)) >>> 3);
        }
        return (63 - Long.numberOfLeadingZeros(Memory.getLong(bucket))) >>> 3;
    }

    private void grow() {
        int fresh = bucketCount;
        int segment = segmentOf(fresh);
        if (fresh == segmentStart(fresh)) {
            if (segment == segments.length) {
                segments = Arrays.copyOf(segments, segment * 2);
            }
            segments[segment] = allocator.allocate((long) segmentBuckets(segment) * BUCKET_BYTES);
        }
        Memory.fill(bucketAddress(fresh), BUCKET_BYTES, (byte) 0);
        setBucketCount(fresh + 1);
        if (fresh == 0) {
            return;
        }
        int half = Integer.highestOneBit(fresh);
        long source = bucketAddress(fresh - half);
        long target = bucketAddress(fresh);
        int count = collect(source);
        freeOverflow(source);
        Memory.fill(source, BUCKET_BYTES, (byte) 0);
        for (int i = 0; i < count; i++) {
            int ref = shared.scratch[i];
            long entry = allocator.address(ref);
            long hash = shared.hash(Entry.key(entry), Entry.keyBytes(entry));
            place((hash & half) == 0 ? source : target, tagOf(hash), ref);
        }
    }

    private void shrink() {
        int last = bucketCount - 1;
        long source = bucketAddress(last);
        long target = bucketAddress(last - Integer.highestOneBit(last));
        long bucket = source;
        while (true) {
            for (int slot = 0; slot < BUCKET_SLOTS; slot++) {
                int tag = Memory.getByte(bucket + slot);
                if (tag != 0) {
                    place(target, tag, refAt(bucket, slot));
                }
            }
            int overflow = Memory.getInt(bucket + OVERFLOW_OFFSET);
            if (overflow == Allocator.NULL) {
                break;
            }
            bucket = allocator.address(overflow);
        }
        freeOverflow(source);
        dropLastBucket();
    }

    private void dropLastBucket() {
        int last = bucketCount - 1;
        setBucketCount(last);
        if (last == segmentStart(last)) {
            allocator.free(segments[segmentOf(last)]);
        }
    }

    private void setBucketCount(int count) {
        bucketCount = count;
        mask = count <= 1 ? 0 : (Integer.highestOneBit(count - 1) << 1) - 1;
    }

    private void freeOverflow(long chain) {
        int overflow = Memory.getInt(chain + OVERFLOW_OFFSET);
        while (overflow != Allocator.NULL) {
            int next = Memory.getInt(allocator.address(overflow) + OVERFLOW_OFFSET);
            allocator.free(overflow);
            overflow = next;
        }
    }

    /// Puts all references of a chain into the scratch array.
    ///
    /// @return how many
    private int collect(long chain) {
        int count = 0;
        long bucket = chain;
        while (true) {
            if (count + BUCKET_SLOTS > shared.scratch.length) {
                shared.scratch = Arrays.copyOf(shared.scratch, shared.scratch.length * 2);
            }
            for (int slot = 0; slot < BUCKET_SLOTS; slot++) {
                if (Memory.getByte(bucket + slot) != 0) {
                    shared.scratch[count++] = refAt(bucket, slot);
                }
            }
            int overflow = Memory.getInt(bucket + OVERFLOW_OFFSET);
            if (overflow == Allocator.NULL) {
                return count;
            }
            bucket = allocator.address(overflow);
        }
    }

    private void forEachInChain(long chain, IntConsumer visitor) {
        long bucket = chain;
        while (true) {
            for (int slot = 0; slot < BUCKET_SLOTS; slot++) {
                if (Memory.getByte(bucket + slot) != 0) {
                    visitor.accept(refAt(bucket, slot));
                }
            }
            int overflow = Memory.getInt(bucket + OVERFLOW_OFFSET);
            if (overflow == Allocator.NULL) {
                return;
            }
            bucket = allocator.address(overflow);
        }
    }
}

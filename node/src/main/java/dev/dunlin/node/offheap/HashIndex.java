// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.offheap;

import java.util.Arrays;
import java.util.function.IntConsumer;
import java.util.function.IntUnaryOperator;
import java.util.random.RandomGenerator;

/// Tables from keys to [Entry] references, by linear hashing: they never double, never rehash at large and never pause.
///
/// ```
/// root    0      4             8           12                  16
///         | size | bucketCount | directory | directoryCapacity | segments 0 to 10 |           60 bytes
///
/// bucket  0            12                            60
///         | 12 tags u8 | 12 references u32           | overflow u32 |                         64 bytes, one cache line
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
/// Buckets lie in segments that double up to 1,024 buckets, so a small table is small and a large one is never moved. A table is named by
/// the reference of its root block and lives wholly outside the heap: a million tables cost the collector nothing. This object only knows
/// what all tables of a node share.
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

    /// Entries of a chain among which [#random] draws; longer chains are too rare to matter.
    private static final int RANDOM_PLACES = 48;

    /// Buckets that [#sample] looks into at most.
    private static final int SAMPLED_BUCKETS_MAX = 16;

    private static final long LOW_BITS = 0x7F7F_7F7F_7F7F_7F7FL;
    private static final long ONES = 0x0101_0101_0101_0101L;

    private static final int SIZE_OFFSET = 0;
    private static final int BUCKET_COUNT_OFFSET = 4;
    private static final int DIRECTORY_OFFSET = 8;
    private static final int DIRECTORY_CAPACITY_OFFSET = 12;
    private static final int ROOT_SEGMENTS_OFFSET = 16;
    private static final int ROOT_SEGMENTS = SEGMENT_SHIFT + 1;
    private static final int ROOT_BYTES = ROOT_SEGMENTS_OFFSET + 4 * ROOT_SEGMENTS;

    private final Allocator allocator;
    private final long seed;
    private int[] scratch = new int[256];

    /// Where the last `locate` ended: the bucket, and the slot in it.
    private long locatedBucket;

    private int locatedSlot;

    /// @param seed of the hash of keys; random in production, so that nobody outside can make keys collide
    public HashIndex(Allocator allocator, long seed) {
        this.allocator = allocator;
        this.seed = seed;
    }

    public Allocator allocator() {
        return allocator;
    }

    /// {@return the hash that all tables use for these bytes}
    public long hash(long address, int bytes) {
        return KeyHash.hash(address, bytes, seed);
    }

    /// {@return the root of a new, empty table}
    public int create() {
        int root = allocator.allocate(ROOT_BYTES);
        Memory.fill(allocator.address(root), ROOT_BYTES, (byte) 0);
        return root;
    }

    /// Frees an empty table.
    public void destroy(int rootRef) {
        long root = allocator.address(rootRef);
        if (size(rootRef) != 0) {
            throw new IllegalStateException("table is not empty");
        }
        while (bucketCount(root) > 0) {
            freeOverflow(bucketAddress(root, bucketCount(root) - 1));
            dropLastBucket(root);
        }
        if (Memory.getInt(root + DIRECTORY_OFFSET) != Allocator.NULL) {
            allocator.free(Memory.getInt(root + DIRECTORY_OFFSET));
        }
        allocator.free(rootRef);
    }

    public int size(int root) {
        return Memory.getInt(allocator.address(root) + SIZE_OFFSET);
    }

    /// {@return bytes of native memory that the table itself takes, entries not counted and overflow buckets not included}
    public long tableBytes(int root) {
        return (long) bucketCount(allocator.address(root)) * BUCKET_BYTES;
    }

    /// {@return the address of the first bucket that a key of this hash may be in, 0 of a table without any}
    public long bucket(int rootRef, long hash) {
        long root = allocator.address(rootRef);
        return bucketCount(root) == 0 ? 0 : bucketOf(root, hash);
    }

    /// {@return the address of the first entry of this bucket that may have a key of this hash; of the bucket itself when there is none}
    public long candidate(long bucket, long hash) {
        long pattern = tagOf(hash) * ONES;
        long match = zeroBytes(Memory.getLong(bucket) ^ pattern);
        int slot;
        if (match != 0) {
            slot = Long.numberOfTrailingZeros(match) >>> 3;
        } else {
            match = zeroBytes((Memory.getInt(bucket + 8) ^ pattern) | 0xFFFF_FFFF_0000_0000L);
            if (match == 0) {
                return bucket;
            }
            slot = 8 + (Long.numberOfTrailingZeros(match) >>> 3);
        }
        return allocator.address(refAt(bucket, slot));
    }

    /// {@return the entry with this key, or [Allocator#NULL]}
    ///
    /// @param hash of the key by [#hash]
    public int find(int rootRef, long keyAddress, int keyBytes, long hash) {
        long root = allocator.address(rootRef);
        if (bucketCount(root) == 0) {
            return Allocator.NULL;
        }
        long bucket = bucketOf(root, hash);
        long pattern = tagOf(hash) * ONES;
        while (true) {
            long match = zeroBytes(Memory.getLong(bucket) ^ pattern);
            while (match != 0) {
                int slot = Long.numberOfTrailingZeros(match) >>> 3;
                int ref = refAt(bucket, slot);
                if (Entry.keyEquals(allocator.address(ref), keyAddress, keyBytes)) {
                    return ref;
                }
                match &= match - 1;
            }
            match = zeroBytes((Memory.getInt(bucket + 8) ^ pattern) | 0xFFFF_FFFF_0000_0000L);
            while (match != 0) {
                int slot = 8 + (Long.numberOfTrailingZeros(match) >>> 3);
                int ref = refAt(bucket, slot);
                if (Entry.keyEquals(allocator.address(ref), keyAddress, keyBytes)) {
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

    /// Puts another entry of the same key in the place of `ref`.
    public void replace(int rootRef, int ref, long hash, int newRef) {
        if (!locate(bucketOf(allocator.address(rootRef), hash), ref, hash)) {
            throw new IllegalStateException("entry is not in the table");
        }
        Memory.putInt(locatedBucket + REFS_OFFSET + 4L * locatedSlot, newRef);
    }

    /// Takes the entry `ref` out; the entry itself is not freed.
    ///
    /// @return whether it was there
    public boolean remove(int rootRef, int ref, long hash) {
        long root = allocator.address(rootRef);
        if (bucketCount(root) == 0) {
            return false;
        }
        long chain = bucketOf(root, hash);
        if (!locate(chain, ref, hash)) {
            return false;
        }
        // Chains stay dense: the last entry of the chain moves into the hole, so that no overflow
        // bucket is ever empty.
        long previous = 0;
        long last = chain;
        for (int next = Memory.getInt(last + OVERFLOW_OFFSET);
                next != Allocator.NULL;
                next = Memory.getInt(last + OVERFLOW_OFFSET)) {
            previous = last;
            last = allocator.address(next);
        }
        int slot = lastUsedSlot(last);
        put(locatedBucket, locatedSlot, Memory.getByte(last + slot), refAt(last, slot));
        Memory.putByte(last + slot, (byte) 0);
        if (previous != 0 && slot == 0) {
            Memory.putInt(previous + OVERFLOW_OFFSET, Allocator.NULL);
            allocator.free(allocator.ref(last));
        }
        int size = Memory.getInt(root + SIZE_OFFSET) - 1;
        Memory.putInt(root + SIZE_OFFSET, size);
        int buckets = bucketCount(root);
        if (buckets > 1 && size * 10L < (long) buckets * SHRINK_TENTHS) {
            shrink(root);
        }
        return true;
    }

    /// Adds an entry whose key is known not to be there.
    public void insert(int rootRef, int ref, long hash) {
        long root = allocator.address(rootRef);
        int size = Memory.getInt(root + SIZE_OFFSET);
        if (size * 10L >= (long) bucketCount(root) * GROW_TENTHS) {
            grow(root);
        }
        place(bucketOf(root, hash), tagOf(hash), ref);
        Memory.putInt(root + SIZE_OFFSET, size + 1);
    }

    /// Gives an empty table the buckets that it will need for so many entries, so that none has to be split.
    public void expect(int rootRef, long entries) {
        long root = allocator.address(rootRef);
        if (Memory.getInt(root + SIZE_OFFSET) == 0) {
            long buckets = Math.min(Integer.MAX_VALUE / 2, entries * 10 / GROW_TENTHS + 1);
            while (bucketCount(root) < buckets) {
                grow(root);
            }
        }
    }

    /// Visits a part of the table, as SCAN does: 0 starts, and the returned cursor goes on; 0 returned means that all was visited.
    ///
    /// An entry that is there from start to end of an iteration is visited at least once, however the table grows or shrinks in
    /// between. The cursor counts in reversed hash bits, so that a bucket's two halves after a split come one after the other
    /// (Redis's `dictScan` has the idea; here a bucket that is not split yet simply stands for both halves).
    public long scan(int rootRef, long cursor, IntConsumer visitor) {
        long root = allocator.address(rootRef);
        int bucketCount = bucketCount(root);
        if (bucketCount == 0) {
            return 0;
        }
        int bits = coveredBits(bucketCount, cursor);
        forEachInChain(bucketAddress(root, (int) cursor & bits), visitor);
        return cursorBehind(cursor, bits);
    }

    /// {@return the bits of a cursor that say which bucket it means}
    private static int coveredBits(int bucketCount, long cursor) {
        int mask = mask(bucketCount);
        int half = (mask + 1) >>> 1;
        int index = (int) cursor & mask;
        // A bucket that is not split yet stands for both values of the top bit.
        boolean unsplit = index >= bucketCount || (index < half && (index | half) >= bucketCount);
        return unsplit ? mask >>> 1 : mask;
    }

    private static long cursorBehind(long cursor, int bits) {
        // Increment the reversed cursor above the bits that this bucket covers.
        return Long.reverse(Long.reverse(cursor | ~(long) bits) + 1);
    }

    /// Visits a part of the table as [#scan] does, and asks of each entry where it is from now on; blocks of the table itself that leave are
    /// moved as well.
    ///
    /// @param mover returns the entry's reference, the same or another; must not change this table
    public long relocate(int rootRef, long cursor, IntUnaryOperator mover) {
        long root = allocator.address(rootRef);
        int bucketCount = bucketCount(root);
        if (bucketCount == 0) {
            return 0;
        }
        if (cursor == 0) {
            relocateSegments(root, bucketCount);
        }
        int bits = coveredBits(bucketCount, cursor);
        relocateChain(bucketAddress(root, (int) cursor & bits), mover);
        return cursorBehind(cursor, bits);
    }

    private void relocateChain(long chain, IntUnaryOperator mover) {
        long bucket = chain;
        while (true) {
            for (int slot = 0; slot < BUCKET_SLOTS; slot++) {
                if (Memory.getByte(bucket + slot) != 0) {
                    int ref = refAt(bucket, slot);
                    int moved = mover.applyAsInt(ref);
                    if (moved != ref) {
                        Memory.putInt(bucket + REFS_OFFSET + 4L * slot, moved);
                    }
                }
            }
            int overflow = Memory.getInt(bucket + OVERFLOW_OFFSET);
            if (overflow == Allocator.NULL) {
                return;
            }
            bucket = allocator.address(moveIfLeaving(bucket + OVERFLOW_OFFSET));
        }
    }

    private void relocateSegments(long root, int buckets) {
        if (Memory.getInt(root + DIRECTORY_OFFSET) != Allocator.NULL) {
            moveIfLeaving(root + DIRECTORY_OFFSET);
        }
        // Larger segments are not in slabs.
        int last = Math.min(segmentOf(buckets - 1), SEGMENT_SHIFT);
        for (int segment = 0; segment <= last; segment++) {
            moveIfLeaving(segmentPointer(root, segment));
        }
    }

    /// {@return the block that the reference at an address names, which may be another from now on}
    private int moveIfLeaving(long pointer) {
        int ref = Memory.getInt(pointer);
        if (allocator.isLeaving(ref)) {
            ref = allocator.move(ref);
            Memory.putInt(pointer, ref);
        }
        return ref;
    }

    /// {@return an entry at random, or [Allocator#NULL] of an empty table}
    ///
    /// Every entry is as likely as any other, although some buckets hold twice as many as others: a place is drawn that only a full chain
    /// would have, and drawn again when there is nothing in it.
    public int random(int rootRef, RandomGenerator random) {
        if (size(rootRef) == 0) {
            return Allocator.NULL;
        }
        long root = allocator.address(rootRef);
        int buckets = bucketCount(root);
        while (true) {
            int count = collect(bucketAddress(root, random.nextInt(buckets)));
            int place = random.nextInt(buckets == 1 ? count : Math.max(RANDOM_PLACES, count));
            if (place < count) {
                return scratch[place];
            }
        }
    }

    /// Puts some entries into `into`, from some random bucket on: which bucket is at random, and entries have nothing in common but that.
    ///
    /// Much cheaper than as many calls of [#random], for one line of memory names ten entries. Entries of some buckets are twice as
    /// likely as those of others. An entry may come twice.
    ///
    /// @return how many there are now, up to `to`
    public int sample(int rootRef, RandomGenerator random, int[] into, int from, int to) {
        long root = allocator.address(rootRef);
        int buckets = bucketCount(root);
        int filled = from;
        // No more than there are, or one would come again and again.
        int end = Math.min(to, from + Memory.getInt(root + SIZE_OFFSET));
        for (int tries = 0; tries < SAMPLED_BUCKETS_MAX && filled < end; tries++) {
            int count = collect(bucketAddress(root, random.nextInt(buckets)));
            int first = count == 0 ? 0 : random.nextInt(count);
            for (int i = 0; i < count && filled < end; i++) {
                into[filled++] = scratch[(first + i) % count];
            }
        }
        return filled;
    }

    /// {@return whether this very entry is in the table under a key of this hash}
    public boolean contains(int rootRef, int ref, long hash) {
        long root = allocator.address(rootRef);
        return bucketCount(root) > 0 && locate(bucketOf(root, hash), ref, hash);
    }

    /// Visits every entry; the visitor must not change the table.
    public void forEach(int rootRef, IntConsumer visitor) {
        long root = allocator.address(rootRef);
        for (int i = 0; i < bucketCount(root); i++) {
            forEachInChain(bucketAddress(root, i), visitor);
        }
    }

    /// Removes up to about `entriesMax` entries, handing each to `visitor`, which may free it; for emptying a large table in slices.
    ///
    /// @return whether the table is empty now
    public boolean drain(int rootRef, int entriesMax, IntConsumer visitor) {
        long root = allocator.address(rootRef);
        int left = entriesMax;
        while (bucketCount(root) > 0 && left > 0) {
            long bucket = bucketAddress(root, bucketCount(root) - 1);
            int count = forEachInChain(bucket, visitor);
            Memory.putInt(root + SIZE_OFFSET, Memory.getInt(root + SIZE_OFFSET) - count);
            freeOverflow(bucket);
            dropLastBucket(root);
            left -= Math.max(1, count);
        }
        return bucketCount(root) == 0;
    }

    private static int bucketCount(long root) {
        return Memory.getInt(root + BUCKET_COUNT_OFFSET);
    }

    /// {@return the smallest 2^n - 1 that covers all bucket numbers}
    private static int mask(int bucketCount) {
        return (int) ((1L << (32 - Integer.numberOfLeadingZeros(bucketCount - 1))) - 1);
    }

    /// {@return the address of the first bucket of the chain for this hash; the table must have buckets}
    private long bucketOf(long root, long hash) {
        int count = bucketCount(root);
        int mask = mask(count);
        int bucket = (int) hash & mask;
        return bucketAddress(root, bucket < count ? bucket : bucket & (mask >>> 1));
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

    private long bucketAddress(long root, int bucket) {
        return allocator.address(Memory.getInt(segmentPointer(root, segmentOf(bucket))))
                + (long) (bucket - segmentStart(bucket)) * BUCKET_BYTES;
    }

    /// {@return where the reference of a segment is kept: in the root, or in the directory of a large table}
    private long segmentPointer(long root, int segment) {
        return segment < ROOT_SEGMENTS
                ? root + ROOT_SEGMENTS_OFFSET + 4L * segment
                : allocator.address(Memory.getInt(root + DIRECTORY_OFFSET))
                        + 4L * (segment - ROOT_SEGMENTS);
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

    private void grow(long root) {
        int fresh = bucketCount(root);
        if (fresh == segmentStart(fresh)) {
            addSegment(root, segmentOf(fresh));
        }
        long target = bucketAddress(root, fresh);
        Memory.fill(target, BUCKET_BYTES, (byte) 0);
        Memory.putInt(root + BUCKET_COUNT_OFFSET, fresh + 1);
        if (fresh == 0) {
            return;
        }
        int half = Integer.highestOneBit(fresh);
        long source = bucketAddress(root, fresh - half);
        int count = collect(source);
        freeOverflow(source);
        Memory.fill(source, BUCKET_BYTES, (byte) 0);
        for (int i = 0; i < count; i++) {
            int ref = scratch[i];
            long entry = allocator.address(ref);
            long hash = hash(Entry.key(entry), Entry.keyBytes(entry));
            place((hash & half) == 0 ? source : target, tagOf(hash), ref);
        }
    }

    private void addSegment(long root, int segment) {
        if (segment >= ROOT_SEGMENTS) {
            int capacity = Memory.getInt(root + DIRECTORY_CAPACITY_OFFSET);
            if (segment - ROOT_SEGMENTS == capacity) {
                growDirectory(root, capacity);
            }
        }
        Memory.putInt(
                segmentPointer(root, segment),
                allocator.allocate((long) segmentBuckets(segment) * BUCKET_BYTES));
    }

    private void growDirectory(long root, int capacity) {
        int grown = Math.max(16, capacity * 2);
        int directory = allocator.allocate(4L * grown);
        int old = Memory.getInt(root + DIRECTORY_OFFSET);
        if (old != Allocator.NULL) {
            Memory.copy(allocator.address(old), allocator.address(directory), 4L * capacity);
            allocator.free(old);
        }
        Memory.putInt(root + DIRECTORY_OFFSET, directory);
        Memory.putInt(root + DIRECTORY_CAPACITY_OFFSET, grown);
    }

    private void shrink(long root) {
        int last = bucketCount(root) - 1;
        long source = bucketAddress(root, last);
        long target = bucketAddress(root, last - Integer.highestOneBit(last));
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
        dropLastBucket(root);
    }

    private void dropLastBucket(long root) {
        int last = bucketCount(root) - 1;
        Memory.putInt(root + BUCKET_COUNT_OFFSET, last);
        if (last == segmentStart(last)) {
            allocator.free(Memory.getInt(segmentPointer(root, segmentOf(last))));
        }
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
            if (count + BUCKET_SLOTS > scratch.length) {
                scratch = Arrays.copyOf(scratch, scratch.length * 2);
            }
            for (int slot = 0; slot < BUCKET_SLOTS; slot++) {
                if (Memory.getByte(bucket + slot) != 0) {
                    scratch[count++] = refAt(bucket, slot);
                }
            }
            int overflow = Memory.getInt(bucket + OVERFLOW_OFFSET);
            if (overflow == Allocator.NULL) {
                return count;
            }
            bucket = allocator.address(overflow);
        }
    }

    /// {@return how many entries the chain has}
    private int forEachInChain(long chain, IntConsumer visitor) {
        int count = 0;
        long bucket = chain;
        while (true) {
            for (int slot = 0; slot < BUCKET_SLOTS; slot++) {
                if (Memory.getByte(bucket + slot) != 0) {
                    visitor.accept(refAt(bucket, slot));
                    count++;
                }
            }
            int overflow = Memory.getInt(bucket + OVERFLOW_OFFSET);
            if (overflow == Allocator.NULL) {
                return count;
            }
            bucket = allocator.address(overflow);
        }
    }

    private boolean locate(long chain, int ref, long hash) {
        int tag = (byte) tagOf(hash);
        long bucket = chain;
        while (true) {
            for (int slot = 0; slot < BUCKET_SLOTS; slot++) {
                if (Memory.getByte(bucket + slot) == tag && refAt(bucket, slot) == ref) {
                    locatedBucket = bucket;
                    locatedSlot = slot;
                    return true;
                }
            }
            int overflow = Memory.getInt(bucket + OVERFLOW_OFFSET);
            if (overflow == Allocator.NULL) {
                return false;
            }
            bucket = allocator.address(overflow);
        }
    }
}

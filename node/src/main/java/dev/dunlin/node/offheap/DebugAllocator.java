// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.offheap;

import java.util.HashMap;
import java.util.Map;

/// An [Allocator] that notices writes past a block, use after free, double frees and leaks, at several times the cost.
///
/// ```
/// | red zone 16 B | block, filled with 0xA5 when handed out | red zone 16 B or more |
/// ```
///
/// A freed block is filled with 0xDE and kept in quarantine for a while, so that a late write to it is still seen. All findings
/// throw [AssertionError] naming the block and where it was allocated.
///
/// Thread: as the allocator it wraps.
public final class DebugAllocator extends Allocator {
    private static final int RED_ZONE_BYTES = 16;
    private static final byte RED = (byte) 0xFD;
    private static final byte FRESH = (byte) 0xA5;
    private static final byte DEAD = (byte) 0xDE;

    /// Freed blocks held back from reuse; above it the oldest are really freed.
    private static final int QUARANTINE_BLOCKS_MAX = 256;

    /// @param number of the allocation that made it
    private record Block(
            int inner, long bytes, long capacity, long number, Throwable allocatedAt) {}

    private final SlabAllocator inner;
    private final Map<Integer, Block> live = new HashMap<>();
    private final java.util.ArrayDeque<Block> quarantine = new java.util.ArrayDeque<>();

    private long allocations;
    private long usedBytes;

    /// Blocks of allocations up to this one are to move.
    private long leaveUpTo;

    /// Wraps a fresh allocator, which is closed with this one.
    public DebugAllocator(SlabAllocator inner) {
        super(inner.address(NULL));
        this.inner = inner;
    }

    @Override
    public int allocate(long bytes) {
        long capacity = inner.capacityFor(bytes);
        int innerRef = inner.allocate(capacity + 2 * RED_ZONE_BYTES);
        long start = inner.address(innerRef);
        Memory.fill(start, RED_ZONE_BYTES, RED);
        Memory.fill(start + RED_ZONE_BYTES, capacity, FRESH);
        Memory.fill(start + RED_ZONE_BYTES + capacity, RED_ZONE_BYTES, RED);
        int ref = innerRef + RED_ZONE_BYTES / GRANULE_BYTES;
        live.put(
                ref,
                new Block(
                        innerRef, bytes, capacity, ++allocations, new Throwable("allocated here")));
        usedBytes += capacity;
        return ref;
    }

    @Override
    public void free(int ref) {
        Block block = live.remove(ref);
        if (block == null) {
            throw new AssertionError(
                    "free of a block that is not live: " + Integer.toHexString(ref));
        }
        usedBytes -= block.capacity;
        checkRedZones(block);
        Memory.fill(address(ref), block.capacity, DEAD);
        quarantine.add(block);
        if (quarantine.size() > QUARANTINE_BLOCKS_MAX) {
            releaseOldest();
        }
    }

    @Override
    public long capacity(int ref) {
        return liveBlock(ref).capacity;
    }

    @Override
    public long capacityFor(long bytes) {
        return inner.capacityFor(bytes);
    }

    @Override
    public long usedBytes() {
        return usedBytes;
    }

    /// Every block that is there now is to move, so that tests see each of them moved.
    @Override
    public long beginEmptying() {
        leaveUpTo = allocations;
        return usedBytes;
    }

    @Override
    public boolean isLeaving(int ref) {
        return liveBlock(ref).number <= leaveUpTo;
    }

    @Override
    public long endEmptying() {
        leaveUpTo = 0;
        return 0;
    }

    @Override
    public boolean releaseFree(int runsMax) {
        return inner.releaseFree(runsMax);
    }

    @Override
    public long residentBytes() {
        return inner.residentBytes();
    }

    /// Checks every block, live and freed.
    ///
    /// @throws AssertionError at the first damage
    public void checkAll() {
        live.values().forEach(this::checkRedZones);
        quarantine.forEach(this::checkDead);
    }

    /// Checks that nothing is allocated any more.
    ///
    /// @throws AssertionError naming where the first leaked block was allocated
    public void checkNoLeaks() {
        checkAll();
        if (!live.isEmpty()) {
            Block leaked = live.values().iterator().next();
            throw new AssertionError(
                    live.size() + " blocks leaked, one of them " + leaked.bytes + " bytes",
                    leaked.allocatedAt);
        }
    }

    @Override
    public void close() {
        checkAll();
        inner.close();
    }

    private Block liveBlock(int ref) {
        Block block = live.get(ref);
        if (block == null) {
            throw new AssertionError("not a live block: " + Integer.toHexString(ref));
        }
        return block;
    }

    private void releaseOldest() {
        Block block = quarantine.remove();
        checkDead(block);
        inner.free(block.inner);
    }

    private void checkRedZones(Block block) {
        long start = inner.address(block.inner);
        checkFilled(block, start, RED_ZONE_BYTES, RED, "written before its start");
        checkFilled(
                block,
                start + RED_ZONE_BYTES + block.capacity,
                RED_ZONE_BYTES,
                RED,
                "written past its end");
    }

    private void checkDead(Block block) {
        checkFilled(
                block,
                inner.address(block.inner) + RED_ZONE_BYTES,
                block.capacity,
                DEAD,
                "written after it was freed");
    }

    private static void checkFilled(Block block, long from, long bytes, byte with, String damage) {
        for (long i = 0; i < bytes; i++) {
            if (Memory.getByte(from + i) != with) {
                throw new AssertionError(
                        "block of " + block.bytes + " bytes " + damage, block.allocatedAt);
            }
        }
    }
}

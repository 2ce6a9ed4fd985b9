// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.offheap;

/// Hands out blocks of native memory, each named by a 32-bit reference.
///
/// A reference is the block's distance from the region's start in units of 8 bytes; 0 names no block. Production runs
/// [SlabAllocator]; tests run [DebugAllocator], which notices what the other cannot afford to.
///
/// Thread: owned by the node's loop.
public abstract class Allocator implements AutoCloseable {
    /// The reference that names no block.
    public static final int NULL = 0;

    /// Bytes per unit of a reference, and the alignment of every block.
    public static final int GRANULE_BYTES = 8;

    private final long base;

    Allocator(long base) {
        this.base = base;
    }

    /// {@return the address of the block that `ref` names; it stays valid until the block is freed}
    public final long address(int ref) {
        return base + ((ref & 0xFFFF_FFFFL) << 3);
    }

    /// {@return the reference of a block that starts at `address`}
    public final int ref(long address) {
        return (int) ((address - base) >>> 3);
    }

    /// {@return a block of at least `bytes` bytes, with whatever was left in it}
    ///
    /// @throws OutOfMemoryError when the region is full
    public abstract int allocate(long bytes);

    /// Takes the block back. Its content is lost.
    public abstract void free(int ref);

    /// {@return how many bytes the block really has}
    public abstract long capacity(int ref);

    /// {@return how many bytes a block for `bytes` bytes will have}
    public abstract long capacityFor(long bytes);

    /// {@return bytes in live blocks, their rounding up included}
    public abstract long usedBytes();

    /// {@return bytes taken from the system: live blocks, free blocks in slabs, and free pages that were not given back}
    public abstract long residentBytes();

    // Defragmenting: blocks of slabs that are nearly empty move to others, then whole slabs go
    // back.

    /// Chooses the slabs that are to be emptied: as many of those that are least full as the others have room for. No block comes from them any
    /// more until [#endEmptying].
    ///
    /// @return how many bytes they take
    public abstract long beginEmptying();

    /// {@return whether the block lies in a slab that is to be emptied, so that its owner should [#move] it}
    public abstract boolean isLeaving(int ref);

    /// Slabs that were not emptied are used again as any other.
    ///
    /// @return how many bytes they take
    public abstract long endEmptying();

    /// Gives free pages back to the system that are kept for reuse, some at a time.
    ///
    /// @return whether all are given back
    public abstract boolean releaseFree(int runsMax);

    /// Copies a block to another place, and frees it; whoever refers to it is told by the caller.
    ///
    /// @return the block from now on
    public final int move(int ref) {
        long bytes = capacity(ref);
        int moved = allocate(bytes);
        Memory.copy(address(ref), address(moved), bytes);
        free(ref);
        return moved;
    }

    @Override
    public abstract void close();
}

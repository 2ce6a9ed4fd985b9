// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.offheap;

import java.util.BitSet;

/// Which blocks of a region the system should map by huge pages, one entry of its tables instead of 512: keys lie anywhere, and looking such
/// an entry up takes as long as a load from memory.
///
/// All blocks at first. But where parts of a block were given back, the system would fill the holes again by itself sooner or later, to make
/// a huge page of it; so such a block has small pages, until all of it is free.
///
/// Thread: owned by its [NativeRegion].
final class HugeBlocks {
    /// Of x86-64 and of ARM with pages of 4 KiB.
    static final long BLOCK_BYTES = 2L << 20;

    /// Tells the system how to map a range that begins and ends with a block.
    @FunctionalInterface
    interface Advice {
        void map(long fromAddress, long bytes, boolean hugePages);
    }

    private final Advice advice;

    /// Blocks with small pages, counted from the first.
    private final BitSet small = new BitSet();

    /// Blocks that lie in the region as a whole; the rest of it, at both ends, cannot have huge pages.
    private final long firstBlock;

    private final long endBlock;

    /// @param address of the region
    HugeBlocks(long address, long bytes, Advice advice) {
        this.advice = advice;
        this.firstBlock = Math.ceilDiv(address, BLOCK_BYTES);
        this.endBlock = Math.floorDiv(address + bytes, BLOCK_BYTES);
        if (firstBlock < endBlock) {
            advice.map(firstBlock * BLOCK_BYTES, (endBlock - firstBlock) * BLOCK_BYTES, true);
        }
    }

    /// Takes note that a range is about to be given back.
    ///
    /// @param freeFrom where the free range around it begins, all of which has been given back by then
    void releasing(long from, long bytes, long freeFrom, long freeBytes) {
        long end = Math.min(endBlock, Math.ceilDiv(from + bytes, BLOCK_BYTES));
        for (long block = Math.max(firstBlock, from / BLOCK_BYTES); block < end; block++) {
            long start = block * BLOCK_BYTES;
            boolean allFree = start >= freeFrom && start + BLOCK_BYTES <= freeFrom + freeBytes;
            int index = (int) (block - firstBlock);
            if (small.get(index) == allFree) {
                small.set(index, !allFree);
                advice.map(start, BLOCK_BYTES, allFree);
            }
        }
    }
}

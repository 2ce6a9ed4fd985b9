// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.offheap;

import java.util.Arrays;

/// The production [Allocator]: size classes in slabs of 64 KiB, large blocks in runs of pages.
///
/// ```
/// region | page 0 unused | slab of class 7 (16 pages) | large block (n pages) | slab of class 3 | ...
/// slab   | block | block | free block: ref of next free | block | never used ... |
/// ```
///
/// Blocks up to 1 KiB come in steps of 8 bytes and up to 8 KiB in eighths of a power of two, so rounding costs a key-value pair 4 bytes
/// on average. A slab keeps its own free list: when its last block is freed its pages go back, and to the system when enough lie
/// together. Which slab a block is in follows from its page, so blocks carry no header, and what a slab knows is a few ints that stay
/// in the processor's cache.
///
/// Limits: 32 GiB of data per node (32-bit references of 8 bytes); one block at most 2 GiB.
///
/// Thread: owned by the node's loop.
public final class SlabAllocator extends Allocator {
    /// What a node reserves: all that 32-bit references can name.
    public static final long REGION_BYTES_MAX = 8L << 32;

    static final int SLAB_PAGES = 16;
    static final int SLAB_BYTES = SLAB_PAGES * PageAllocator.PAGE_BYTES;

    /// The largest block that comes out of a slab.
    static final int SLAB_BLOCK_BYTES_MAX = 8192;

    private static final int FINE_BYTES_MAX = 1024;
    private static final int FINE_CLASSES = FINE_BYTES_MAX / 8 + 1;
    private static final int CLASSES = FINE_CLASSES + 3 * 8;
    private static final int NONE = -1;
    private static final long BLOCK_BYTES_MAX = Integer.MAX_VALUE;

    /// Page number of a reference: 4 KiB pages of 8-byte granules.
    private static final int REF_TO_PAGE_SHIFT = 9;

    private final NativeRegion region;
    private final PageAllocator pages;

    /// The slab with free blocks to take from first, by class; the others of the class follow in `nextPartial`.
    private final int[] partial = new int[CLASSES];

    /// Block size in bytes and blocks per slab, by class.
    private final int[] blockBytes = new int[CLASSES];

    private final int[] blocksPerSlab = new int[CLASSES];

    /// Owner of a page: a slab's number, or `-1 - pages` at the first page of a large block.
    private int[] pageOwner = new int[1024];

    private int[] slabStartPage = new int[256];
    private int[] slabClass = new int[256];
    private int[] slabLiveBlocks = new int[256];

    /// First free block of the slab as a reference, or [#NULL].
    private int[] slabFreeHead = new int[256];

    /// How many blocks of the slab were ever used; the rest of it was never touched.
    private int[] slabFrontier = new int[256];

    private int[] nextPartial = new int[256];
    private int[] previousPartial = new int[256];
    private int slabs;

    /// Numbers of slabs whose pages were given back, chained through `nextPartial`.
    private int unusedSlab = NONE;

    /// Whether a slab is being emptied. It is in no list of partial slabs then, so that nothing new gets into it.
    private boolean[] leaving = new boolean[256];

    private int leavingSlabs;
    private long usedBytes;

    private SlabAllocator(NativeRegion region) {
        super(region.address());
        this.region = region;
        this.pages = new PageAllocator(region);
        Arrays.fill(partial, NONE);
        for (int sizeClass = 1; sizeClass < CLASSES; sizeClass++) {
            blockBytes[sizeClass] = classBytes(sizeClass);
            blocksPerSlab[sizeClass] = SLAB_BYTES / blockBytes[sizeClass];
        }
    }

    /// Reserves the largest region that references can name.
    public static SlabAllocator create() {
        return create(REGION_BYTES_MAX);
    }

    /// Reserves a region of `regionBytes` bytes.
    public static SlabAllocator create(long regionBytes) {
        if (regionBytes > REGION_BYTES_MAX) {
            throw new IllegalArgumentException("region over " + REGION_BYTES_MAX + " bytes");
        }
        return new SlabAllocator(NativeRegion.reserve(regionBytes));
    }

    @Override
    public int allocate(long bytes) {
        if (bytes > SLAB_BLOCK_BYTES_MAX) {
            return allocateLarge(bytes);
        }
        int sizeClass = classOf((int) bytes);
        int slab = partial[sizeClass];
        if (slab == NONE) {
            slab = newSlab(sizeClass);
        }
        usedBytes += blockBytes[sizeClass];
        int live = ++slabLiveBlocks[slab];
        if (live == blocksPerSlab[sizeClass]) {
            unlinkPartial(slab, sizeClass);
        }
        int ref = slabFreeHead[slab];
        if (ref != NULL) {
            slabFreeHead[slab] = Memory.getInt(address(ref));
            return ref;
        }
        int block = slabFrontier[slab]++;
        return (slabStartPage[slab] << REF_TO_PAGE_SHIFT)
                + block * (blockBytes[sizeClass] / GRANULE_BYTES);
    }

    @Override
    public void free(int ref) {
        int page = ref >>> REF_TO_PAGE_SHIFT;
        int slab = pageOwner[page];
        if (slab < 0) {
            freeLarge(page, -1 - slab);
            return;
        }
        int sizeClass = slabClass[slab];
        usedBytes -= blockBytes[sizeClass];
        int live = slabLiveBlocks[slab]--;
        Memory.putInt(address(ref), slabFreeHead[slab]);
        slabFreeHead[slab] = ref;
        if (live == blocksPerSlab[sizeClass]) {
            linkPartial(slab, sizeClass);
        }
        if (live == 1 && leaving[slab]) {
            leaving[slab] = false;
            leavingSlabs--;
            retireSlab(slab);
            return;
        }
        // The last slab of a class stays, so that one key set and deleted in turn does not fetch
        // and return pages each time.
        if (live == 1 && (partial[sizeClass] != slab || nextPartial[slab] != NONE)) {
            releaseSlab(slab, sizeClass);
        }
    }

    @Override
    public long capacity(int ref) {
        int slab = pageOwner[ref >>> REF_TO_PAGE_SHIFT];
        return slab < 0
                ? (long) (-1 - slab) * PageAllocator.PAGE_BYTES
                : blockBytes[slabClass[slab]];
    }

    @Override
    public long capacityFor(long bytes) {
        return bytes > SLAB_BLOCK_BYTES_MAX
                ? (long) pagesFor(bytes) * PageAllocator.PAGE_BYTES
                : classBytes(classOf((int) bytes));
    }

    @Override
    public long beginEmptying() {
        int before = leavingSlabs;
        for (int sizeClass = 1; sizeClass < CLASSES; sizeClass++) {
            chooseLeaving(sizeClass);
        }
        return (long) (leavingSlabs - before) * SLAB_BYTES;
    }

    /// Of the partial slabs of a class those with the fewest blocks leave, as long as the free blocks of the others are enough for theirs.
    private void chooseLeaving(int sizeClass) {
        int capacity = blocksPerSlab[sizeClass];
        int[] slabsByLive = new int[capacity];
        int slabCount = 0;
        int live = 0;
        for (int slab = partial[sizeClass]; slab != NONE; slab = nextPartial[slab]) {
            slabsByLive[slabLiveBlocks[slab]]++;
            slabCount++;
            live += slabLiveBlocks[slab];
        }
        // One more than needed stays, so that the next blocks do not ask for a new slab at once.
        int left = slabCount - (live + capacity - 1) / capacity - 1;
        if (left <= 0) {
            return;
        }
        int most = 0;
        while (slabsByLive[most] < left) {
            left -= slabsByLive[most++];
        }
        // All with fewer blocks leave, and so many of those that have just that many.
        int slab = partial[sizeClass];
        while (slab != NONE) {
            int next = nextPartial[slab];
            int blocks = slabLiveBlocks[slab];
            if (blocks < most || (blocks == most && left > 0)) {
                left -= blocks == most ? 1 : 0;
                unlinkPartial(slab, sizeClass);
                leave(slab);
            }
            slab = next;
        }
    }

    private void leave(int slab) {
        if (slabLiveBlocks[slab] == 0) {
            retireSlab(slab);
        } else {
            leaving[slab] = true;
            leavingSlabs++;
        }
    }

    @Override
    public boolean isLeaving(int ref) {
        int slab = pageOwner[ref >>> REF_TO_PAGE_SHIFT];
        return slab >= 0 && leaving[slab];
    }

    @Override
    public long endEmptying() {
        long bytes = (long) leavingSlabs * SLAB_BYTES;
        for (int slab = 0; slab < slabs && leavingSlabs > 0; slab++) {
            if (leaving[slab]) {
                leaving[slab] = false;
                leavingSlabs--;
                linkPartial(slab, slabClass[slab]);
            }
        }
        return bytes;
    }

    @Override
    public boolean releaseFree(int runsMax) {
        return pages.releaseFree(runsMax);
    }

    @Override
    public long usedBytes() {
        return usedBytes;
    }

    @Override
    public long residentBytes() {
        return pages.residentBytes();
    }

    @Override
    public void close() {
        region.close();
    }

    /// {@return the size class for a block of `bytes` bytes, at most [#SLAB_BLOCK_BYTES_MAX]}
    static int classOf(int bytes) {
        if (bytes <= FINE_BYTES_MAX) {
            return Math.max(1, (bytes + 7) >>> 3);
        }
        // Above 1 KiB: eight classes for each doubling.
        int top = 31 - Integer.numberOfLeadingZeros(bytes - 1);
        int step = ((bytes - 1) >>> (top - 3)) & 7;
        return FINE_CLASSES + (top - 10) * 8 + step;
    }

    /// {@return the size in bytes of a class's blocks}
    static int classBytes(int sizeClass) {
        if (sizeClass < FINE_CLASSES) {
            return sizeClass << 3;
        }
        int coarse = sizeClass - FINE_CLASSES;
        int top = 10 + (coarse >>> 3);
        return (1 << top) + (((coarse & 7) + 1) << (top - 3));
    }

    private int allocateLarge(long bytes) {
        if (bytes > BLOCK_BYTES_MAX) {
            throw new OutOfMemoryError("block of " + bytes + " bytes is over the limit");
        }
        int count = pagesFor(bytes);
        int start = pages.allocate(count);
        own(start, -1 - count);
        usedBytes += (long) count * PageAllocator.PAGE_BYTES;
        return start << REF_TO_PAGE_SHIFT;
    }

    private void freeLarge(int page, int count) {
        usedBytes -= (long) count * PageAllocator.PAGE_BYTES;
        pages.free(page, count);
    }

    private static int pagesFor(long bytes) {
        return (int) ((bytes + PageAllocator.PAGE_BYTES - 1) / PageAllocator.PAGE_BYTES);
    }

    private int newSlab(int sizeClass) {
        int start = pages.allocate(SLAB_PAGES);
        int slab;
        if (unusedSlab != NONE) {
            slab = unusedSlab;
            unusedSlab = nextPartial[slab];
        } else {
            slab = slabs++;
            if (slab == slabClass.length) {
                growSlabTables();
            }
        }
        slabStartPage[slab] = start;
        slabClass[slab] = sizeClass;
        slabLiveBlocks[slab] = 0;
        slabFreeHead[slab] = NULL;
        slabFrontier[slab] = 0;
        for (int page = start; page < start + SLAB_PAGES; page++) {
            own(page, slab);
        }
        linkPartial(slab, sizeClass);
        return slab;
    }

    private void releaseSlab(int slab, int sizeClass) {
        unlinkPartial(slab, sizeClass);
        retireSlab(slab);
    }

    private void retireSlab(int slab) {
        pages.free(slabStartPage[slab], SLAB_PAGES);
        nextPartial[slab] = unusedSlab;
        unusedSlab = slab;
    }

    private void linkPartial(int slab, int sizeClass) {
        int head = partial[sizeClass];
        nextPartial[slab] = head;
        previousPartial[slab] = NONE;
        if (head != NONE) {
            previousPartial[head] = slab;
        }
        partial[sizeClass] = slab;
    }

    private void unlinkPartial(int slab, int sizeClass) {
        int next = nextPartial[slab];
        int previous = previousPartial[slab];
        if (previous == NONE) {
            partial[sizeClass] = next;
        } else {
            nextPartial[previous] = next;
        }
        if (next != NONE) {
            previousPartial[next] = previous;
        }
    }

    private void own(int page, int owner) {
        if (page >= pageOwner.length) {
            pageOwner = Arrays.copyOf(pageOwner, Math.max(page + 1, pageOwner.length * 2));
        }
        pageOwner[page] = owner;
    }

    private void growSlabTables() {
        int length = slabClass.length * 2;
        slabStartPage = Arrays.copyOf(slabStartPage, length);
        slabClass = Arrays.copyOf(slabClass, length);
        slabLiveBlocks = Arrays.copyOf(slabLiveBlocks, length);
        slabFreeHead = Arrays.copyOf(slabFreeHead, length);
        slabFrontier = Arrays.copyOf(slabFrontier, length);
        nextPartial = Arrays.copyOf(nextPartial, length);
        previousPartial = Arrays.copyOf(previousPartial, length);
        leaving = Arrays.copyOf(leaving, length);
    }
}

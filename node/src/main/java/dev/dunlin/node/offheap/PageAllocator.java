// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.offheap;

import java.util.BitSet;
import java.util.TreeMap;
import java.util.TreeSet;

/// Runs of 4 KiB pages within a [NativeRegion]: best fit, neighbours joined when freed.
///
/// Only whole slabs and large blocks come from here, so the ordered trees are off every hot path.
///
/// Thread: owned by its [SlabAllocator].
final class PageAllocator {
    static final int PAGE_BYTES = 4096;

    /// Free runs of at least this many pages are given back to the system at once; smaller ones are kept for reuse.
    private static final int RELEASE_PAGES_MIN = 64;

    private final NativeRegion region;
    private final int pagesMax;
    private final TreeMap<Integer, Integer> freeByStart = new TreeMap<>();

    /// Free runs as `pages << 32 | start`, so that the first at or above a size is the best fit.
    private final TreeSet<Long> freeBySize = new TreeSet<>();

    /// Pages from here on were never used.
    private int frontier;

    /// Pages that were handed out and not given back to the system since.
    private final BitSet resident = new BitSet();

    private long residentPages;

    /// Where [#releaseFree] has got to.
    private int released = -1;

    PageAllocator(NativeRegion region) {
        this.region = region;
        this.pagesMax = (int) Math.min(Integer.MAX_VALUE, region.bytes() / PAGE_BYTES);
        // Page 0 is never handed out, so that reference 0 can mean "none".
        this.frontier = 1;
    }

    /// {@return the first page of a run of `pages` pages}
    int allocate(int pages) {
        Long fit = freeBySize.ceiling((long) pages << 32);
        if (fit == null) {
            if (pages > pagesMax - frontier) {
                throw new OutOfMemoryError(
                        "the node's memory region of " + region.bytes() + " bytes is full");
            }
            int start = frontier;
            frontier += pages;
            markResident(start, pages);
            return start;
        }
        int start = (int) (long) fit;
        int runPages = (int) (fit >>> 32);
        removeFree(start, runPages);
        if (runPages > pages) {
            addFree(start + pages, runPages - pages);
        }
        markResident(start, pages);
        return start;
    }

    void free(int start, int pages) {
        int from = start;
        int to = start + pages;
        // Free runs of RELEASE_PAGES_MIN pages and more were given back when they became that long.
        int heldFrom = from;
        int heldTo = to;
        var before = freeByStart.floorEntry(start);
        if (before != null && before.getKey() + before.getValue() == start) {
            removeFree(before.getKey(), before.getValue());
            from = before.getKey();
            if (before.getValue() < RELEASE_PAGES_MIN) {
                heldFrom = from;
            }
        }
        Integer after = freeByStart.get(to);
        if (after != null) {
            removeFree(to, after);
            to += after;
            if (after < RELEASE_PAGES_MIN) {
                heldTo = to;
            }
        }
        addFree(from, to - from);
        if (to - from >= RELEASE_PAGES_MIN) {
            release(heldFrom, heldTo - heldFrom);
        }
    }

    /// Gives back free runs that were kept for reuse, up to `runsMax` of them.
    ///
    /// @return whether there are no more
    boolean releaseFree(int runsMax) {
        int left = runsMax;
        for (var run = freeByStart.higherEntry(released);
                run != null;
                run = freeByStart.higherEntry(released)) {
            int start = run.getKey();
            int pages = run.getValue();
            released = start;
            int held = resident.nextSetBit(start);
            if (held < 0 || held >= start + pages) {
                continue;
            }
            release(start, pages);
            if (--left == 0) {
                return false;
            }
        }
        released = -1;
        return true;
    }

    long residentBytes() {
        return residentPages * PAGE_BYTES;
    }

    private void markResident(int start, int pages) {
        for (int page = resident.nextClearBit(start);
                page < start + pages;
                page = resident.nextClearBit(page + 1)) {
            resident.set(page);
            residentPages++;
        }
    }

    private void release(int start, int pages) {
        region.release(region.address() + (long) start * PAGE_BYTES, (long) pages * PAGE_BYTES);
        for (int page = resident.nextSetBit(start);
                page >= 0 && page < start + pages;
                page = resident.nextSetBit(page + 1)) {
            resident.clear(page);
            residentPages--;
        }
    }

    private void addFree(int start, int pages) {
        freeByStart.put(start, pages);
        freeBySize.add((long) pages << 32 | start);
    }

    private void removeFree(int start, int pages) {
        freeByStart.remove(start);
        freeBySize.remove((long) pages << 32 | start);
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.offheap;

import java.util.Arrays;

/// An unordered list of references that removes in constant time by moving the last one into the hole.
///
/// Kept in native chunks of 4 KiB, so that growing never copies what is there.
///
/// Thread: owned by the node's loop.
public final class RefList {
    private static final int CHUNK_SHIFT = 10;
    private static final int CHUNK_REFS = 1 << CHUNK_SHIFT;

    private final Allocator allocator;
    private int[] chunks = new int[4];
    private int chunkCount;
    private int size;

    public RefList(Allocator allocator) {
        this.allocator = allocator;
    }

    public int size() {
        return size;
    }

    public int get(int position) {
        return Memory.getInt(at(position));
    }

    public void set(int position, int ref) {
        Memory.putInt(at(position), ref);
    }

    /// {@return the position that `ref` was put at}
    public int add(int ref) {
        if (size == chunkCount << CHUNK_SHIFT) {
            if (chunkCount == chunks.length) {
                chunks = Arrays.copyOf(chunks, chunkCount * 2);
            }
            chunks[chunkCount++] = allocator.allocate(CHUNK_REFS * Integer.BYTES);
        }
        int position = size++;
        set(position, ref);
        return position;
    }

    /// Removes what is at `position`.
    ///
    /// @return the reference that moved into its place, or [Allocator#NULL] when none did
    public int remove(int position) {
        int last = get(--size);
        // One empty chunk stays in reserve, so that a list at a chunk's edge does not allocate at
        // every turn.
        if (size + 2 * CHUNK_REFS <= chunkCount << CHUNK_SHIFT || size == 0) {
            allocator.free(chunks[--chunkCount]);
        }
        if (position == size) {
            return Allocator.NULL;
        }
        set(position, last);
        return last;
    }

    /// Moves those of some chunks that leave ([Allocator#isLeaving]).
    ///
    /// @param from the first chunk to look at
    /// @param count chunks to look at
    /// @return the next chunk, or 0 when there is none
    public int relocate(int from, int count) {
        int to = Math.min(chunkCount, from + count);
        for (int i = from; i < to; i++) {
            if (allocator.isLeaving(chunks[i])) {
                chunks[i] = allocator.move(chunks[i]);
            }
        }
        return to < chunkCount ? to : 0;
    }

    /// Forgets all and frees the chunks; what was referred to is not touched.
    public void clear() {
        while (chunkCount > 0) {
            allocator.free(chunks[--chunkCount]);
        }
        size = 0;
    }

    private long at(int position) {
        return allocator.address(chunks[position >>> CHUNK_SHIFT])
                + ((long) (position & (CHUNK_REFS - 1)) << 2);
    }
}

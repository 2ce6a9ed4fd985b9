// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.offheap;

/// Heaps of references, the one that expires first on top.
///
/// ```
/// root    | u32 size | u32 chunks | u32 directory | u32 directory capacity |            16 bytes, never moves
/// chunk   | 256 references |                                                            1 KiB, each reached by the directory
///
/// a reference at position p has its children at 4p + 1 to 4p + 4, which expire no earlier than it does
/// ```
///
/// Chunks, so that growing copies no more than the directory, and freeing can be done in slices. Four children to each, because a level
/// costs a wait for memory and comparing neighbours does not. Where the time of a reference is, and where its position in the heap is
/// noted, [Items] knows. A heap is named by the reference of its root; this object only knows what all of a kind share.
///
/// Thread: owned by the node's loop.
public final class ExpiryHeap {
    /// What is kept in a heap.
    public interface Items {
        /// {@return when it expires, Unix time in milliseconds}
        long timeMs(int ref);

        /// Notes the place in the heap.
        void position(int ref, int position);
    }

    private static final int CHUNK_SHIFT = 8;
    private static final int CHUNK_REFS = 1 << CHUNK_SHIFT;
    private static final int CHUNK_BYTES = CHUNK_REFS * Integer.BYTES;
    private static final int CHILDREN = 4;

    private static final int SIZE_OFFSET = 0;
    private static final int CHUNKS_OFFSET = 4;
    private static final int DIRECTORY_OFFSET = 8;
    private static final int CAPACITY_OFFSET = 12;
    private static final int ROOT_BYTES = 16;
    private static final int FIRST_CAPACITY = 4;

    private final Allocator allocator;
    private final Items items;

    public ExpiryHeap(Allocator allocator, Items items) {
        this.allocator = allocator;
        this.items = items;
    }

    /// {@return a new heap without references}
    public int create() {
        int heap = allocator.allocate(ROOT_BYTES);
        Memory.fill(allocator.address(heap), ROOT_BYTES, (byte) 0);
        return heap;
    }

    public int size(int heap) {
        return Memory.getInt(allocator.address(heap) + SIZE_OFFSET);
    }

    /// {@return bytes of native memory that the heap takes}
    public long bytes(int heap) {
        long root = allocator.address(heap);
        return ROOT_BYTES
                + 4L * Memory.getInt(root + CAPACITY_OFFSET)
                + (long) CHUNK_BYTES * Memory.getInt(root + CHUNKS_OFFSET);
    }

    /// {@return the reference that expires first, or [Allocator#NULL] when there is none}
    public int first(int heap) {
        return size(heap) == 0 ? Allocator.NULL : get(allocator.address(heap), 0);
    }

    /// Puts a reference in.
    public void add(int heap, int ref) {
        long root = allocator.address(heap);
        int size = size(heap);
        if (size == Memory.getInt(root + CHUNKS_OFFSET) << CHUNK_SHIFT) {
            addChunk(root);
        }
        Memory.putInt(root + SIZE_OFFSET, size + 1);
        rise(root, size, ref);
    }

    /// Takes out what is at `position`.
    public void remove(int heap, int position) {
        long root = allocator.address(heap);
        int last = size(heap) - 1;
        int moved = get(root, last);
        Memory.putInt(root + SIZE_OFFSET, last);
        if (position != last) {
            settle(root, position, moved);
        }
        // One chunk stays in reserve, so that a heap at a chunk's edge does not allocate at every
        // turn.
        int chunks = Memory.getInt(root + CHUNKS_OFFSET);
        if (chunks > 1 && last + 2 * CHUNK_REFS <= chunks << CHUNK_SHIFT) {
            dropChunk(root);
        }
    }

    /// Another reference, of the same time, takes the place.
    public void replace(int heap, int position, int ref) {
        put(allocator.address(heap), position, ref);
    }

    /// The time of what is at `position` has changed.
    public void changed(int heap, int position) {
        long root = allocator.address(heap);
        settle(root, position, get(root, position));
    }

    /// Moves those of some parts of a heap that leave ([Allocator#isLeaving]); its root stays.
    ///
    /// @param from the first part to look at
    /// @param count parts to look at
    /// @return the next part, or 0 when there is none
    public int relocate(int heap, int from, int count) {
        long root = allocator.address(heap);
        int chunks = Memory.getInt(root + CHUNKS_OFFSET);
        if (chunks == 0) {
            return 0;
        }
        long directory = allocator.address(moveIfLeaving(root + DIRECTORY_OFFSET));
        int to = Math.min(chunks, from + count);
        for (int i = from; i < to; i++) {
            moveIfLeaving(directory + 4L * i);
        }
        return to < chunks ? to : 0;
    }

    private int moveIfLeaving(long pointer) {
        int ref = Memory.getInt(pointer);
        if (allocator.isLeaving(ref)) {
            ref = allocator.move(ref);
            Memory.putInt(pointer, ref);
        }
        return ref;
    }

    /// Frees a part of a heap that is not used any more, whatever is in it.
    ///
    /// @return whether all of it is freed
    public boolean free(int heap, int chunksMax) {
        long root = allocator.address(heap);
        for (int i = 0; i < chunksMax && Memory.getInt(root + CHUNKS_OFFSET) > 0; i++) {
            dropChunk(root);
        }
        if (Memory.getInt(root + CHUNKS_OFFSET) > 0) {
            return false;
        }
        int directory = Memory.getInt(root + DIRECTORY_OFFSET);
        if (directory != Allocator.NULL) {
            allocator.free(directory);
        }
        allocator.free(heap);
        return true;
    }

    private void settle(long root, int position, int ref) {
        if (position > 0 && items.timeMs(ref) < items.timeMs(get(root, parent(position)))) {
            rise(root, position, ref);
        } else {
            sink(root, position, ref);
        }
    }

    private void rise(long root, int from, int ref) {
        long timeMs = items.timeMs(ref);
        int position = from;
        while (position > 0) {
            int parent = get(root, parent(position));
            if (items.timeMs(parent) <= timeMs) {
                break;
            }
            put(root, position, parent);
            position = parent(position);
        }
        put(root, position, ref);
    }

    private void sink(long root, int from, int ref) {
        long timeMs = items.timeMs(ref);
        int size = Memory.getInt(root + SIZE_OFFSET);
        int position = from;
        while (true) {
            int least = -1;
            long leastMs = timeMs;
            long child = (long) position * CHILDREN + 1;
            for (long end = Math.min(size, child + CHILDREN); child < end; child++) {
                long childMs = items.timeMs(get(root, (int) child));
                if (childMs < leastMs) {
                    least = (int) child;
                    leastMs = childMs;
                }
            }
            if (least < 0) {
                break;
            }
            put(root, position, get(root, least));
            position = least;
        }
        put(root, position, ref);
    }

    private static int parent(int position) {
        return (position - 1) / CHILDREN;
    }

    private int get(long root, int position) {
        return Memory.getInt(slot(root, position));
    }

    private void put(long root, int position, int ref) {
        Memory.putInt(slot(root, position), ref);
        items.position(ref, position);
    }

    private long slot(long root, int position) {
        long directory = allocator.address(Memory.getInt(root + DIRECTORY_OFFSET));
        int chunk = Memory.getInt(directory + 4L * (position >>> CHUNK_SHIFT));
        return allocator.address(chunk) + 4L * (position & (CHUNK_REFS - 1));
    }

    private void addChunk(long root) {
        int chunks = Memory.getInt(root + CHUNKS_OFFSET);
        int capacity = Memory.getInt(root + CAPACITY_OFFSET);
        int directory = Memory.getInt(root + DIRECTORY_OFFSET);
        if (chunks == capacity) {
            int grown = Math.max(FIRST_CAPACITY, capacity * 2);
            int larger = allocator.allocate(4L * grown);
            if (directory != Allocator.NULL) {
                Memory.copy(allocator.address(directory), allocator.address(larger), 4L * capacity);
                allocator.free(directory);
            }
            directory = larger;
            Memory.putInt(root + DIRECTORY_OFFSET, larger);
            Memory.putInt(root + CAPACITY_OFFSET, grown);
        }
        Memory.putInt(allocator.address(directory) + 4L * chunks, allocator.allocate(CHUNK_BYTES));
        Memory.putInt(root + CHUNKS_OFFSET, chunks + 1);
    }

    private void dropChunk(long root) {
        int last = Memory.getInt(root + CHUNKS_OFFSET) - 1;
        long directory = allocator.address(Memory.getInt(root + DIRECTORY_OFFSET));
        allocator.free(Memory.getInt(directory + 4L * last));
        Memory.putInt(root + CHUNKS_OFFSET, last);
    }
}

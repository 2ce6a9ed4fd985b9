// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.eviction;

/// The best candidates for eviction that were met so far, few of them, in order.
///
/// ```
/// score     3   7   7  12  40                          | free
/// evicted                   ^ first                      offer(9): 3 is lost when the pool is full
/// ```
///
/// Each eviction looks at a handful of keys at random. Remembering the best of earlier handfuls makes that nearly as good as looking at
/// all: the idea is Redis's. A candidate may be gone, or be used again, by the time it is taken; whoever takes it looks.
///
/// Thread: owned by the node's loop.
public final class EvictionPool {
    static final int CAPACITY = 16;

    /// Higher goes first, in ascending order.
    private final long[] scores = new long[CAPACITY];

    private final int[] databases = new int[CAPACITY];
    private final int[] slots = new int[CAPACITY];
    private final int[] refs = new int[CAPACITY];
    private final long[] hashes = new long[CAPACITY];
    private int size;

    /// {@return how many candidates there are; the last is to be taken first}
    public int size() {
        return size;
    }

    /// {@return whether a candidate of this score would be kept}
    public boolean wants(long score) {
        return size < CAPACITY || score > scores[0];
    }

    /// Takes note of a candidate, unless there are better ones enough.
    ///
    /// @param score higher goes first
    public void offer(long score, int database, int slot, int ref, long hash) {
        if (!wants(score) || contains(database, ref, hash)) {
            return;
        }
        int place = size;
        while (place > 0 && scores[place - 1] >= score) {
            place--;
        }
        if (size < CAPACITY) {
            shift(place, place + 1, size - place);
            size++;
        } else {
            place--;
            shift(1, 0, place);
        }
        scores[place] = score;
        databases[place] = database;
        slots[place] = slot;
        refs[place] = ref;
        hashes[place] = hash;
    }

    /// Forgets the best candidate.
    public void removeLast() {
        size--;
    }

    public void clear() {
        size = 0;
    }

    public long score(int place) {
        return scores[place];
    }

    public int database(int place) {
        return databases[place];
    }

    public int slot(int place) {
        return slots[place];
    }

    public int ref(int place) {
        return refs[place];
    }

    /// {@return the hash of the candidate's key}
    public long hash(int place) {
        return hashes[place];
    }

    private boolean contains(int database, int ref, long hash) {
        for (int i = 0; i < size; i++) {
            if (refs[i] == ref && hashes[i] == hash && databases[i] == database) {
                return true;
            }
        }
        return false;
    }

    private void shift(int from, int to, int count) {
        System.arraycopy(scores, from, scores, to, count);
        System.arraycopy(databases, from, databases, to, count);
        System.arraycopy(slots, from, slots, to, count);
        System.arraycopy(refs, from, refs, to, count);
        System.arraycopy(hashes, from, hashes, to, count);
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.keyspace;

import dev.dunlin.node.offheap.HashIndex;
import dev.dunlin.node.offheap.Memory;

/// Has the memory that a batch of keys will need brought near the processor, before the first of them is looked up.
///
/// A lookup waits for memory twice, for the key's bucket and then for its entry. Here the buckets of all keys are loaded first, and then all
/// entries. These loads do not depend on each other, so the processor waits once for many; and as it can only look so many instructions
/// ahead, they stand in loops that hold nothing else.
///
/// Thread: owned by the node's loop.
public final class KeysAhead {
    private final HashIndex index;
    private final long[] hashes;
    private final long[] buckets;
    private final long[] entries;
    private int count;

    @SuppressWarnings("UnusedVariable") // Written, so that the loads are not optimised away.
    private int loaded;

    /// @param keysMax keys of a batch at most
    public KeysAhead(Keyspace keyspace, int keysMax) {
        index = keyspace.index();
        hashes = new long[keysMax];
        buckets = new long[keysMax];
        entries = new long[keysMax];
    }

    /// Adds a key to the batch.
    public void add(Database database, int slot, long hash) {
        long bucket = database.bucket(slot, hash);
        if (bucket != 0) {
            hashes[count] = hash;
            buckets[count++] = bucket;
        }
    }

    /// Loads what finding and reading the keys of the batch will need; the next batch begins.
    public void load() {
        load(buckets);
        for (int i = 0; i < count; i++) {
            entries[i] = index.candidate(buckets[i], hashes[i]);
        }
        load(entries);
        count = 0;
    }

    /// Loads what adding keys will need that are probably new; the next batch begins.
    public void loadBuckets() {
        load(buckets);
        count = 0;
    }

    private void load(long[] addresses) {
        int sum = 0;
        for (int i = 0; i < count; i++) {
            sum += Memory.getByte(addresses[i]);
        }
        loaded += sum;
    }
}

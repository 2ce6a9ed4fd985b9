// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.keyspace;

import dev.dunlin.node.offheap.Allocator;
import dev.dunlin.node.offheap.DebugAllocator;
import dev.dunlin.node.offheap.Entry;
import dev.dunlin.node.offheap.ExpiryHeap;
import dev.dunlin.node.offheap.HashIndex;
import dev.dunlin.node.offheap.NodeChain;
import dev.dunlin.node.offheap.ScoreTree;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/// All databases of a node, and what they share: memory, the tables' hash, what entries note of accesses, the snapshot mark.
///
/// Thread: owned by the node's loop.
public final class Keyspace implements AutoCloseable {
    /// Nodes of a chain that are freed at once; more are freed in slices.
    private static final int NODES_AT_ONCE_MAX = 16;

    private final Allocator allocator;
    private final HashIndex index;
    private final NodeChain chains;
    private final ScoreTree scores;
    private final IdTree idTrees;
    private final Reclaimer reclaimer;
    private final ExpiryHeap fieldHeaps;
    private final Database[] databases;
    private final List<Integer> scratch = new ArrayList<>();
    private final AccessStamp access = new AccessStamp();
    private final KeptTables kept;
    private final FunctionLibraries libraries = new FunctionLibraries();

    private @Nullable SnapshotHook snapshot;
    private boolean currentMark;

    /// What fields of a large hash are to their heap: elements that have the form of an [Entry].
    private record ElementTimes(Allocator allocator) implements ExpiryHeap.Items {
        @Override
        public long timeMs(int ref) {
            return Entry.expireAtMs(allocator.address(ref));
        }

        @Override
        public void position(int ref, int position) {
            Entry.expiryPosition(allocator.address(ref), position);
        }
    }

    /// @param allocator closed with this keyspace
    /// @param slots tables per database: 16,384 in cluster mode, else 1
    /// @param hashSeed random in production
    public Keyspace(Allocator allocator, int databases, int slots, long hashSeed) {
        this.allocator = allocator;
        this.index = new HashIndex(allocator, hashSeed);
        this.chains = new NodeChain(allocator);
        this.scores = new ScoreTree(allocator);
        this.idTrees = new IdTree(allocator);
        this.reclaimer = new Reclaimer(index);
        this.kept = new KeptTables(index);
        this.fieldHeaps = new ExpiryHeap(allocator, new ElementTimes(allocator));
        this.databases = new Database[databases];
        for (int i = 0; i < databases; i++) {
            this.databases[i] = new Database(i, this, slots);
        }
    }

    public Allocator allocator() {
        return allocator;
    }

    /// {@return the operations on tables, those inside of values included}
    public HashIndex index() {
        return index;
    }

    /// {@return the operations on values that are chains of blocks}
    public NodeChain chains() {
        return chains;
    }

    /// {@return the operations on the trees that keep sorted sets in order}
    public ScoreTree scores() {
        return scores;
    }

    /// {@return the operations on trees of ids}
    public IdTree idTrees() {
        return idTrees;
    }

    /// {@return the operations on heaps of fields that expire}
    public ExpiryHeap fieldHeaps() {
        return fieldHeaps;
    }

    /// {@return function libraries that belong to the data set}
    public FunctionLibraries libraries() {
        return libraries;
    }

    public int databases() {
        return databases.length;
    }

    public Database database(int number) {
        return databases[number];
    }

    /// {@return the hash of a key}
    public long hash(long address, int bytes) {
        return index.hash(address, bytes);
    }

    /// {@return the address of a block that lives as long as the keyspace, for intermediate results of whoever asked for it}
    public long allocateScratch(int bytes) {
        int ref = allocator.allocate(bytes);
        scratch.add(ref);
        return allocator.address(ref);
    }

    /// {@return bytes of native memory that data takes}
    public long usedBytes() {
        return allocator.usedBytes();
    }

    /// {@return those of the bytes in use that belong to nobody any more but a running snapshot, about}
    public long keptBytes() {
        return kept.bytes() + chains.leftBytes();
    }

    /// {@return what entries note when they are read}
    public AccessStamp access() {
        return access;
    }

    /// Exchanges two databases.
    public void swap(int left, int right) {
        databases[left].swapWith(databases[right]);
        SnapshotHook hook = snapshot;
        if (hook != null) {
            hook.swapped(left, right);
        }
    }

    /// All keys are about to go: a running snapshot fails, if there are any.
    public void abandonSnapshot() {
        SnapshotHook hook = snapshot;
        if (hook != null && !isEmpty()) {
            hook.beforeDataSetGoes();
        }
    }

    /// Removes all keys of all databases. A running snapshot fails, if there are any.
    public void clear() {
        abandonSnapshot();
        for (Database database : databases) {
            database.clear();
        }
    }

    private boolean isEmpty() {
        for (Database database : databases) {
            if (database.size() > 0) {
                return false;
            }
        }
        return true;
    }

    /// {@return whether dropped data waits for [#reclaim]}
    public boolean hasGarbage() {
        return !reclaimer.isEmpty();
    }

    /// {@return entries that were dropped and not freed yet}
    public long garbageEntries() {
        return reclaimer.pendingEntries();
    }

    /// {@return large values and tables that were dropped and are freed by now}
    public long freedEntries() {
        return reclaimer.freed();
    }

    /// Frees a slice of what was dropped.
    ///
    /// @return whether all is done
    public boolean reclaim(int entriesMax) {
        return reclaimer.reclaim(entriesMax);
    }

    /// Takes over a table that nobody else reaches; its entries are freed later, in slices.
    ///
    /// @param freeEntry frees one entry with all that belongs to it
    public void dispose(int root, IntConsumer freeEntry) {
        kept.remove(root);
        reclaimer.add(root, freeEntry);
    }

    /// Takes over anything else that nobody else reaches, to be freed later, in slices.
    public void dispose(Garbage garbage) {
        reclaimer.add(garbage);
    }

    /// Registers who wants to see entries before they change; one snapshot at a time.
    ///
    /// All entries that are there now are unmarked from now on, those in values' own tables included; entries made later are marked. The
    /// snapshot marks what it has written.
    public void beginSnapshot(SnapshotHook hook) {
        if (snapshot != null) {
            throw new IllegalStateException("a snapshot is running");
        }
        snapshot = hook;
        currentMark = !currentMark;
    }

    /// The snapshot has marked every entry that was there when it began.
    public void endSnapshot() {
        snapshot = null;
    }

    /// {@return the mark of entries that a running snapshot need not write (any more)}
    public boolean currentMark() {
        return currentMark;
    }

    boolean isSnapshotRunning() {
        return snapshot != null;
    }

    Reclaimer reclaimer() {
        return reclaimer;
    }

    void beforeChange(int database, int ref) {
        SnapshotHook hook = snapshot;
        if (hook != null) {
            hook.beforeChange(database, ref);
        }
    }

    void beforeElementChange(int root, int element) {
        SnapshotHook hook = snapshot;
        if (hook != null) {
            hook.beforeElementChange(root, element);
        }
    }

    /// A value's own table is not needed any more.
    void dropTable(int root) {
        SnapshotHook hook = snapshot;
        if (hook == null || !hook.keepsTable(root)) {
            reclaimer.add(root, allocator::free);
        } else {
            kept.add(root);
        }
    }

    /// Takes over a chain, or a part of one, that nobody else reaches; unless it is short its nodes are freed later, in slices.
    ///
    /// @param first its first node, or [Allocator#NULL]
    public void dropChain(int first, int nodes) {
        if (nodes > NODES_AT_ONCE_MAX) {
            reclaimer.add(new ChainGarbage(chains, first));
            return;
        }
        int node = first;
        while (node != Allocator.NULL) {
            int next = chains.next(node);
            chains.free(node);
            node = next;
        }
    }

    /// A tree that nobody else reaches is not needed any more; its elements belong to a table.
    public void dropScores(int root) {
        reclaimer.add(entriesMax -> {
            if (!scores.drain(root, entriesMax, _ -> {})) {
                return false;
            }
            scores.destroy(root);
            return true;
        });
    }

    /// A stream is not needed any more; what its nodes are is freed as a running snapshot allows.
    ///
    /// @param stream the value
    void dropStream(long stream) {
        dropChain(NodeChain.first(stream), NodeChain.nodes(stream));
        reclaimer.add(
                StreamGarbage.ofStream(
                        index, idTrees, StreamLayout.index(stream), StreamLayout.groups(stream)));
    }

    /// Takes over a consumer group that is in no stream any more.
    public void disposeGroup(int group) {
        reclaimer.add(StreamGarbage.ofGroup(index, idTrees, group));
    }

    /// A value's own heap is not needed any more.
    void dropHeap(int heap) {
        reclaimer.add(chunks -> fieldHeaps.free(heap, chunks));
    }

    void dropSlot(int database, int slot, int root, IntConsumer freeEntry) {
        SnapshotHook hook = snapshot;
        if (hook == null || !hook.keepsSlot(database, slot, root, freeEntry)) {
            reclaimer.add(root, freeEntry);
        } else {
            kept.add(root);
        }
    }

    @Override
    public void close() {
        if (snapshot != null) {
            snapshot.keyspaceCloses();
        }
        clear();
        while (!reclaim(Integer.MAX_VALUE)) {
            // Nested tables are queued while their owners are freed.
        }
        scratch.forEach(allocator::free);
        scratch.clear();
        if (allocator instanceof DebugAllocator debug) {
            debug.checkNoLeaks();
        }
        allocator.close();
    }
}

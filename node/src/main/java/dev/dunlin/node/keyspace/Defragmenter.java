// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.keyspace;

import dev.dunlin.node.offheap.Allocator;
import dev.dunlin.node.offheap.Entry;
import java.util.ArrayDeque;
import java.util.function.IntUnaryOperator;

/// Moves what lies in slabs that are nearly empty, so that these slabs go back to the system.
///
/// ```
/// begin     the allocator chooses the slabs that are to be emptied
/// step      a slice of the way through all tables; whatever lies in such a slab is copied elsewhere, and who refers to it is told
/// end       slabs that were not emptied are used again
///
/// an entry is known to    its table | the list of those that expire | the heap of hashes whose fields do
/// an element              its table | a sorted set's tree           | its hash's heap
/// a node of a chain       its neighbours | a stream's index
/// ```
///
/// What stays where it is: consumer groups, nodes that a running snapshot has pinned, and while there is a snapshot the roots of values'
/// tables. Contents do not change, and marks move along, so a snapshot need not be asked.
///
/// Thread: owned by the node's loop.
public final class Defragmenter {
    /// A value of more elements or nodes is gone through in slices of its own.
    private static final int SMALL_PARTS_MAX = 256;

    /// Values that wait for slices of their own; more are left to the next pass.
    private static final int LARGE_MAX = 1024;

    /// Parts of a list or heap that are looked at in one go.
    private static final int PARTS = 128;

    /// A value that is gone through in slices. It may be gone, or be another one, when it goes on: then it is let go.
    private record Large(
            Database database,
            int slot,
            int ref,
            long hash,
            int kind,
            ValueMover.Progress progress) {}

    private enum Phase {
        EXPIRING,
        TIMED,
        SLOTS
    }

    private final Keyspace keyspace;
    private final Allocator allocator;
    private final ValueMover values;
    private final IntUnaryOperator moveEntry = this::moveEntry;
    private final ArrayDeque<Large> waiting = new ArrayDeque<>();

    private boolean running;
    private int database;
    private Phase phase = Phase.EXPIRING;
    private int part;
    private int slot;
    private long cursor;

    private long leftBytes;
    private long visits;
    private long entryMoves;
    private long keyHits;
    private long keys;

    public Defragmenter(Keyspace keyspace) {
        this.keyspace = keyspace;
        this.allocator = keyspace.allocator();
        this.values = new ValueMover(keyspace);
    }

    public boolean isRunning() {
        return running;
    }

    /// {@return blocks that were moved, ever}
    public long hits() {
        return entryMoves + values.moves();
    }

    /// {@return blocks that were looked at and stayed, ever}
    public long misses() {
        return keys + values.visits() - hits();
    }

    /// {@return keys of which something was moved, ever}
    public long keyHits() {
        return keyHits;
    }

    /// {@return keys of which nothing was moved, ever}
    public long keyMisses() {
        return keys - keyHits;
    }

    /// Begins a pass.
    ///
    /// @return bytes of the slabs that are to be emptied; when there are none there is nothing to do
    public long begin() {
        long bytes = allocator.beginEmptying();
        running = bytes > 0;
        leftBytes = 0;
        database = 0;
        phase = Phase.EXPIRING;
        part = 0;
        slot = 0;
        cursor = 0;
        return bytes;
    }

    /// Does a slice of the pass.
    ///
    /// @param visitsMax how many blocks are looked at, about
    /// @return whether the pass is over
    public boolean step(int visitsMax) {
        visits = 0;
        long valueVisits = values.visits();
        while (running && visits + values.visits() - valueVisits < visitsMax) {
            Large large = waiting.peek();
            visits++;
            if (large != null) {
                if (advance(large)) {
                    waiting.remove();
                }
            } else if (database < keyspace.databases()) {
                advance(keyspace.database(database));
            } else {
                end();
            }
        }
        return !running;
    }

    /// Ends the pass, wherever it is.
    public void end() {
        if (running) {
            running = false;
            waiting.clear();
            leftBytes = allocator.endEmptying();
        }
    }

    /// {@return bytes of slabs that the last pass was to empty and did not}
    public long leftBytes() {
        return leftBytes;
    }

    private void advance(Database at) {
        switch (phase) {
            case EXPIRING -> {
                part = at.relocateExpiring(part, PARTS);
                phase = part == 0 ? Phase.TIMED : phase;
            }
            case TIMED -> {
                part = at.relocateTimed(part, PARTS);
                phase = part == 0 ? Phase.SLOTS : phase;
            }
            case SLOTS -> {
                cursor = at.slotSize(slot) == 0 ? 0 : at.relocate(slot, cursor, moveEntry);
                if (cursor == 0 && ++slot == at.slots()) {
                    slot = 0;
                    phase = Phase.EXPIRING;
                    database++;
                }
            }
        }
    }

    private int moveEntry(int ref) {
        visits++;
        keys++;
        long hitsBefore = hits();
        int moved = ref;
        if (allocator.isLeaving(ref)) {
            moved = keyspace.database(database).moveEntry(ref);
            entryMoves++;
        }
        long entry = allocator.address(moved);
        if (ValueMover.hasParts(Entry.kind(entry))) {
            visitParts(moved, entry);
        }
        if (hits() > hitsBefore) {
            keyHits++;
        }
        return moved;
    }

    private void visitParts(int ref, long entry) {
        values.moveRoots(entry);
        var progress = new ValueMover.Progress(Entry.kind(entry));
        if (values.parts(entry) <= SMALL_PARTS_MAX) {
            while (!values.advance(entry, progress)) {
                // Until all of it has been looked at.
            }
        } else if (waiting.size() < LARGE_MAX) {
            waiting.add(
                    new Large(
                            keyspace.database(database),
                            slot,
                            ref,
                            keyspace.hash(Entry.key(entry), Entry.keyBytes(entry)),
                            Entry.kind(entry),
                            progress));
        }
    }

    /// {@return whether the value is done, or is not there any more}
    private boolean advance(Large large) {
        if (!large.database.holds(large.slot, large.ref, large.hash)) {
            return true;
        }
        long entry = allocator.address(large.ref);
        return Entry.kind(entry) != large.kind || values.advance(entry, large.progress);
    }
}

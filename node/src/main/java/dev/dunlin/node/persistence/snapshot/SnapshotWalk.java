// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.persistence.snapshot;

import dev.dunlin.node.keyspace.Database;
import dev.dunlin.node.keyspace.Keyspace;
import java.util.ArrayDeque;
import java.util.function.IntConsumer;

/// The way of a snapshot through all tables of the keyspace, a chain at a time: databases in their order at the cut, and before it goes on
/// there, slots that were dropped meanwhile.
///
/// It uses the tables' scan cursors, so tables may grow and shrink between two steps, and entries may be visited twice.
///
/// Thread: owned by the node's loop.
final class SnapshotWalk {
    /// Gets what is found.
    interface Visitor {
        /// @param database number that the entry's database had at the cut
        void visit(int database, int ref);
    }

    /// A slot's table that nobody else reaches any more.
    private record Dropped(int database, int root, IntConsumer freeEntry) {}

    private final Keyspace keyspace;
    private final Visitor visitor;
    private final IntConsumer visitEntry = this::visitEntry;
    private final ArrayDeque<Dropped> dropped = new ArrayDeque<>();
    private long droppedCursor;

    /// Of each number of now: the number that the content had at the cut.
    private final int[] numberAtCut;

    private int database;
    private int slot;
    private long cursor;
    private int visiting;

    SnapshotWalk(Keyspace keyspace, Visitor visitor) {
        this.keyspace = keyspace;
        this.visitor = visitor;
        this.numberAtCut = new int[keyspace.databases()];
        for (int i = 0; i < numberAtCut.length; i++) {
            numberAtCut[i] = i;
        }
    }

    /// {@return the number at the cut of the database that has the number `now`}
    int numberAtCut(int now) {
        return numberAtCut[now];
    }

    void swapped(int left, int right) {
        int moved = numberAtCut[left];
        numberAtCut[left] = numberAtCut[right];
        numberAtCut[right] = moved;
    }

    boolean isDone() {
        return dropped.isEmpty() && database == numberAtCut.length;
    }

    /// {@return whether all entries of the slot that were there at the cut have been visited}
    boolean hasPassed(int ofDatabase, int ofSlot) {
        return ofDatabase < database || (ofDatabase == database && ofSlot < slot);
    }

    /// Takes over the table of a slot that was dropped before it was passed.
    void addDropped(int ofDatabase, int root, IntConsumer freeEntry) {
        dropped.add(new Dropped(ofDatabase, root, freeEntry));
    }

    /// Gives all dropped tables away unvisited.
    void disposeOfDropped() {
        dropped.forEach(table -> keyspace.dispose(table.root, table.freeEntry));
        dropped.clear();
        droppedCursor = 0;
    }

    /// Visits one chain, or passes an empty slot; not when it is done.
    void step() {
        Dropped table = dropped.peek();
        if (table != null) {
            visiting = table.database;
            droppedCursor = keyspace.index().scan(table.root, droppedCursor, visitEntry);
            if (droppedCursor == 0) {
                dropped.remove();
                keyspace.dispose(table.root, table.freeEntry);
            }
            return;
        }
        Database at = keyspace.database(numberNow(database));
        visiting = database;
        cursor = at.slotSize(slot) > 0 ? at.scan(slot, cursor, visitEntry) : 0;
        if (cursor == 0 && ++slot == at.slots()) {
            slot = 0;
            database++;
        }
    }

    private void visitEntry(int ref) {
        visitor.visit(visiting, ref);
    }

    private int numberNow(int atCut) {
        int now = 0;
        while (numberAtCut[now] != atCut) {
            now++;
        }
        return now;
    }
}

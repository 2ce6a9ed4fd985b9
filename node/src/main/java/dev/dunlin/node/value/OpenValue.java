// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.value;

import dev.dunlin.node.keyspace.Database;
import dev.dunlin.node.keyspace.Keyspace;
import dev.dunlin.node.offheap.Allocator;
import dev.dunlin.node.offheap.Entry;

/// What the flyweights of all types of collections have in common: whose value they look at.
///
/// `open` one value, use it, open the next; nothing is allocated on the heap. Every change goes through the [Database], so that a running
/// snapshot sees the old state first.
///
/// Thread: owned by the node's loop.
///
/// @param <V> the flyweight itself
public abstract class OpenValue<V extends OpenValue<V>> {
    final Allocator allocator;

    Database database;
    int slot;
    long keyHash;

    /// The entry, which changes may move.
    int ref;

    OpenValue(Keyspace keyspace) {
        this.allocator = keyspace.allocator();
        this.database = keyspace.database(0);
    }

    abstract V self();

    /// {@return the [dev.dunlin.node.keyspace.ValueKind] of a value without elements}
    abstract int emptyKind();

    /// {@return bytes of a value of a kind without elements; most begin as a listpack}
    int emptyBytes(int kind) {
        return Listpack.EMPTY_BYTES;
    }

    /// Makes the open value, which is [#emptyBytes] long, one of a kind without elements.
    void writeEmpty(int kind) {
        Listpack.writeEmpty(value());
    }

    /// Another value is open now.
    void opened() {}

    /// Looks at the value that this entry is; it is not going to be changed.
    public final V open(int entryRef) {
        ref = entryRef;
        opened();
        return self();
    }

    /// Looks at the value that this entry is, to change it.
    public final V open(Database inDatabase, int inSlot, int entryRef, long hashOfKey) {
        database = inDatabase;
        slot = inSlot;
        keyHash = hashOfKey;
        return open(entryRef);
    }

    /// Adds a value without elements under a key that is not there; whoever calls this puts one in.
    ///
    /// @param expireAtMs Unix time, or [Database#NO_EXPIRY]
    public final V create(
            Database inDatabase,
            int inSlot,
            long key,
            int keyBytes,
            long hashOfKey,
            long expireAtMs) {
        return create(inDatabase, inSlot, key, keyBytes, hashOfKey, expireAtMs, emptyKind());
    }

    final V create(
            Database inDatabase,
            int inSlot,
            long key,
            int keyBytes,
            long hashOfKey,
            long expireAtMs,
            int kind) {
        int entryRef =
                inDatabase.insert(
                        inSlot, key, keyBytes, hashOfKey, kind, emptyBytes(kind), expireAtMs);
        open(inDatabase, inSlot, entryRef, hashOfKey);
        writeEmpty(kind);
        return self();
    }

    /// {@return the entry, which changes may have moved}
    public final int ref() {
        return ref;
    }

    /// {@return its [dev.dunlin.node.keyspace.ValueKind]}
    public final int kind() {
        return Entry.kind(allocator.address(ref));
    }

    /// {@return where the value is}
    final long value() {
        return Entry.value(allocator.address(ref));
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import dev.dunlin.node.keyspace.Database;
import dev.dunlin.node.keyspace.Keyspace;
import dev.dunlin.node.keyspace.ValueKind;
import dev.dunlin.node.offheap.Allocator;
import dev.dunlin.node.offheap.Entry;
import dev.dunlin.node.offheap.Memory;
import dev.dunlin.node.resp.RespError;
import dev.dunlin.node.value.HashValue;
import java.nio.charset.StandardCharsets;

/// What a handler works with: the client that asks, its database, the time, and what the command changes.
///
/// One context serves all commands of a node, one after the other. The rules of looking up a key are here: an expired key is not there,
/// a primary deletes it and says so in the log, a replica waits for its primary to do that.
///
/// Thread: owned by the node's loop.
public final class CommandContext {
    /// What a lookup returns when there is no such key.
    public static final int MISSING = Allocator.NULL;

    private static final byte[] DEL = "DEL".getBytes(StandardCharsets.UTF_8);

    private final Keyspace keyspace;
    private final NodeServices services;
    private final KeyspaceStats stats;
    private final Watches watches = new Watches();
    private final Effects effects = new Effects();
    private final HashValue hash;
    private final Args spareArgs;

    private Client client;
    private Database database;
    private long nowMs;

    /// Changes since start; a command that raised it is logged.
    private long dirty;

    private CommandContext(Keyspace keyspace, NodeServices services, Client nobody) {
        this.keyspace = keyspace;
        this.services = services;
        this.stats = services.stats();
        this.client = nobody;
        this.database = keyspace.database(0);
        this.hash = new HashValue(keyspace);
        this.spareArgs = new Args(keyspace.index(), services.clusterEnabled());
    }

    /// A context in which no client has asked anything yet.
    public static CommandContext create(Keyspace keyspace, NodeServices services) {
        return new CommandContext(keyspace, services, new Client(0, ClientLink.NONE, 0, true));
    }

    /// {@return the hashes of this keyspace}
    public HashValue hashes() {
        return hash;
    }

    /// {@return whether the command that runs now is one of a transaction}
    public boolean inTransaction() {
        return client.transaction().isOpen();
    }

    /// {@return arguments to look at other commands with while one runs}
    Args spareArgs() {
        return spareArgs;
    }

    /// Runs for this client from now on.
    public void enter(Client asking, long timeMs) {
        client = asking;
        database = keyspace.database(asking.database());
        nowMs = timeMs;
    }

    public Keyspace keyspace() {
        return keyspace;
    }

    /// {@return the node's other parts}
    public NodeServices services() {
        return services;
    }

    public Client client() {
        return client;
    }

    /// {@return the client's database}
    public Database database() {
        return database;
    }

    /// Switches the client to another database.
    public void select(int number) {
        client.database(number);
        database = keyspace.database(number);
    }

    /// {@return Unix time in milliseconds; the same during a command, and during a transaction}
    public long nowMs() {
        return nowMs;
    }

    public Effects effects() {
        return effects;
    }

    public Watches watches() {
        return watches;
    }

    public long dirty() {
        return dirty;
    }

    /// {@return the address of an entry; valid until something is allocated or freed}
    public long entry(int ref) {
        return keyspace.allocator().address(ref);
    }

    // Lookups

    /// {@return the entry of a key that will only be read, or [#MISSING]; counts a hit or a miss}
    public int read(Args args, int argument) {
        int ref = find(args, argument);
        if (ref == MISSING) {
            stats.keyspaceMisses++;
            return MISSING;
        }
        stats.keyspaceHits++;
        if (!client.noTouch()) {
            touch(ref);
        }
        return ref;
    }

    /// {@return the entry of a key without counting or touching it}
    public int peek(Args args, int argument) {
        return find(args, argument);
    }

    /// {@return the entry of a key that will be changed, or [#MISSING]}
    public int write(Args args, int argument) {
        int ref = find(args, argument);
        if (ref != MISSING) {
            touch(ref);
        }
        return ref;
    }

    /// {@return the entry of a string that will only be read, or [#MISSING]}
    ///
    /// @throws CommandException WRONGTYPE
    public int readString(Args args, int argument) {
        return requireString(read(args, argument));
    }

    /// {@return the entry of a string that will be changed, or [#MISSING]}
    ///
    /// @throws CommandException WRONGTYPE
    public int writeString(Args args, int argument) {
        return requireString(write(args, argument));
    }

    /// {@return the same reference}
    ///
    /// @throws CommandException WRONGTYPE when it is an entry of another type
    public int requireString(int ref) {
        if (ref != MISSING && !ValueKind.isString(Entry.kind(entry(ref)))) {
            throw new CommandException(RespError.WRONG_TYPE);
        }
        return ref;
    }

    /// {@return whether the entry has an expiry that has passed}
    public boolean isExpired(int ref) {
        long entry = entry(ref);
        return Entry.expires(entry) && nowMs > Entry.expireAtMs(entry);
    }

    private int find(Args args, int argument) {
        long address = args.address(argument);
        int bytes = args.bytes(argument);
        long hash = args.hash(argument);
        int slot = args.slot(argument);
        int ref = database.find(slot, address, bytes, hash);
        if (ref != MISSING && isExpired(ref)) {
            return expired(database, slot, ref, hash, address, bytes);
        }
        return ref;
    }

    /// Applies the expiry rules to an entry whose time has passed.
    ///
    /// @return the entry when the command may see it all the same, else [#MISSING]
    private int expired(Database db, int slot, int ref, long hash, long address, int bytes) {
        if (client.fromPrimary()) {
            // The primary decides when the key goes; until then its commands see it.
            return ref;
        }
        if (!services.mayExpire()) {
            return MISSING;
        }
        byte[] key = effects.listening() ? copy(address, bytes) : null;
        if (!watches.isEmpty()) {
            watches.changed(db.number(), address, bytes);
        }
        db.delete(slot, ref, hash);
        stats.expiredKeys++;
        dirtyByExpiry(key);
        return MISSING;
    }

    private void dirtyByExpiry(byte @org.jspecify.annotations.Nullable [] key) {
        if (key != null) {
            effects.before(DEL, key);
        }
    }

    private void touch(int ref) {
        long entry = entry(ref);
        int clock = keyspace.accessClock();
        if (Entry.access(entry) != clock) {
            Entry.access(entry, clock);
        }
    }

    // Changes

    /// Deletes a key that was looked up.
    public void delete(Args args, int argument, int ref) {
        database.delete(args.slot(argument), ref, args.hash(argument));
        changed(args, argument);
    }

    /// Gives a key a string value; an old value of any type goes, and its expiry with it unless kept.
    ///
    /// @param ref what a lookup of the key returned
    /// @param expireAtMs Unix time, or [Database#NO_EXPIRY]
    /// @param keepExpiry keep the old expiry and ignore `expireAtMs`
    public void setString(
            Args args,
            int argument,
            int ref,
            long value,
            int valueBytes,
            long expireAtMs,
            boolean keepExpiry) {
        int slot = args.slot(argument);
        long hash = args.hash(argument);
        int target = ref;
        if (target != MISSING && !ValueKind.isString(Entry.kind(entry(target)))) {
            long keptMs =
                    keepExpiry && Entry.expires(entry(target))
                            ? Entry.expireAtMs(entry(target))
                            : Database.NO_EXPIRY;
            database.delete(slot, target, hash);
            target =
                    database.insert(
                            slot,
                            args.address(argument),
                            args.bytes(argument),
                            hash,
                            ValueKind.STRING,
                            valueBytes,
                            keepExpiry ? keptMs : expireAtMs);
        } else if (target == MISSING) {
            target =
                    database.insert(
                            slot,
                            args.address(argument),
                            args.bytes(argument),
                            hash,
                            ValueKind.STRING,
                            valueBytes,
                            expireAtMs);
        } else {
            target = database.resizeValue(slot, target, hash, valueBytes);
            if (!keepExpiry) {
                target = database.setExpiry(slot, target, hash, expireAtMs);
            }
            Entry.kind(entry(target), ValueKind.STRING);
        }
        Memory.copy(value, Entry.value(entry(target)), valueBytes);
        changed(args, argument);
    }

    /// Notes that the key in this argument has changed: the command will be logged, and transactions that watch it will fail.
    public void changed(Args args, int argument) {
        dirty++;
        if (!watches.isEmpty()) {
            watches.changed(database.number(), args.address(argument), args.bytes(argument));
        }
    }

    /// Notes a change that is not about a key in the arguments.
    public void changed() {
        dirty++;
    }

    /// {@return a copy of bytes in native memory}
    public static byte[] copy(long address, int bytes) {
        byte[] copy = new byte[bytes];
        Memory.copyOut(address, copy, 0, bytes);
        return copy;
    }
}

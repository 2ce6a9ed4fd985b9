// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import dev.dunlin.node.config.Directives;
import dev.dunlin.node.config.Settings;
import dev.dunlin.node.keyspace.Database;
import dev.dunlin.node.keyspace.Keyspace;
import dev.dunlin.node.keyspace.ValueKind;
import dev.dunlin.node.offheap.Allocator;
import dev.dunlin.node.offheap.Entry;
import dev.dunlin.node.offheap.Memory;
import dev.dunlin.node.resp.RespError;
import dev.dunlin.node.value.Values;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.function.IntPredicate;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// What a handler works with: the client that asks, its database, the time, and what the command changes.
///
/// One context serves all commands of a node, one after the other. The rules of looking up a key are here: an expired key is not there,
/// a primary deletes it and says so in the log, a replica waits for its primary to do that.
///
/// Thread: owned by the node's loop.
public final class CommandContext {
    /// What a lookup returns when there is no such key.
    public static final int MISSING = Allocator.NULL;

    static final byte[] DEL = "DEL".getBytes(StandardCharsets.UTF_8);

    static final byte[] UNLINK = "UNLINK".getBytes(StandardCharsets.UTF_8);

    private static final byte[] NO_BYTES = {};

    private final Keyspace keyspace;
    private final NodeServices services;
    private final KeyspaceStats stats;
    private final Watches watches = new Watches();
    private final BlockedKeys blockedKeys;
    private final Monitors monitors = new Monitors();
    private final Effects effects = new Effects();
    private final RandomGenerator random = new SplittableRandom();
    private final Values values;
    private final Args spareArgs;
    private final StreamTrim streamTrim = new StreamTrim();

    /// State of the settings that `values` knows.
    private int settingsSeen = -1;

    private @Nullable CommandRunner runner;
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
        this.values = new Values(keyspace);
        this.spareArgs = new Args(keyspace.index(), services.clusterEnabled());
        this.blockedKeys = new BlockedKeys(new Args(keyspace.index(), services.clusterEnabled()));
    }

    /// A context in which no client has asked anything yet.
    public static CommandContext create(Keyspace keyspace, NodeServices services) {
        return new CommandContext(keyspace, services, new Client(0, ClientLink.NONE, 0, true));
    }

    /// {@return what works on values of each type, with the limits that are set now}
    public Values values() {
        Settings settings = services.settings();
        if (settingsSeen != settings.changes()) {
            settingsSeen = settings.changes();
            ValueLimits.apply(settings, values);
        }
        return values;
    }

    /// {@return whether the command that runs now is one of a transaction}
    public boolean inTransaction() {
        return client.transaction().isOpen();
    }

    /// {@return arguments to look at other commands with while one runs}
    Args spareArgs() {
        return spareArgs;
    }

    /// {@return what reads the options of XADD and XTRIM}
    StreamTrim streamTrim() {
        return streamTrim;
    }

    /// Runs for this client from now on.
    public void enter(Client asking, long timeMs) {
        client = asking;
        database = keyspace.database(asking.database());
        nowMs = timeMs;
    }

    void runner(CommandRunner newRunner) {
        runner = newRunner;
    }

    /// {@return what runs commands, for those that run others}
    CommandRunner runner() {
        return Objects.requireNonNull(runner);
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

    BlockedKeys blockedKeys() {
        return blockedKeys;
    }

    /// {@return whether the command that runs now may let its client wait; if not, it answers as if time had run out}
    public boolean mayBlock() {
        return !inTransaction() && !client.fromPrimary();
    }

    /// Lets the client wait, and runs its command again when that may help. Only where [#mayBlock].
    public void block(Args args, BlockedKeys.Wish wish) {
        blockedKeys.await(this, QueuedCommand.copyOf(running(), args), wish);
    }

    /// Lets the client wait, and runs `command` when that may help: the client's command with its arguments made definite.
    public void block(byte[][] command, BlockedKeys.Wish wish) {
        blockedKeys.await(this, QueuedCommand.copyOf(running(), command), wish);
    }

    private Command running() {
        return Objects.requireNonNull(client.lastCommand());
    }

    /// {@return whether a key holds a value of such a kind, and its time has not passed}
    boolean holds(KeyName key, IntPredicate kinds) {
        int ref = findByName(keyspace.database(key.database()), key.name());
        return ref != MISSING && !isExpired(ref) && kinds.test(Entry.kind(entry(ref)));
    }

    Monitors monitors() {
        return monitors;
    }

    public long dirty() {
        return dirty;
    }

    public RandomGenerator random() {
        return random;
    }

    /// {@return the address of an entry; valid until something is allocated or freed}
    public long entry(int ref) {
        return keyspace.allocator().address(ref);
    }

    // Lookups

    /// {@return the entry of a key that will only be read, or [#MISSING]; counts a hit or a miss}
    public int read(Args args, int argument) {
        int ref = find(database, args, argument);
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

    /// {@return the entry of a key without touching it, or [#MISSING]; counts a hit or a miss}
    public int peek(Args args, int argument) {
        int ref = find(database, args, argument);
        if (ref == MISSING) {
            stats.keyspaceMisses++;
        } else {
            stats.keyspaceHits++;
        }
        return ref;
    }

    /// {@return the entry of a key that will be changed, or [#MISSING]}
    public int write(Args args, int argument) {
        return write(database, args, argument);
    }

    /// {@return the entry of a key of any database that will be changed, or [#MISSING]}
    public int write(Database db, Args args, int argument) {
        int ref = find(db, args, argument);
        if (ref != MISSING && !client.noTouch()) {
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
        return require(ref, ValueKind::isString);
    }

    /// {@return the same reference}
    ///
    /// @param type whether a [ValueKind] is one of the type that is wanted
    /// @throws CommandException WRONGTYPE when it is an entry of another type
    public int require(int ref, IntPredicate type) {
        if (ref != MISSING && !type.test(Entry.kind(entry(ref)))) {
            throw new CommandException(RespError.WRONG_TYPE);
        }
        return ref;
    }

    /// {@return whether the entry has an expiry that has passed}
    public boolean isExpired(int ref) {
        long entry = entry(ref);
        return Entry.expires(entry) && nowMs > Entry.expireAtMs(entry);
    }

    private int find(Database db, Args args, int argument) {
        long address = args.address(argument);
        int bytes = args.bytes(argument);
        long hashOfKey = args.hash(argument);
        int slot = args.slot(argument);
        int ref = db.find(slot, address, bytes, hashOfKey);
        return ref != MISSING && isExpired(ref) ? expired(db, slot, ref, hashOfKey) : ref;
    }

    /// Applies the expiry rules to an entry of the client's database that was come upon without its name in the arguments.
    ///
    /// @return the entry when the command may see it, else [#MISSING]
    public int unlessExpired(int ref) {
        if (!isExpired(ref)) {
            return ref;
        }
        long entry = entry(ref);
        long hashOfKey = keyspace.hash(Entry.key(entry), Entry.keyBytes(entry));
        return expired(database, slotOf(entry), ref, hashOfKey);
    }

    /// Applies the expiry rules to an entry whose time has passed.
    ///
    /// @return the entry when the command may see it all the same, else [#MISSING]
    private int expired(Database db, int slot, int ref, long hashOfKey) {
        if (client.fromPrimary()) {
            // The primary decides when the key goes; until then its commands see it.
            return ref;
        }
        if (!services.mayExpire()) {
            return MISSING;
        }
        byte[] key = deleteUnasked(db, slot, ref, hashOfKey, effects.listening());
        stats.expiredKeys++;
        if (key != null) {
            effects.before(db.number(), expiryWord(), key);
        }
        return MISSING;
    }

    /// {@return what the deletion of an expired key is called in the log}
    byte[] expiryWord() {
        return services.settings().get(Directives.LAZYFREE_LAZY_EXPIRE) ? UNLINK : DEL;
    }

    /// {@return the key that was deleted, when somebody needs it}
    private byte @Nullable [] deleteUnasked(
            Database db, int slot, int ref, long hashOfKey, boolean needsKey) {
        byte[] key = null;
        if (needsKey || !watches.isEmpty() || !blockedKeys.isEmpty()) {
            key = copy(Entry.key(entry(ref)), Entry.keyBytes(entry(ref)));
        }
        db.delete(slot, ref, hashOfKey);
        if (key != null && !watches.isEmpty()) {
            watches.changed(db.number(), key, false);
        }
        if (key != null && !blockedKeys.isEmpty()) {
            blockedKeys.changed(db.number(), key);
        }
        return needsKey ? key : null;
    }

    /// Deletes an entry that [dev.dunlin.node.keyspace.Expiry] has found expired, if it is still in its database.
    ///
    /// @return the key that was deleted, empty unless `needsKey`; null when it was not there any more
    byte @Nullable [] expire(Database db, int ref, boolean needsKey) {
        long entry = entry(ref);
        long hashOfKey = keyspace.hash(Entry.key(entry), Entry.keyBytes(entry));
        int slot = slotOf(entry);
        // An entry of a slot that was dropped is on the list until its memory is reclaimed.
        if (db.find(slot, Entry.key(entry), Entry.keyBytes(entry), hashOfKey) != ref) {
            return null;
        }
        byte[] key = deleteUnasked(db, slot, ref, hashOfKey, needsKey);
        stats.expiredKeys++;
        return key == null ? NO_BYTES : key;
    }

    /// Deletes an entry to make room.
    ///
    /// @return its key when `needsKey`
    byte @Nullable [] evict(Database db, int slot, int ref, long hashOfKey, boolean needsKey) {
        byte[] key = deleteUnasked(db, slot, ref, hashOfKey, needsKey);
        stats.evictedKeys++;
        return key;
    }

    private int slotOf(long entry) {
        return database.slots() == 1 ? 0 : KeySlot.of(Entry.key(entry), Entry.keyBytes(entry));
    }

    /// Notes that an entry was accessed, whatever its client has said about that.
    void touch(int ref) {
        keyspace.access().touch(entry(ref));
    }

    // Changes

    /// Deletes a key that was looked up.
    public void delete(Args args, int argument, int ref) {
        delete(args, argument, ref, 1);
    }

    /// As the other, for so many changes, because the key's elements were taken out one by one.
    void delete(Args args, int argument, int ref, long changes) {
        database.delete(args.slot(argument), ref, args.hash(argument));
        changed(database, args, argument, changes);
    }

    /// Deletes the key that a command would have stored something in, had there been anything. As in Redis it does not matter whether its
    /// time has passed.
    void deleteTarget(Args args, int argument) {
        int old =
                database.find(
                        args.slot(argument),
                        args.address(argument),
                        args.bytes(argument),
                        args.hash(argument));
        if (old != MISSING) {
            delete(args, argument, old);
        }
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
            int access = Entry.access(entry(target));
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
            Entry.access(entry(target), access);
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
        changed(args, argument, 1);
    }

    /// As the other, for so many changes: Redis counts elements, and save points are due after so many. 0 for the second key of a command that
    /// counts once.
    void changed(Args args, int argument, long changes) {
        changed(database, args, argument, changes);
    }

    /// As the other, for a key of any database.
    void changed(Database db, Args args, int argument, long changes) {
        dirty += changes;
        if (!watches.isEmpty()) {
            boolean exists =
                    db.find(
                                    args.slot(argument),
                                    args.address(argument),
                                    args.bytes(argument),
                                    args.hash(argument))
                            != MISSING;
            watches.changed(db.number(), args.copy(argument), exists);
        }
        wake(db, args, argument);
    }

    /// Clients that wait for this key try again, although nobody who watches it would call it changed.
    void wake(Args args, int argument) {
        wake(database, args, argument);
    }

    private void wake(Database db, Args args, int argument) {
        if (!blockedKeys.isEmpty()) {
            blockedKeys.changed(db.number(), args.copy(argument));
        }
    }

    /// Ends all that commands have begun for a client whose connection has ended: its watches and its transaction.
    public void clientGone(Client gone) {
        watches.unwatch(gone);
        monitors.remove(gone);
        gone.transaction().close();
    }

    /// {@return whether a key is there by name, expired or not}
    boolean exists(Database db, byte[] name) {
        return findByName(db, name) != MISSING;
    }

    /// {@return whether a key is there and its time has passed}
    boolean isExpired(Database db, byte[] name) {
        int ref = findByName(db, name);
        return ref != MISSING && isExpired(ref);
    }

    private int findByName(Database db, byte[] name) {
        ByteBuf memory = PooledByteBufAllocator.DEFAULT.directBuffer(Math.max(1, name.length));
        try {
            memory.writeBytes(name);
            long address = memory.memoryAddress();
            return db.find(
                    database.slots() == 1 ? 0 : KeySlot.of(address, name.length),
                    address,
                    name.length,
                    keyspace.hash(address, name.length));
        } finally {
            memory.release();
        }
    }

    /// Notes a change that is not about a key in the arguments.
    public void changed() {
        changed(1);
    }

    /// As the other, for so many changes.
    void changed(long changes) {
        dirty += changes;
    }

    /// {@return a copy of bytes in native memory}
    public static byte[] copy(long address, int bytes) {
        byte[] copy = new byte[bytes];
        Memory.copyOut(address, copy, 0, bytes);
        return copy;
    }
}

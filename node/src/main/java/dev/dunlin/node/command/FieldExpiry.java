// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.dunlin.node.keyspace.Database;
import dev.dunlin.node.keyspace.TimedHash;
import dev.dunlin.node.offheap.Entry;
import dev.dunlin.node.value.HashValue;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// The rules by which fields of hashes expire.
///
/// A field whose time has passed is not there, for any command. A primary removes such fields when a command comes upon the hash, some at a
/// time, and in turns of its own ([#run]), the one that expired first before all others; it logs HDEL, and a hash without fields is gone. A
/// replica only hides them, and waits for its primary's HDEL; commands of its primary see them. What is about hashes as a whole, such as
/// EXISTS, TYPE and HLEN, takes account of expired fields until they are removed.
///
/// Thread: owned by the node's loop.
final class FieldExpiry {
    static final byte[] HDEL = "HDEL".getBytes(UTF_8);

    /// Fields that are removed from a large hash before a command that came upon it, or between two looks at the clock.
    private static final int AT_ONCE = 64;

    private FieldExpiry() {}

    /// Takes log entries of what expires in its own time.
    interface Log {
        void append(int database, byte[][] command);
    }

    /// Applies the rules to a hash whose fields may expire, and that was looked up.
    ///
    /// @return the hash, for changing, or null when nothing was left of it
    static @Nullable HashValue seen(CommandContext ctx, Args args, int argument, int ref) {
        Database database = ctx.database();
        int slot = args.slot(argument);
        long keyHash = args.hash(argument);
        if (ctx.client().fromPrimary()) {
            return ctx.values().hashes().open(database, slot, ref, keyHash);
        }
        long nowMs = ctx.nowMs();
        int left = ref;
        if (ctx.services().mayExpire() && isDue(ctx, ref, nowMs)) {
            var gone = new ArrayList<byte[]>();
            byte[] key = args.copy(argument);
            left = remove(ctx, database, slot, ref, keyHash, nowMs, gone);
            ctx.effects().before(database.number(), command(key, gone));
            if (left == CommandContext.MISSING) {
                return null;
            }
        }
        return ctx.values().hashes().open(database, slot, left, keyHash).seenAt(nowMs);
    }

    /// {@return fields that expire before this are not there for the command that runs}
    static long seenAtMs(CommandContext ctx) {
        return ctx.client().fromPrimary() ? Long.MIN_VALUE : ctx.nowMs();
    }

    /// As the other, for a value of any type.
    ///
    /// @return the entry from now on, or [CommandContext#MISSING] when it is a hash of which nothing is to be seen
    static int seenEntry(CommandContext ctx, Args args, int argument, int ref) {
        if (ref == CommandContext.MISSING || !TimedHash.is(Entry.kind(ctx.entry(ref)))) {
            return ref;
        }
        HashValue hash = seen(ctx, args, argument, ref);
        return hash == null || hash.shownCount() == 0 ? CommandContext.MISSING : hash.ref();
    }

    private static boolean isDue(CommandContext ctx, int ref, long nowMs) {
        return TimedHash.dueMs(ctx.entry(ref)) < nowMs;
    }

    /// Removes expired fields, the hash as well when none is left.
    ///
    /// @param gone gets their names
    /// @return the hash from now on, or [CommandContext#MISSING]
    private static int remove(
            CommandContext ctx,
            Database database,
            int slot,
            int ref,
            long keyHash,
            long nowMs,
            List<byte[]> gone) {
        long entry = ctx.entry(ref);
        boolean told = !ctx.watches().isEmpty() || !ctx.blockedKeys().isEmpty();
        byte[] key =
                told ? CommandContext.copy(Entry.key(entry), Entry.keyBytes(entry)) : new byte[0];
        HashValue hash = ctx.values().hashes().open(database, slot, ref, keyHash);
        ctx.services().stats().expiredFields += hash.removeExpired(nowMs, AT_ONCE, gone::add);
        boolean empty = hash.count() == 0;
        if (empty) {
            database.delete(slot, hash.ref(), keyHash);
        }
        if (told) {
            ctx.watches().changed(database.number(), key, !empty);
            ctx.blockedKeys().changed(database.number(), key);
        }
        return empty ? CommandContext.MISSING : hash.ref();
    }

    /// Removes expired fields that nobody asks for, in the order in which they expired.
    ///
    /// @param log null when nobody reads the log
    /// @return whether the time was over before it was done
    static boolean run(
            CommandContext ctx,
            long nowMs,
            LongSupplier clockNs,
            long budgetNs,
            @Nullable Log log) {
        long deadlineNs = clockNs.getAsLong() + budgetNs;
        for (int i = 0; i < ctx.keyspace().databases(); i++) {
            Database database = ctx.keyspace().database(i);
            while (true) {
                int ref = database.firstTimed();
                if (ref == CommandContext.MISSING || !isDue(ctx, ref, nowMs)) {
                    break;
                }
                expireSome(ctx, database, ref, nowMs, log);
                if (clockNs.getAsLong() - deadlineNs >= 0) {
                    return true;
                }
            }
        }
        return false;
    }

    private static void expireSome(
            CommandContext ctx, Database database, int ref, long nowMs, @Nullable Log log) {
        long entry = ctx.entry(ref);
        byte[] key = CommandContext.copy(Entry.key(entry), Entry.keyBytes(entry));
        long keyHash = ctx.keyspace().hash(Entry.key(entry), key.length);
        int slot = database.slots() == 1 ? 0 : KeySlot.of(Entry.key(entry), key.length);
        // One of a slot that was dropped is found until its memory is reclaimed.
        if (database.find(slot, Entry.key(entry), key.length, keyHash) != ref) {
            database.forgetTimed(ref);
            return;
        }
        var gone = new ArrayList<byte[]>();
        remove(ctx, database, slot, ref, keyHash, nowMs, gone);
        if (log != null) {
            log.append(database.number(), command(key, gone));
        }
    }

    private static byte[][] command(byte[] key, List<byte[]> fields) {
        byte[][] command = new byte[fields.size() + 2][];
        command[0] = HDEL;
        command[1] = key;
        for (int i = 0; i < fields.size(); i++) {
            command[i + 2] = fields.get(i);
        }
        return command;
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.dunlin.node.value.HashValue;
import java.util.ArrayList;
import java.util.List;

/// What a command changes in the times of a hash's fields, and what the log gets of it: absolute times, and HDEL for fields whose time was
/// in the past.
///
/// Effects are logged one by one, never as a unit: a replica that does not know HPEXPIREAT, such as Redis 7.0, says so and goes on, but it
/// would refuse a transaction that has the command in it as a whole.
///
/// Thread: the node's loop; one object per command.
final class FieldChanges {
    static final byte[] HPEXPIREAT = "HPEXPIREAT".getBytes(UTF_8);
    private static final byte[] HPERSIST = "HPERSIST".getBytes(UTF_8);

    private final CommandContext ctx;
    private final Args args;
    private final HashValue hash;
    private final List<byte[]> timed = new ArrayList<>();
    private final List<byte[]> persistent = new ArrayList<>();
    private final List<byte[]> deleted = new ArrayList<>();

    FieldChanges(CommandContext ctx, Args args, HashValue hash) {
        this.ctx = ctx;
        this.args = args;
        this.hash = hash;
    }

    /// Gives a field that is there a time; one in the past deletes it.
    ///
    /// @return whether it was deleted
    boolean expire(int field, long atMs) {
        if (atMs <= ctx.nowMs() && ctx.services().mayExpire()) {
            delete(field);
            return true;
        }
        // A replica may be told of times long ago; they are all the same to it.
        hash.expire(args.address(field), args.bytes(field), Math.max(1, atMs));
        timed.add(args.copy(field));
        return false;
    }

    void persist(int field) {
        hash.expire(args.address(field), args.bytes(field), HashValue.NO_TIME);
        persistent.add(args.copy(field));
    }

    void delete(int field) {
        if (hash.remove(args.address(field), args.bytes(field))) {
            deleted.add(args.copy(field));
        }
    }

    /// Notes the changes; deletes the hash when nothing is left of it.
    ///
    /// @param atMs the time that was given
    void end(long atMs) {
        int changes = timed.size() + persistent.size() + deleted.size();
        if (changes == 0) {
            return;
        }
        if (hash.count() == 0) {
            ctx.delete(args, 1, hash.ref(), changes);
        } else {
            ctx.changed(args, 1, changes);
        }
        Effects effects = ctx.effects();
        effects.none();
        effects.separately();
        if (!effects.listening()) {
            return;
        }
        byte[] key = args.copy(1);
        if (!timed.isEmpty()) {
            effects.instead(FieldArgs.command(HPEXPIREAT, key, timed, FieldArgs.text(atMs)));
        }
        if (!persistent.isEmpty()) {
            effects.instead(FieldArgs.command(HPERSIST, key, persistent));
        }
        if (!deleted.isEmpty()) {
            var command = new ArrayList<byte[]>(List.of(FieldExpiry.HDEL, key));
            command.addAll(deleted);
            effects.instead(command.toArray(new byte[0][]));
        }
    }
}

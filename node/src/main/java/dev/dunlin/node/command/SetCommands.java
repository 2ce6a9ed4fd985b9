// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import static dev.dunlin.node.command.Command.command;
import static dev.dunlin.node.command.Flag.DENYOOM;
import static dev.dunlin.node.command.Flag.FAST;
import static dev.dunlin.node.command.Flag.MOVABLEKEYS;
import static dev.dunlin.node.command.Flag.READONLY;
import static dev.dunlin.node.command.Flag.WRITE;

import dev.dunlin.node.keyspace.ValueKind;
import dev.dunlin.node.resp.ReplyWriter;
import dev.dunlin.node.value.SetMember;
import dev.dunlin.node.value.SetValue;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Commands whose value is a set. SET, which is about strings, is in [SetCommand].
///
/// Thread: handlers run on the node's loop and never block.
public final class SetCommands {
    private static final KeySpec SOURCES = KeySpec.range(2, -1, 1, "RO", "access");

    /// {@return the family's rows, fresh for each node because a row counts its calls}
    // spotless:off
    static List<Command> table() { return List.of(
        //       name         arity  keys                                          handler                            category  flags
        command("sadd",        -3,   KeySpec.first("RW", "insert"),                SetCommands::sadd,                 "set",    WRITE, DENYOOM, FAST),
        command("srem",        -3,   KeySpec.first("RW", "delete"),                SetCommands::srem,                 "set",    WRITE, FAST),
        command("smove",        4,   List.of(KeySpec.first("RW", "access", "delete"), KeySpec.range(2, 0, 1, "RW", "insert")),
                                                                                   SetCommands::smove,                "set",    WRITE, FAST),
        command("sismember",    3,   KeySpec.first("RO"),                          SetCommands::sismember,            "set",    READONLY, FAST),
        command("smismember",  -3,   KeySpec.first("RO", "access"),                SetCommands::smismember,           "set",    READONLY, FAST),
        command("scard",        2,   KeySpec.first("RO"),                          SetCommands::scard,                "set",    READONLY, FAST),
        command("smembers",     2,   KeySpec.first("RO", "access"),                SetCommands::smembers,             "set",    READONLY),
        command("spop",        -2,   KeySpec.first("RW", "access", "delete"),      SetRandomCommands::spop,           "set",    WRITE, FAST),
        command("srandmember", -2,   KeySpec.first("RO", "access"),                SetRandomCommands::srandmember,    "set",    READONLY),
        command("sinter",      -2,   KeySpec.all("RO", "access"),                  SetIntersectionCommands::sinter,      "set", READONLY),
        command("sintercard",  -3,   SetIntersectionCommands.NUMBERED,             SetIntersectionCommands::sintercard,  "set", READONLY, MOVABLEKEYS),
        command("sinterstore", -3,   List.of(KeySpec.first("OW", "update"), SOURCES),
                                                                                   SetIntersectionCommands::sinterstore, "set", WRITE, DENYOOM),
        command("sunion",      -2,   KeySpec.all("RO", "access"),                  SetUnionCommands::sunion,          "set",    READONLY),
        command("sunionstore", -3,   List.of(KeySpec.first("OW", "update"), SOURCES),
                                                                                   SetUnionCommands::sunionstore,     "set",    WRITE, DENYOOM),
        command("sdiff",       -2,   KeySpec.all("RO", "access"),                  SetDifferenceCommands::sdiff,      "set",    READONLY),
        command("sdiffstore",  -3,   List.of(KeySpec.first("OW", "update"), SOURCES),
                                                                                   SetDifferenceCommands::sdiffstore, "set",    WRITE, DENYOOM),
        command("sscan",       -3,   KeySpec.first("RO", "access"),                ScanCommands::sscan,               "set",    READONLY)); }
    // spotless:on

    private SetCommands() {}

    private static void sadd(CommandContext ctx, Args args, ReplyWriter reply) {
        int members = args.count() - 2;
        SetValue set = Sets.write(ctx, args, 1);
        if (set == null) {
            set = Sets.create(ctx, args, 1, Sets.member(ctx, args, 2), members);
        } else {
            set.expect(members);
        }
        int added = 0;
        for (int i = 2; i < args.count(); i++) {
            if (set.add(Sets.member(ctx, args, i))) {
                added++;
            }
        }
        if (added > 0) {
            ctx.changed(args, 1, added);
        }
        reply.integer(added);
    }

    private static void srem(CommandContext ctx, Args args, ReplyWriter reply) {
        SetValue set = Sets.write(ctx, args, 1);
        int removed = 0;
        boolean empty = false;
        for (int i = 2; set != null && !empty && i < args.count(); i++) {
            if (set.remove(Sets.member(ctx, args, i))) {
                removed++;
                empty = set.count() == 0;
            }
        }
        if (set != null && removed > 0) {
            removed(ctx, args, 1, set, removed);
        }
        reply.integer(removed);
    }

    /// Notes that a set has lost so many members, and deletes it when none is left.
    static void removed(CommandContext ctx, Args args, int argument, SetValue set, long members) {
        if (set.count() == 0) {
            ctx.delete(args, argument, set.ref(), members);
        } else {
            ctx.changed(args, argument, members);
        }
    }

    private static void smove(CommandContext ctx, Args args, ReplyWriter reply) {
        int from = ctx.write(args, 1);
        int to = ctx.write(args, 2);
        if (from == CommandContext.MISSING) {
            reply.integer(0);
            return;
        }
        ctx.require(from, ValueKind::isSet);
        ctx.require(to, ValueKind::isSet);
        SetMember member = Sets.member(ctx, args, 3);
        SetValue source =
                ctx.values().sets().open(ctx.database(), args.slot(1), from, args.hash(1));
        if (from == to) {
            reply.integer(source.contains(member));
            return;
        }
        if (!source.remove(member)) {
            reply.integer(0);
            return;
        }
        removed(ctx, args, 1, source, 1);
        SetValue target =
                to == CommandContext.MISSING
                        ? Sets.create(ctx, args, 2, member, 1)
                        : ctx.values().sets().open(ctx.database(), args.slot(2), to, args.hash(2));
        if (target.add(member)) {
            ctx.changed(args, 2);
        }
        reply.integer(1);
    }

    private static void sismember(CommandContext ctx, Args args, ReplyWriter reply) {
        SetValue set = Sets.read(ctx, args, 1);
        reply.integer(set != null && set.contains(Sets.member(ctx, args, 2)));
    }

    private static void smismember(CommandContext ctx, Args args, ReplyWriter reply) {
        SetValue set = Sets.read(ctx, args, 1);
        reply.array(args.count() - 2);
        for (int i = 2; i < args.count(); i++) {
            reply.integer(set != null && set.contains(Sets.member(ctx, args, i)));
        }
    }

    private static void scard(CommandContext ctx, Args args, ReplyWriter reply) {
        SetValue set = Sets.read(ctx, args, 1);
        reply.integer(set == null ? 0 : set.count());
    }

    private static void smembers(CommandContext ctx, Args args, ReplyWriter reply) {
        replyAll(Sets.read(ctx, args, 1), reply);
    }

    /// Replies with a whole set, or with an empty one for null.
    static void replyAll(@Nullable SetValue set, ReplyWriter reply) {
        reply.set(set == null ? 0 : set.count());
        if (set != null) {
            set.forEach(member -> reply(member, reply));
        }
    }

    static void reply(SetMember member, ReplyWriter reply) {
        if (member.isNumber()) {
            reply.bulkLong(member.integer());
        } else {
            reply.bulk(member.address(), member.bytes());
        }
    }
}

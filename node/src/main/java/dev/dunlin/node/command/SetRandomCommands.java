// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.dunlin.node.resp.ReplyWriter;
import dev.dunlin.node.resp.RespError;
import dev.dunlin.node.value.SetMember;
import dev.dunlin.node.value.SetValue;

/// SPOP and SRANDMEMBER: members by chance, each as likely as any other.
///
/// What SPOP has taken is logged as SREM of just these members, as Redis does it; a set that is gone as a whole as DEL.
///
/// Thread: handlers run on the node's loop and never block.
final class SetRandomCommands {
    /// Members that a negative count may ask for. Redis sets no bound and runs out of memory.
    private static final long REPEATED_MAX = 1L << 24;

    private static final byte[] SREM = "SREM".getBytes(UTF_8);

    private SetRandomCommands() {}

    static void spop(CommandContext ctx, Args args, ReplyWriter reply) {
        if (args.count() == 2) {
            popOne(ctx, args, reply);
            return;
        }
        if (args.count() > 3) {
            throw new CommandException(RespError.SYNTAX);
        }
        long count = args.longAt(2, RespError.POSITIVE_RANGE);
        if (count < 0) {
            throw new CommandException(RespError.POSITIVE_RANGE);
        }
        SetValue set = Sets.write(ctx, args, 1);
        if (set == null || count == 0) {
            reply.set(0);
        } else if (count >= set.count()) {
            SetCommands.replyAll(set, reply);
            ctx.delete(args, 1, set.ref(), set.count());
            if (ctx.effects().listening()) {
                ctx.effects().instead(CommandContext.DEL, args.copy(1));
            }
        } else {
            popSome(ctx, args, set, (int) count, reply);
        }
    }

    private static void popOne(CommandContext ctx, Args args, ReplyWriter reply) {
        SetValue set = Sets.write(ctx, args, 1);
        if (set == null) {
            reply.nil();
            return;
        }
        SetMember member = set.random(ctx.random());
        SetCommands.reply(member, reply);
        if (ctx.effects().listening()) {
            ctx.effects().instead(SREM, args.copy(1), copy(member));
        }
        set.remove(member);
        SetCommands.removed(ctx, args, 1, set, 1);
    }

    private static void popSome(
            CommandContext ctx, Args args, SetValue set, int count, ReplyWriter reply) {
        boolean logged = ctx.effects().listening();
        byte[] key = args.copy(1);
        reply.set(count);
        set.pop(
                count,
                ctx.random(),
                member -> {
                    SetCommands.reply(member, reply);
                    if (logged) {
                        ctx.effects().instead(SREM, key, copy(member));
                    }
                });
        ctx.changed(args, 1, count);
    }

    private static byte[] copy(SetMember member) {
        return CommandContext.copy(member.address(), member.bytes());
    }

    static void srandmember(CommandContext ctx, Args args, ReplyWriter reply) {
        if (args.count() == 2) {
            SetValue set = Sets.read(ctx, args, 1);
            if (set == null) {
                reply.nil();
            } else {
                SetCommands.reply(set.random(ctx.random()), reply);
            }
            return;
        }
        if (args.count() > 3) {
            throw new CommandException(RespError.SYNTAX);
        }
        long count = args.longAt(2);
        if (count == Long.MIN_VALUE) {
            throw new CommandException(RespError.outOfRange(-Long.MAX_VALUE, Long.MAX_VALUE));
        }
        SetValue set = Sets.read(ctx, args, 1);
        if (set == null || count == 0) {
            reply.array(0);
        } else if (count < 0) {
            repeated(ctx, set, -count, reply);
        } else {
            int wanted = (int) Math.min(count, set.count());
            reply.array(wanted);
            set.forEachRandom(wanted, ctx.random(), member -> SetCommands.reply(member, reply));
        }
    }

    private static void repeated(CommandContext ctx, SetValue set, long count, ReplyWriter reply) {
        if (count > REPEATED_MAX) {
            throw new CommandException(RespError.VALUE_OUT_OF_RANGE);
        }
        reply.array(count);
        for (long i = 0; i < count; i++) {
            SetCommands.reply(set.random(ctx.random()), reply);
        }
    }
}

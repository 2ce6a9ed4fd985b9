// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import static dev.dunlin.node.command.Command.command;
import static dev.dunlin.node.command.Flag.BLOCKING;
import static dev.dunlin.node.command.Flag.DENYOOM;
import static dev.dunlin.node.command.Flag.MOVABLEKEYS;
import static dev.dunlin.node.command.Flag.WRITE;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.dunlin.node.keyspace.ValueKind;
import dev.dunlin.node.resp.ReplyWriter;
import java.util.List;

/// BLPOP, BRPOP, BLMOVE, BRPOPLPUSH and BLMPOP: they take from a list, or wait until there is one.
///
/// What is logged is the command that takes without waiting.
///
/// Thread: handlers run on the node's loop and never block; clients do.
final class BlockingListCommands {
    private static final byte[] LPOP = "LPOP".getBytes(UTF_8);
    private static final byte[] RPOP = "RPOP".getBytes(UTF_8);
    private static final byte[] LMOVE = "LMOVE".getBytes(UTF_8);
    private static final byte[] RPOPLPUSH = "RPOPLPUSH".getBytes(UTF_8);

    /// {@return the family's rows, fresh for each node because a row counts its calls}
    // spotless:off
    static List<Command> table() { return List.of(
        //       name         arity  keys                                           handler                            category   flags
        command("blpop",       -3,   KeySpec.range(1, -2, 1, "RW", "access", "delete"), BlockingListCommands::blpop,   "list", WRITE, BLOCKING),
        command("brpop",       -3,   KeySpec.range(1, -2, 1, "RW", "access", "delete"), BlockingListCommands::brpop,   "list", WRITE, BLOCKING),
        command("blmove",       6,   List.of(KeySpec.first("RW", "access", "delete"), KeySpec.range(2, 0, 1, "RW", "insert")),
                                                                                    BlockingListCommands::blmove,      "list", WRITE, DENYOOM, BLOCKING),
        command("brpoplpush",   4,   List.of(KeySpec.first("RW", "access", "delete"), KeySpec.range(2, 0, 1, "RW", "insert")),
                                                                                    BlockingListCommands::brpoplpush,  "list", WRITE, DENYOOM, BLOCKING),
        command("blmpop",      -5,   KeySpec.numbered(2, "RW", "access", "delete"), BlockingListCommands::blmpop,      "list", WRITE, BLOCKING, MOVABLEKEYS)); }
    // spotless:on

    private BlockingListCommands() {}

    private static void blpop(CommandContext ctx, Args args, ReplyWriter reply) {
        pop(ctx, args, true, reply);
    }

    private static void brpop(CommandContext ctx, Args args, ReplyWriter reply) {
        pop(ctx, args, false, reply);
    }

    private static void pop(CommandContext ctx, Args args, boolean left, ReplyWriter reply) {
        int end = args.count() - 1;
        long timeoutMs = Blocking.timeoutOfSeconds(ctx, args, end);
        for (int key = 1; key < end; key++) {
            long mark = reply.mark();
            reply.array(2);
            reply.bulk(args.address(key), args.bytes(key));
            if (ListPops.pop(ctx, args, key, left, reply)) {
                if (ctx.effects().listening()) {
                    ctx.effects().instead(left ? LPOP : RPOP, args.copy(key));
                }
                return;
            }
            reply.rewind(mark);
        }
        if (ctx.mayBlock()) {
            Blocking.await(ctx, args, 1, end, ValueKind::isList, timeoutMs);
        } else {
            reply.nilArray();
        }
    }

    private static void blmove(CommandContext ctx, Args args, ReplyWriter reply) {
        boolean fromLeft = ListPops.isLeft(args, 3);
        boolean toLeft = ListPops.isLeft(args, 4);
        long timeoutMs = Blocking.timeoutOfSeconds(ctx, args, 5);
        if (move(ctx, args, fromLeft, toLeft, timeoutMs, reply) && ctx.effects().listening()) {
            ctx.effects().instead(LMOVE, args.copy(1), args.copy(2), args.copy(3), args.copy(4));
        }
    }

    private static void brpoplpush(CommandContext ctx, Args args, ReplyWriter reply) {
        long timeoutMs = Blocking.timeoutOfSeconds(ctx, args, 3);
        if (move(ctx, args, false, true, timeoutMs, reply) && ctx.effects().listening()) {
            ctx.effects().instead(RPOPLPUSH, args.copy(1), args.copy(2));
        }
    }

    /// {@return whether there was an element, which has been moved}
    private static boolean move(
            CommandContext ctx,
            Args args,
            boolean fromLeft,
            boolean toLeft,
            long timeoutMs,
            ReplyWriter reply) {
        if (ListPops.move(ctx, args, 1, 2, fromLeft, toLeft, reply)) {
            return true;
        }
        if (ctx.mayBlock()) {
            Blocking.await(ctx, args, 1, 2, ValueKind::isList, timeoutMs);
        } else {
            reply.nil();
        }
        return false;
    }

    private static void blmpop(CommandContext ctx, Args args, ReplyWriter reply) {
        long timeoutMs = Blocking.timeoutOfSeconds(ctx, args, 1);
        ListCommands.popFromFirst(
                ctx,
                args,
                2,
                reply,
                (firstKey, endKey) -> {
                    if (ctx.mayBlock()) {
                        Blocking.await(ctx, args, firstKey, endKey, ValueKind::isList, timeoutMs);
                    } else {
                        reply.nilArray();
                    }
                });
    }
}

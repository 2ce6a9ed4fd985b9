// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import static dev.dunlin.node.command.Command.command;
import static dev.dunlin.node.command.Flag.BLOCKING;
import static dev.dunlin.node.command.Flag.FAST;
import static dev.dunlin.node.command.Flag.MOVABLEKEYS;
import static dev.dunlin.node.command.Flag.WRITE;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.dunlin.node.keyspace.ValueKind;
import dev.dunlin.node.resp.ReplyWriter;
import dev.dunlin.node.value.SortedSetValue;
import java.util.List;

/// BZPOPMIN, BZPOPMAX and BZMPOP: they take from one end of a sorted set, or wait until there is one.
///
/// What is logged is the command that takes without waiting.
///
/// Thread: handlers run on the node's loop and never block; clients do.
final class BlockingSortedSetCommands {
    private static final byte[] ZPOPMIN = "ZPOPMIN".getBytes(UTF_8);
    private static final byte[] ZPOPMAX = "ZPOPMAX".getBytes(UTF_8);

    /// {@return the family's rows, fresh for each node because a row counts its calls}
    // spotless:off
    static List<Command> table() { return List.of(
        //       name        arity  keys                                                handler                               category     flags
        command("bzpopmin",   -3,   KeySpec.range(1, -2, 1, "RW", "access", "delete"),  BlockingSortedSetCommands::bzpopmin,  "sortedset", WRITE, FAST, BLOCKING),
        command("bzpopmax",   -3,   KeySpec.range(1, -2, 1, "RW", "access", "delete"),  BlockingSortedSetCommands::bzpopmax,  "sortedset", WRITE, FAST, BLOCKING),
        command("bzmpop",     -5,   KeySpec.numbered(2, "RW", "access", "delete"),      BlockingSortedSetCommands::bzmpop,    "sortedset", WRITE, BLOCKING, MOVABLEKEYS)); }
    // spotless:on

    private BlockingSortedSetCommands() {}

    private static void bzpopmin(CommandContext ctx, Args args, ReplyWriter reply) {
        pop(ctx, args, false, reply);
    }

    private static void bzpopmax(CommandContext ctx, Args args, ReplyWriter reply) {
        pop(ctx, args, true, reply);
    }

    private static void pop(CommandContext ctx, Args args, boolean max, ReplyWriter reply) {
        int end = args.count() - 1;
        long timeoutMs = Blocking.timeoutOfSeconds(ctx, args, end);
        for (int key = 1; key < end; key++) {
            SortedSetValue set = SortedSets.write(ctx, args, key);
            if (set != null) {
                reply.array(3);
                reply.bulk(args.address(key), args.bytes(key));
                SortedSetPopCommands.pop(ctx, args, key, set, max, 1, false, reply);
                if (ctx.effects().listening()) {
                    ctx.effects().instead(max ? ZPOPMAX : ZPOPMIN, args.copy(key));
                }
                return;
            }
        }
        if (ctx.mayBlock()) {
            Blocking.await(ctx, args, 1, end, ValueKind::isSortedSet, timeoutMs);
        } else {
            reply.nilArray();
        }
    }

    private static void bzmpop(CommandContext ctx, Args args, ReplyWriter reply) {
        long timeoutMs = Blocking.timeoutOfSeconds(ctx, args, 1);
        var request = SortedSetPopCommands.Request.parse(args, 2);
        int end = request.firstKey() + request.keys();
        for (int key = request.firstKey(); key < end; key++) {
            SortedSetValue set = SortedSets.write(ctx, args, key);
            if (set != null) {
                SortedSetPopCommands.popMany(
                        ctx, args, key, set, request.max(), request.count(), reply);
                return;
            }
        }
        if (ctx.mayBlock()) {
            Blocking.await(ctx, args, request.firstKey(), end, ValueKind::isSortedSet, timeoutMs);
        } else {
            reply.nilArray();
        }
    }
}

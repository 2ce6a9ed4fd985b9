// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.dunlin.node.keyspace.Database;
import dev.dunlin.node.offheap.Entry;
import dev.dunlin.node.resp.ReplyWriter;
import dev.dunlin.node.resp.RespError;

/// GETEX: `GETEX key [EX s|PX ms|EXAT s|PXAT ms|PERSIST]`.
final class GetexCommand {
    private static final byte[] PEXPIREAT = "PEXPIREAT".getBytes(UTF_8);
    private static final byte[] PERSIST = "PERSIST".getBytes(UTF_8);

    private GetexCommand() {}

    static void getex(CommandContext ctx, Args args, ReplyWriter reply) {
        boolean persist = false;
        int unit = 0;
        for (int i = 2; i < args.count(); i++) {
            if (args.is(i, "persist") && unit == 0) {
                persist = true;
            } else if (i + 1 < args.count()
                    && !persist
                    && ExpiryTime.isUnit(args, i)
                    && (unit == 0 || ExpiryTime.sameUnit(args, unit, i))) {
                unit = i++;
            } else {
                throw new CommandException(RespError.SYNTAX);
            }
        }
        int ref = ctx.readString(args, 1);
        if (ref == CommandContext.MISSING) {
            reply.nil();
            return;
        }
        long expireAtMs =
                unit == 0
                        ? Database.NO_EXPIRY
                        : ExpiryTime.parse(args, unit, unit + 1, ctx.nowMs(), "getex");
        StringCommands.replyString(ctx, ref, reply);
        if (unit != 0) {
            expireAt(ctx, args, ref, expireAtMs);
        } else if (persist && Entry.expires(ctx.entry(ref))) {
            ctx.database().setExpiry(args.slot(1), ref, args.hash(1), Database.NO_EXPIRY);
            ctx.changed(args, 1);
            if (ctx.effects().listening()) {
                ctx.effects().instead(PERSIST, args.copy(1));
            }
        }
    }

    private static void expireAt(CommandContext ctx, Args args, int ref, long expireAtMs) {
        if (expireAtMs <= ctx.nowMs() && ctx.services().mayExpire()) {
            ctx.delete(args, 1, ref);
            if (ctx.effects().listening()) {
                ctx.effects().instead(CommandContext.DEL, args.copy(1));
            }
            return;
        }
        ctx.database().setExpiry(args.slot(1), ref, args.hash(1), expireAtMs);
        ctx.changed(args, 1);
        if (ctx.effects().listening()) {
            ctx.effects()
                    .instead(PEXPIREAT, args.copy(1), Long.toString(expireAtMs).getBytes(UTF_8));
        }
    }
}

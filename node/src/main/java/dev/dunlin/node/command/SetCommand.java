// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.dunlin.node.keyspace.Database;
import dev.dunlin.node.resp.ReplyWriter;
import dev.dunlin.node.resp.RespError;
import java.util.List;

/// SET with its options: `SET key value [NX|XX] [GET] [EX s|PX ms|EXAT s|PXAT ms|KEEPTTL]`.
final class SetCommand {
    private static final int NX = 1;
    private static final int XX = 2;
    private static final int GET = 4;
    private static final int KEEPTTL = 8;
    private static final int EXPIRES = 16;

    private SetCommand() {}

    /// {@return what a SET with these arguments does with its key}
    static List<String> keyFlags(Args args) {
        for (int i = 3; i < args.count(); i++) {
            if (args.is(i, "get")) {
                return List.of("RW", "access", "update");
            }
        }
        return List.of("OW", "update");
    }

    static void set(CommandContext ctx, Args args, ReplyWriter reply) {
        if (args.count() == 3) {
            store(ctx, args, ctx.write(args, 1), Database.NO_EXPIRY, false);
            reply.ok();
            return;
        }
        int options = 0;
        int unit = 0;
        for (int i = 3; i < args.count(); i++) {
            boolean hasNext = i + 1 < args.count();
            if (args.is(i, "nx") && (options & XX) == 0) {
                options |= NX;
            } else if (args.is(i, "xx") && (options & NX) == 0) {
                options |= XX;
            } else if (args.is(i, "get")) {
                options |= GET;
            } else if (args.is(i, "keepttl") && (options & EXPIRES) == 0) {
                options |= KEEPTTL;
            } else if (hasNext
                    && (options & KEEPTTL) == 0
                    && ExpiryTime.isUnit(args, i)
                    && (unit == 0 || ExpiryTime.sameUnit(args, unit, i))) {
                options |= EXPIRES;
                unit = i++;
            } else {
                throw new CommandException(RespError.SYNTAX);
            }
        }
        // Only now: a wrong word is worse than a wrong number, wherever they stand.
        long expireAtMs =
                unit == 0
                        ? Database.NO_EXPIRY
                        : ExpiryTime.parse(args, unit, unit + 1, ctx.nowMs(), "set");
        setWithOptions(ctx, args, options, expireAtMs, reply);
    }

    private static void setWithOptions(
            CommandContext ctx, Args args, int options, long expireAtMs, ReplyWriter reply) {
        int ref = ctx.write(args, 1);
        if ((options & GET) != 0) {
            StringCommands.replyString(ctx, ctx.requireString(ref), reply);
        }
        boolean exists = ref != CommandContext.MISSING;
        if (exists ? (options & NX) != 0 : (options & XX) != 0) {
            if ((options & GET) == 0) {
                reply.nil();
            }
            return;
        }
        store(ctx, args, ref, expireAtMs, (options & KEEPTTL) != 0);
        if ((options & GET) == 0) {
            reply.ok();
        }
        if (ctx.effects().listening()) {
            rewrite(ctx, args, options, expireAtMs);
        }
    }

    /// What replicas get: absolute times, and no GET.
    private static void rewrite(CommandContext ctx, Args args, int options, long expireAtMs) {
        if ((options & EXPIRES) != 0) {
            ctx.effects()
                    .instead(
                            "SET".getBytes(UTF_8),
                            args.copy(1),
                            args.copy(2),
                            "PXAT".getBytes(UTF_8),
                            Long.toString(expireAtMs).getBytes(UTF_8));
        } else if ((options & GET) != 0) {
            byte[][] without = new byte[args.count()][];
            int count = 0;
            for (int i = 0; i < args.count(); i++) {
                if (i < 3 || !args.is(i, "get")) {
                    without[count++] = args.copy(i);
                }
            }
            ctx.effects().instead(java.util.Arrays.copyOf(without, count));
        }
    }

    private static void store(
            CommandContext ctx, Args args, int ref, long expireAtMs, boolean keepExpiry) {
        ctx.setString(args, 1, ref, args.address(2), args.bytes(2), expireAtMs, keepExpiry);
    }
}

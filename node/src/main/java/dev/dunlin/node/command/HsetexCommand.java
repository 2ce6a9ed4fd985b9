// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.dunlin.node.resp.ReplyWriter;
import dev.dunlin.node.resp.RespError;
import dev.dunlin.node.value.HashValue;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// HSETEX: `HSETEX key [FNX|FXX] [EX s|PX ms|EXAT s|PXAT ms|KEEPTTL] FIELDS n field value ...`.
///
/// The log gets HSET and HPEXPIREAT, so that a replica of Redis 7 keeps the fields, although it does not know their times.
final class HsetexCommand {
    private static final RespError ONE_CONDITION =
            RespError.of("ERR Only one of FXX or FNX arguments can be specified");
    private static final RespError ONE_TIME =
            RespError.of(
                    "ERR Only one of EX, PX, EXAT, PXAT or KEEPTTL arguments can be specified");
    private static final RespError BAD_COUNT = RespError.of("ERR invalid number of fields");
    private static final RespError MISSING_TIME = RespError.of("ERR missing expire time");
    private static final byte[] HSET = "HSET".getBytes(UTF_8);

    private HsetexCommand() {}

    /// What the arguments say. Options come before the fields, and each is checked where it stands.
    ///
    /// @param first argument that is a field
    /// @param timed whether the fields get a time
    /// @param atMs that time
    /// @param condition argument that is one, 0 when there is none
    private record Request(int first, boolean timed, long atMs, boolean keepsTime, int condition) {
        static Request parse(CommandContext ctx, Args args) {
            boolean timed = false;
            long atMs = HashValue.NO_TIME;
            boolean keep = false;
            int condition = 0;
            for (int i = 2; i < args.count(); i++) {
                if (args.is(i, "fields")) {
                    return new Request(first(args, i), timed, atMs, keep, condition);
                } else if (args.is(i, "fnx") || args.is(i, "fxx")) {
                    if (condition != 0) {
                        throw new CommandException(ONE_CONDITION);
                    }
                    condition = i;
                } else if (args.is(i, "keepttl") || ExpiryTime.isUnit(args, i)) {
                    if (keep || timed) {
                        throw new CommandException(ONE_TIME);
                    }
                    keep = args.is(i, "keepttl");
                    if (!keep) {
                        if (i + 1 >= args.count()) {
                            throw new CommandException(MISSING_TIME);
                        }
                        timed = true;
                        atMs = FieldArgs.time(ctx, args, i++, "hsetex");
                    }
                } else {
                    throw new CommandException(
                            RespError.ofBytes(
                                    "ERR unknown argument: "
                                            + RespError.quoted(args.copy(i), args.bytes(i))));
                }
            }
            throw new CommandException(RespError.wrongArity("hsetex"));
        }

        /// {@return the argument that is the first of as many pairs as are announced, which are all that follows}
        private static int first(Args args, int word) {
            int left = args.count() - word - 2;
            if (left < 2) {
                throw new CommandException(RespError.wrongArity("hsetex"));
            }
            long count = args.longAt(word + 1, BAD_COUNT);
            if (count < 1 || count > Integer.MAX_VALUE) {
                throw new CommandException(BAD_COUNT);
            }
            if (2 * count != left) {
                throw new CommandException(RespError.wrongArity("hsetex"));
            }
            return word + 2;
        }
    }

    static void hsetex(CommandContext ctx, Args args, ReplyWriter reply) {
        Request request = Request.parse(ctx, args);
        HashValue there = Hashes.write(ctx, args, 1);
        if (request.condition != 0 && !isMet(request, there, args)) {
            reply.integer(0);
            return;
        }
        if (request.timed && request.atMs <= ctx.nowMs() && ctx.services().mayExpire()) {
            if (there != null) {
                var changes = new FieldChanges(ctx, args, there);
                for (int i = request.first; i < args.count(); i += 2) {
                    changes.delete(i);
                }
                changes.end(request.atMs);
            }
            reply.integer(1);
            return;
        }
        set(ctx, args, request, there, Math.max(1, request.atMs));
        reply.integer(1);
    }

    /// {@return whether all fields are there, or none, whichever was asked for}
    private static boolean isMet(Request request, @Nullable HashValue there, Args args) {
        boolean wanted = args.is(request.condition, "fxx");
        for (int i = request.first; i < args.count(); i += 2) {
            boolean found = there != null && there.find(args.address(i), args.bytes(i));
            if (found != wanted) {
                return false;
            }
        }
        return true;
    }

    private static void set(
            CommandContext ctx, Args args, Request request, @Nullable HashValue there, long atMs) {
        HashValue hash = there != null ? there : Hashes.writeOrCreate(ctx, args, 1);
        for (int i = request.first; i < args.count(); i += 2) {
            long field = args.address(i);
            int bytes = args.bytes(i);
            long value = args.address(i + 1);
            int valueBytes = args.bytes(i + 1);
            if (request.keepsTime) {
                hash.putKeepingTime(field, bytes, value, valueBytes);
            } else {
                hash.put(field, bytes, value, valueBytes);
            }
            if (request.timed) {
                hash.expire(field, bytes, atMs);
            }
        }
        ctx.changed(args, 1, (args.count() - request.first) / 2);
        if (ctx.effects().listening()) {
            log(ctx, args, request, hash);
        }
    }

    private static void log(CommandContext ctx, Args args, Request request, HashValue hash) {
        // See FieldChanges.
        ctx.effects().separately();
        byte[] key = args.copy(1);
        List<byte[]> set = new ArrayList<>(List.of(HSET, key));
        for (int i = request.first; i < args.count(); i++) {
            set.add(args.copy(i));
        }
        ctx.effects().instead(set.toArray(new byte[0][]));
        logTimes(ctx, key, args, request, hash);
    }

    /// Fields in a row that have the same time are one command.
    private static void logTimes(
            CommandContext ctx, byte[] key, Args args, Request request, HashValue hash) {
        List<byte[]> same = new ArrayList<>();
        long sameMs = HashValue.NO_TIME;
        for (int i = request.first; i < args.count(); i += 2) {
            hash.find(args.address(i), args.bytes(i));
            long timeMs = hash.timeMs();
            if (timeMs != sameMs) {
                logTime(ctx, key, sameMs, same);
                same = new ArrayList<>();
                sameMs = timeMs;
            }
            same.add(args.copy(i));
        }
        logTime(ctx, key, sameMs, same);
    }

    private static void logTime(CommandContext ctx, byte[] key, long atMs, List<byte[]> fields) {
        if (atMs != HashValue.NO_TIME) {
            ctx.effects()
                    .instead(
                            FieldArgs.command(
                                    FieldChanges.HPEXPIREAT, key, fields, FieldArgs.text(atMs)));
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import static dev.dunlin.node.command.Command.command;
import static dev.dunlin.node.command.Flag.BLOCKING;
import static dev.dunlin.node.command.Flag.DENYOOM;
import static dev.dunlin.node.command.Flag.FAST;
import static dev.dunlin.node.command.Flag.MOVABLEKEYS;
import static dev.dunlin.node.command.Flag.READONLY;
import static dev.dunlin.node.command.Flag.WRITE;

import dev.dunlin.node.resp.ReplyWriter;
import dev.dunlin.node.resp.RespError;
import dev.dunlin.node.value.StreamCursor;
import dev.dunlin.node.value.StreamId;
import dev.dunlin.node.value.StreamValue;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// XADD, XRANGE and every other command about the entries of a stream; those about consumer groups, and XREAD, are elsewhere.
///
/// Thread: handlers run on the node's loop and never block.
public final class StreamCommands {
    /// {@return the family's rows, fresh for each node because a row counts its calls}
    // spotless:off
    static List<Command> table() { return List.of(
        //       name         arity  keys                               handler                        category  flags
        command("xadd",       -5,    KeySpec.first("RW", "update"),     StreamCommands::xadd,          "stream", WRITE, DENYOOM, FAST),
        command("xlen",        2,    KeySpec.first("RO"),               StreamCommands::xlen,          "stream", READONLY, FAST),
        command("xrange",     -4,    KeySpec.first("RO", "access"),     StreamCommands::xrange,        "stream", READONLY),
        command("xrevrange",  -4,    KeySpec.first("RO", "access"),     StreamCommands::xrevrange,     "stream", READONLY),
        command("xdel",       -3,    KeySpec.first("RW", "delete"),     StreamCommands::xdel,          "stream", WRITE, FAST),
        command("xtrim",      -4,    KeySpec.first("RW", "delete"),     StreamCommands::xtrim,         "stream", WRITE),
        command("xsetid",     -3,    KeySpec.first("RW", "update"),     StreamCommands::xsetid,        "stream", WRITE, DENYOOM, FAST),
        command("xread",      -4,    StreamRead.KEYS,                   StreamReadCommands::xread,     "stream", READONLY, BLOCKING, MOVABLEKEYS),
        command("xreadgroup", -7,    StreamRead.GROUP_KEYS,             StreamReadCommands::xreadgroup, "stream", WRITE, BLOCKING, MOVABLEKEYS),
        command("xack",       -4,    KeySpec.first("RW", "update"),     StreamPendingCommands::xack,   "stream", WRITE, FAST),
        command("xpending",   -3,    KeySpec.first("RO", "access"),     StreamPendingCommands::xpending, "stream", READONLY),
        command("xclaim",     -6,    KeySpec.first("RW", "update"),     StreamClaimCommands::xclaim,   "stream", WRITE, FAST),
        command("xautoclaim", -6,    KeySpec.first("RW", "delete"),     StreamClaimCommands::xautoclaim, "stream", WRITE, FAST),
        StreamGroupCommands.container(),
        StreamInfoCommands.container()); }
    // spotless:on

    private StreamCommands() {}

    private static void xadd(CommandContext ctx, Args args, ReplyWriter reply) {
        StreamTrim options = args.is(2, "*") ? null : StreamTrim.ofAdd(ctx, args);
        int idPosition = options == null ? 2 : options.idPosition();
        int fields = args.count() - idPosition - 1;
        if (fields < 2 || fields % 2 == 1) {
            throw new CommandException(RespError.wrongArity("xadd"));
        }
        if (options != null
                && options.idGiven()
                && options.sequenceGiven()
                && options.id().isMin()) {
            throw new CommandException(RespError.STREAM_ID_ZERO);
        }
        StreamValue there = Streams.write(ctx, args, 1);
        if (there == null && options != null && !options.createsStream()) {
            reply.nil();
            return;
        }
        StreamId id = ctx.values().streams().newId();
        nextId(ctx, there, options, id);
        StreamValue stream = there != null ? there : Streams.create(ctx, args, 1);
        stream.append(id, args, idPosition + 1, fields / 2);
        Streams.replyId(stream, id, reply);
        ctx.changed(args, 1);
        if (options != null) {
            options.apply(stream);
        }
        boolean generated = options == null || !options.idGiven() || !options.sequenceGiven();
        boolean rough = options != null && options.isRough();
        if (ctx.effects().listening() && (generated || rough)) {
            byte[][] command = args.copyAll();
            if (generated) {
                command[idPosition] = StreamId.text(id.ms(), id.seq());
            }
            if (options != null && rough) {
                options.makeExact(command, stream);
            }
            ctx.effects().instead(command);
        }
    }

    /// Finds the id of a new entry.
    private static void nextId(
            CommandContext ctx,
            @Nullable StreamValue stream,
            @Nullable StreamTrim options,
            StreamId id) {
        StreamId last = id.setMin();
        if (stream != null) {
            stream.lastId(last);
        }
        if (last.isMax()) {
            throw new CommandException(RespError.STREAM_EXHAUSTED);
        }
        if (options == null || !options.idGiven()) {
            if (Long.compareUnsigned(ctx.nowMs(), last.ms()) > 0) {
                id.set(ctx.nowMs(), 0);
            } else {
                id.increment();
            }
            return;
        }
        StreamId given = options.id();
        if (!options.sequenceGiven() && given.ms() == last.ms() && last.seq() != -1) {
            id.increment();
        } else if (given.comparedTo(last) > 0) {
            id.set(given);
        } else {
            throw new CommandException(RespError.STREAM_ID_TOO_SMALL);
        }
    }

    private static void xlen(CommandContext ctx, Args args, ReplyWriter reply) {
        StreamValue stream = Streams.read(ctx, args, 1);
        reply.integer(stream == null ? 0 : stream.length());
    }

    private static void xrange(CommandContext ctx, Args args, ReplyWriter reply) {
        range(ctx, args, 2, 3, reply);
    }

    private static void xrevrange(CommandContext ctx, Args args, ReplyWriter reply) {
        range(ctx, args, 3, 2, reply);
    }

    private static void range(
            CommandContext ctx, Args args, int startArgument, int endArgument, ReplyWriter reply) {
        StreamId start = ctx.values().streams().start();
        StreamId end = ctx.values().streams().end();
        StreamIds.parseStart(args, startArgument, start);
        StreamIds.parseEnd(args, endArgument, end);
        long count = -1;
        for (int i = 4; i < args.count(); i += 2) {
            if (!args.is(i, "count") || i + 1 == args.count()) {
                throw new CommandException(RespError.SYNTAX);
            }
            count = Math.max(0, args.longAt(i + 1));
        }
        StreamValue stream = Streams.read(ctx, args, 1);
        if (stream == null) {
            reply.array(0);
        } else if (count == 0) {
            reply.nilArray();
        } else {
            StreamCursor cursor = stream.cursor();
            if (startArgument < endArgument) {
                cursor.forward(stream.address(), start, end);
            } else {
                cursor.backward(stream.address(), start, end);
            }
            Streams.replyRange(stream, cursor, Math.max(0, count), reply);
        }
    }

    private static void xdel(CommandContext ctx, Args args, ReplyWriter reply) {
        StreamValue stream = Streams.write(ctx, args, 1);
        if (stream == null) {
            reply.integer(0);
            return;
        }
        var id = new StreamId();
        for (int i = 2; i < args.count(); i++) {
            StreamIds.parse(args, i, id);
        }
        var known = new StreamId();
        long deleted = 0;
        boolean first = false;
        for (int i = 2; i < args.count(); i++) {
            StreamIds.parse(args, i, id);
            if (stream.delete(id.ms(), id.seq())) {
                first |= stream.firstId(known).comparedTo(id) == 0;
                if (stream.maxDeletedId(known).comparedTo(id) < 0) {
                    stream.setMaxDeletedId(id);
                }
                deleted++;
            }
        }
        if (deleted > 0) {
            if (first || stream.length() == 0) {
                stream.findFirstId();
            }
            ctx.changed(args, 1, deleted);
        }
        reply.integer(deleted);
    }

    private static void xtrim(CommandContext ctx, Args args, ReplyWriter reply) {
        StreamTrim trim = StreamTrim.ofTrim(ctx, args);
        StreamValue stream = Streams.write(ctx, args, 1);
        long trimmed = stream == null ? 0 : trim.apply(stream);
        if (stream != null && trimmed > 0) {
            ctx.changed(args, 1, trimmed);
            if (trim.isRough() && ctx.effects().listening()) {
                byte[][] command = args.copyAll();
                trim.makeExact(command, stream);
                ctx.effects().instead(command);
            }
        }
        reply.integer(trimmed);
    }

    private static void xsetid(CommandContext ctx, Args args, ReplyWriter reply) {
        var id = new StreamId();
        var maxDeleted = new StreamId();
        long added = -1;
        StreamIds.parse(args, 2, id);
        for (int i = 3; i < args.count(); i += 2) {
            boolean more = i + 1 < args.count();
            if (args.is(i, "entriesadded") && more) {
                added = args.longAt(i + 1);
                if (added < 0) {
                    throw new CommandException(RespError.NEGATIVE_ENTRIES_ADDED);
                }
            } else if (args.is(i, "maxdeletedid") && more) {
                StreamIds.parse(args, i + 1, maxDeleted);
                if (id.comparedTo(maxDeleted) < 0) {
                    throw new CommandException(RespError.SETID_BELOW_GIVEN_MAX_DELETED);
                }
            } else {
                throw new CommandException(RespError.SYNTAX);
            }
        }
        StreamValue stream = Streams.write(ctx, args, 1);
        if (stream == null) {
            throw new CommandException(RespError.NO_SUCH_KEY);
        }
        var known = new StreamId();
        // Redis 7.0 does not look at this, and may be the primary.
        if (!ctx.client().fromPrimary() && id.comparedTo(stream.maxDeletedId(known)) < 0) {
            throw new CommandException(RespError.SETID_BELOW_MAX_DELETED);
        }
        if (stream.length() > 0) {
            if (id.comparedTo(stream.lastEntryId(known)) < 0) {
                throw new CommandException(RespError.SETID_BELOW_TOP);
            }
            if (added != -1 && stream.length() > added) {
                throw new CommandException(RespError.ENTRIES_ADDED_BELOW_LENGTH);
            }
        }
        stream.setLastId(id);
        if (added != -1) {
            stream.entriesAdded(added);
        }
        if (!maxDeleted.isMin()) {
            stream.setMaxDeletedId(maxDeleted);
        }
        ctx.changed();
        reply.ok();
    }
}

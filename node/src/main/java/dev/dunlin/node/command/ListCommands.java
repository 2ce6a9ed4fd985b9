// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import static dev.dunlin.node.command.Command.command;
import static dev.dunlin.node.command.Flag.DENYOOM;
import static dev.dunlin.node.command.Flag.FAST;
import static dev.dunlin.node.command.Flag.MOVABLEKEYS;
import static dev.dunlin.node.command.Flag.READONLY;
import static dev.dunlin.node.command.Flag.WRITE;

import dev.dunlin.node.resp.ReplyWriter;
import dev.dunlin.node.resp.RespError;
import dev.dunlin.node.value.ListValue;
import java.util.List;

/// LPUSH, LRANGE and every other command about lists that does not wait.
///
/// Thread: handlers run on the node's loop and never block.
public final class ListCommands {
    private static final RespError KEY_NUMBER =
            RespError.of("ERR numkeys should be greater than 0");
    private static final RespError POP_COUNT = RespError.of("ERR count should be greater than 0");

    /// {@return the family's rows, fresh for each node because a row counts its calls}
    // spotless:off
    static List<Command> table() { return List.of(
        //       name        arity  keys                                      handler                  category  flags
        command("lpush",     -3,    KeySpec.first("RW", "insert"),            ListCommands::lpush,     "list", WRITE, DENYOOM, FAST),
        command("rpush",     -3,    KeySpec.first("RW", "insert"),            ListCommands::rpush,     "list", WRITE, DENYOOM, FAST),
        command("lpushx",    -3,    KeySpec.first("RW", "insert"),            ListCommands::lpushx,    "list", WRITE, DENYOOM, FAST),
        command("rpushx",    -3,    KeySpec.first("RW", "insert"),            ListCommands::rpushx,    "list", WRITE, DENYOOM, FAST),
        command("lpop",      -2,    KeySpec.first("RW", "access", "delete"),  ListCommands::lpop,      "list", WRITE, FAST),
        command("rpop",      -2,    KeySpec.first("RW", "access", "delete"),  ListCommands::rpop,      "list", WRITE, FAST),
        command("llen",       2,    KeySpec.first("RO"),                      ListCommands::llen,      "list", READONLY, FAST),
        command("lrange",     4,    KeySpec.first("RO", "access"),            ListCommands::lrange,    "list", READONLY),
        command("lindex",     3,    KeySpec.first("RO", "access"),            ListCommands::lindex,    "list", READONLY),
        command("lset",       4,    KeySpec.first("RW", "update"),            ListCommands::lset,      "list", WRITE, DENYOOM),
        command("linsert",    5,    KeySpec.first("RW", "insert"),            ListCommands::linsert,   "list", WRITE, DENYOOM),
        command("lrem",       4,    KeySpec.first("RW", "delete"),            ListCommands::lrem,      "list", WRITE),
        command("ltrim",      4,    KeySpec.first("RW", "delete"),            ListCommands::ltrim,     "list", WRITE),
        command("lpos",      -3,    KeySpec.first("RO", "access"),            ListPosCommand::lpos,    "list", READONLY),
        command("lmove",      5,    List.of(KeySpec.first("RW", "access", "delete"), KeySpec.range(2, 0, 1, "RW", "insert")),
                                                                              ListCommands::lmove,     "list", WRITE, DENYOOM),
        command("rpoplpush",  3,    List.of(KeySpec.first("RW", "access", "delete"), KeySpec.range(2, 0, 1, "RW", "insert")),
                                                                              ListCommands::rpoplpush, "list", WRITE, DENYOOM),
        command("lmpop",     -4,    KeySpec.numbered(1, "RW", "access", "delete"), ListCommands::lmpop, "list", WRITE, MOVABLEKEYS)); }
    // spotless:on

    private ListCommands() {}

    private static void lpush(CommandContext ctx, Args args, ReplyWriter reply) {
        push(ctx, args, Lists.writeOrCreate(ctx, args, 1), true, reply);
    }

    private static void rpush(CommandContext ctx, Args args, ReplyWriter reply) {
        push(ctx, args, Lists.writeOrCreate(ctx, args, 1), false, reply);
    }

    private static void lpushx(CommandContext ctx, Args args, ReplyWriter reply) {
        pushToExisting(ctx, args, true, reply);
    }

    private static void rpushx(CommandContext ctx, Args args, ReplyWriter reply) {
        pushToExisting(ctx, args, false, reply);
    }

    private static void pushToExisting(
            CommandContext ctx, Args args, boolean left, ReplyWriter reply) {
        ListValue list = Lists.write(ctx, args, 1);
        if (list == null) {
            reply.integer(0);
        } else {
            push(ctx, args, list, left, reply);
        }
    }

    private static void push(
            CommandContext ctx, Args args, ListValue list, boolean left, ReplyWriter reply) {
        long texts = 0;
        long entries = 0;
        for (int i = 2; i < args.count(); i++) {
            texts += args.bytes(i);
            entries += list.entryBytes(args.address(i), args.bytes(i));
        }
        list.makeRoom(texts, entries, args.count() - 2);
        for (int i = 2; i < args.count(); i++) {
            list.push(left, args.address(i), args.bytes(i));
        }
        ctx.changed(args, 1, args.count() - 2);
        reply.integer(list.count());
    }

    private static void lpop(CommandContext ctx, Args args, ReplyWriter reply) {
        pop(ctx, args, "lpop", true, reply);
    }

    private static void rpop(CommandContext ctx, Args args, ReplyWriter reply) {
        pop(ctx, args, "rpop", false, reply);
    }

    private static void pop(
            CommandContext ctx, Args args, String command, boolean left, ReplyWriter reply) {
        if (args.count() > 3) {
            throw new CommandException(RespError.wrongArity(command));
        }
        if (args.count() == 2) {
            if (!ListPops.pop(ctx, args, 1, left, reply)) {
                reply.nil();
            }
            return;
        }
        long count = args.longAt(2, RespError.POSITIVE_RANGE);
        if (count < 0) {
            throw new CommandException(RespError.POSITIVE_RANGE);
        }
        ListValue list = Lists.write(ctx, args, 1);
        if (list == null) {
            reply.nilArray();
        } else if (count == 0) {
            reply.array(0);
        } else {
            ListPops.popMany(ctx, args, 1, list, left, count, reply);
        }
    }

    private static void llen(CommandContext ctx, Args args, ReplyWriter reply) {
        ListValue list = Lists.read(ctx, args, 1);
        reply.integer(list == null ? 0 : list.count());
    }

    private static void lrange(CommandContext ctx, Args args, ReplyWriter reply) {
        long start = args.longAt(2);
        long stop = args.longAt(3);
        ListValue list = Lists.read(ctx, args, 1);
        if (list == null) {
            reply.array(0);
            return;
        }
        long first = first(start, list.count());
        long last = last(stop, list.count());
        if (first > last) {
            reply.array(0);
            return;
        }
        reply.array(last - first + 1);
        list.seek(first);
        ListPops.reply(list, reply);
        for (long i = first; i < last; i++) {
            list.next();
            ListPops.reply(list, reply);
        }
    }

    /// {@return where a range begins, never before the first element}
    private static long first(long start, long count) {
        return Math.max(0, start < 0 ? start + count : start);
    }

    /// {@return where a range ends, never behind the last element; before the first when it ends there}
    private static long last(long stop, long count) {
        return Math.min(count - 1, stop < 0 ? stop + count : stop);
    }

    private static void lindex(CommandContext ctx, Args args, ReplyWriter reply) {
        ListValue list = Lists.read(ctx, args, 1);
        if (list != null && list.seek(args.longAt(2))) {
            ListPops.reply(list, reply);
        } else {
            reply.nil();
        }
    }

    private static void lset(CommandContext ctx, Args args, ReplyWriter reply) {
        ListValue list = Lists.write(ctx, args, 1);
        if (list == null) {
            throw new CommandException(RespError.NO_SUCH_KEY);
        }
        long index = args.longAt(2);
        if (!list.seek(index)) {
            throw new CommandException(RespError.OUT_OF_RANGE);
        }
        list.makeRoom(args.bytes(3), 0, 1);
        list.seek(index);
        list.set(args.address(3), args.bytes(3));
        list.shrink();
        ctx.changed(args, 1);
        reply.ok();
    }

    private static void linsert(CommandContext ctx, Args args, ReplyWriter reply) {
        boolean behind = args.is(2, "after");
        if (!behind && !args.is(2, "before")) {
            throw new CommandException(RespError.SYNTAX);
        }
        ListValue list = Lists.write(ctx, args, 1);
        if (list == null) {
            reply.integer(0);
            return;
        }
        list.want(args.address(3), args.bytes(3));
        long index = 0;
        boolean there = list.seek(0);
        while (there && !list.isWanted()) {
            there = list.next();
            index++;
        }
        if (!there) {
            reply.integer(-1);
            return;
        }
        if (list.isPacked()) {
            list.makeRoom(args.bytes(4), list.entryBytes(args.address(4), args.bytes(4)), 1);
            list.seek(index);
        }
        list.insert(behind, args.address(4), args.bytes(4));
        ctx.changed(args, 1);
        reply.integer(list.count());
    }

    private static void lrem(CommandContext ctx, Args args, ReplyWriter reply) {
        long count = args.longAt(2);
        ListValue list = Lists.write(ctx, args, 1);
        if (list == null) {
            reply.integer(0);
            return;
        }
        list.want(args.address(3), args.bytes(3));
        boolean all = count == 0 || count == Long.MIN_VALUE;
        long removed = list.remove(count >= 0, all ? Long.MAX_VALUE : Math.abs(count));
        if (removed > 0) {
            Lists.removed(ctx, args, 1, list, removed);
        }
        reply.integer(removed);
    }

    private static void ltrim(CommandContext ctx, Args args, ReplyWriter reply) {
        long start = args.longAt(2);
        long stop = args.longAt(3);
        ListValue list = Lists.write(ctx, args, 1);
        if (list != null) {
            long count = list.count();
            long first = first(start, count);
            long last = last(stop, count);
            if (first > last) {
                list.removeFromEnd(true, count);
            } else {
                list.removeFromEnd(false, count - 1 - last);
                list.removeFromEnd(true, first);
            }
            long removed = count - list.count();
            if (removed > 0) {
                Lists.removed(ctx, args, 1, list, removed);
            }
        }
        reply.ok();
    }

    private static void lmove(CommandContext ctx, Args args, ReplyWriter reply) {
        move(ctx, args, ListPops.isLeft(args, 3), ListPops.isLeft(args, 4), reply);
    }

    private static void rpoplpush(CommandContext ctx, Args args, ReplyWriter reply) {
        move(ctx, args, false, true, reply);
    }

    private static void move(
            CommandContext ctx, Args args, boolean fromLeft, boolean toLeft, ReplyWriter reply) {
        if (!ListPops.move(ctx, args, 1, 2, fromLeft, toLeft, reply)) {
            reply.nil();
        }
    }

    private static void lmpop(CommandContext ctx, Args args, ReplyWriter reply) {
        popFromFirst(ctx, args, 1, reply, (_, _) -> reply.nilArray());
    }

    /// What to do when no key of a range holds a list.
    @FunctionalInterface
    interface NoList {
        void among(int firstKey, int endKey);
    }

    /// Pops from the first of several keys that holds a list.
    ///
    /// @param number argument with the number of keys; behind them come the end and COUNT
    static void popFromFirst(
            CommandContext ctx, Args args, int number, ReplyWriter reply, NoList otherwise) {
        long keys = args.longAt(number, KEY_NUMBER);
        if (keys < 1) {
            throw new CommandException(KEY_NUMBER);
        }
        if (keys > args.count() - number - 2) {
            throw new CommandException(RespError.SYNTAX);
        }
        int first = number + 1;
        int end = (int) keys + first;
        boolean left = ListPops.isLeft(args, end);
        long count = 1;
        if (end + 1 < args.count()) {
            if (!args.is(end + 1, "count") || end + 2 >= args.count()) {
                throw new CommandException(RespError.SYNTAX);
            }
            count = args.longAt(end + 2, POP_COUNT);
            if (count < 1) {
                throw new CommandException(POP_COUNT);
            }
            if (end + 3 < args.count()) {
                throw new CommandException(RespError.SYNTAX);
            }
        }
        for (int key = first; key < end; key++) {
            if (ListPops.popWithKey(ctx, args, key, left, count, reply)) {
                return;
            }
        }
        otherwise.among(first, end);
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.dunlin.node.keyspace.ValueKind;
import dev.dunlin.node.offheap.Allocator;
import dev.dunlin.node.offheap.Memory;
import dev.dunlin.node.resp.ReplyWriter;
import dev.dunlin.node.resp.RespError;
import dev.dunlin.node.value.ListValue;

/// Takes elements out of lists and answers with them: for commands that come upon elements, and for clients that have waited for some.
///
/// Nothing here knows which command asks: each method is told the arguments that name its keys. Those that return whether there was
/// something have then answered; otherwise they have done nothing at all.
///
/// Thread: the node's loop.
final class ListPops {
    private static final byte[] LPOP = "LPOP".getBytes(UTF_8);
    private static final byte[] RPOP = "RPOP".getBytes(UTF_8);

    private ListPops() {}

    /// Takes an element from an end; the answer is its text.
    ///
    /// @return whether there was one
    /// @throws CommandException WRONGTYPE
    static boolean pop(CommandContext ctx, Args args, int key, boolean left, ReplyWriter reply) {
        ListValue list = Lists.write(ctx, args, key);
        if (list == null) {
            return false;
        }
        list.seek(left ? 0 : -1);
        reply(list, reply);
        list.removeFromEnd(left, 1);
        Lists.removed(ctx, args, key, list, 1);
        return true;
    }

    /// Takes up to `countMax` elements, at least one, from an end of a list; the answer is an array of their texts.
    ///
    /// @return how many they are
    static long popMany(
            CommandContext ctx,
            Args args,
            int key,
            ListValue list,
            boolean left,
            long countMax,
            ReplyWriter reply) {
        long count = Math.min(countMax, list.count());
        reply.array(count);
        list.seek(left ? 0 : -1);
        for (long i = 0; i < count; i++) {
            if (i > 0) {
                step(list, left);
            }
            reply(list, reply);
        }
        list.removeFromEnd(left, count);
        Lists.removed(ctx, args, key, list, count);
        return count;
    }

    /// Takes up to `countMax` elements from an end; the answer is an array of the key and an array of their texts. What is logged says how
    /// many they were.
    ///
    /// @return whether there were any
    /// @throws CommandException WRONGTYPE
    static boolean popWithKey(
            CommandContext ctx,
            Args args,
            int key,
            boolean left,
            long countMax,
            ReplyWriter reply) {
        ListValue list = Lists.write(ctx, args, key);
        if (list == null) {
            return false;
        }
        reply.array(2);
        reply.bulk(args.address(key), args.bytes(key));
        long count = popMany(ctx, args, key, list, left, countMax, reply);
        if (ctx.effects().listening()) {
            ctx.effects()
                    .instead(
                            left ? LPOP : RPOP,
                            args.copy(key),
                            Long.toString(count).getBytes(UTF_8));
        }
        return true;
    }

    /// Takes an element from an end of a list and puts it at an end of another, or of the same; the answer is its text.
    ///
    /// @return whether there was one
    /// @throws CommandException WRONGTYPE
    static boolean move(
            CommandContext ctx,
            Args args,
            int source,
            int target,
            boolean fromLeft,
            boolean toLeft,
            ReplyWriter reply) {
        int ref = ctx.require(ctx.write(args, source), ValueKind::isList);
        if (ref == CommandContext.MISSING) {
            return false;
        }
        int targetRef = ctx.require(ctx.write(args, target), ValueKind::isList);
        if (ref == targetRef) {
            rotate(ctx, args, source, fromLeft, toLeft, ref, reply);
            return true;
        }
        ListValue list = Lists.open(ctx, args, source, ref);
        list.seek(fromLeft ? 0 : -1);
        reply(list, reply);
        // Memory of the source stays where it is while the target grows.
        push(
                target(ctx, args, target, targetRef),
                toLeft,
                list.elementAddress(),
                list.elementBytes());
        ctx.changed(args, target, 0);
        Lists.open(ctx, args, source, ref).removeFromEnd(fromLeft, 1);
        Lists.removed(ctx, args, source, list, 1);
        return true;
    }

    private static ListValue target(CommandContext ctx, Args args, int target, int ref) {
        return ref != CommandContext.MISSING
                ? Lists.open(ctx, args, target, ref)
                : Lists.create(ctx, args, target);
    }

    private static void rotate(
            CommandContext ctx,
            Args args,
            int key,
            boolean fromLeft,
            boolean toLeft,
            int ref,
            ReplyWriter reply) {
        ListValue list = Lists.open(ctx, args, key, ref);
        list.seek(fromLeft ? 0 : -1);
        reply(list, reply);
        Allocator allocator = ctx.keyspace().allocator();
        int bytes = list.elementBytes();
        int kept = allocator.allocate(Math.max(1, bytes));
        long text = allocator.address(kept);
        Memory.copy(list.elementAddress(), text, bytes);
        list.removeFromEnd(fromLeft, 1);
        push(list, toLeft, text, bytes);
        allocator.free(kept);
        list.shrink();
        ctx.changed(args, key);
    }

    private static void push(ListValue list, boolean left, long text, int bytes) {
        list.makeRoom(bytes, list.entryBytes(text, bytes), 1);
        list.push(left, text, bytes);
    }

    /// Answers with the element that the list is at.
    static void reply(ListValue list, ReplyWriter reply) {
        list.show();
        reply.bulk(list.elementAddress(), list.elementBytes());
    }

    /// Goes on in the direction that begins at an end.
    static boolean step(ListValue list, boolean left) {
        return left ? list.next() : list.previous();
    }

    /// {@return whether an argument names the left end, or the right one}
    ///
    /// @throws CommandException when it names neither
    static boolean isLeft(Args args, int argument) {
        if (args.is(argument, "left")) {
            return true;
        }
        if (args.is(argument, "right")) {
            return false;
        }
        throw new CommandException(RespError.SYNTAX);
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import dev.dunlin.node.resp.ReplyWriter;
import dev.dunlin.node.resp.RespError;
import dev.dunlin.node.value.StreamGroups;
import dev.dunlin.node.value.StreamId;
import dev.dunlin.node.value.StreamValue;

/// XACK and XPENDING: what consumers have got and not acknowledged.
///
/// Thread: handlers run on the node's loop and never block.
public final class StreamPendingCommands {
    private StreamPendingCommands() {}

    static void xack(CommandContext ctx, Args args, ReplyWriter reply) {
        StreamValue stream = Streams.read(ctx, args, 1);
        int group =
                stream == null
                        ? StreamGroups.MISSING
                        : stream.groups().find(args.address(2), args.bytes(2));
        if (stream == null || group == StreamGroups.MISSING) {
            reply.integer(0);
            return;
        }
        var id = new StreamId();
        for (int i = 3; i < args.count(); i++) {
            StreamIds.parse(args, i, id);
        }
        StreamGroups groups = stream.groups();
        long acknowledged = 0;
        for (int i = 3; i < args.count(); i++) {
            StreamIds.parse(args, i, id);
            int delivery = groups.findDelivery(group, id.ms(), id.seq());
            if (delivery != StreamGroups.MISSING) {
                groups.acknowledge(group, delivery, id.ms(), id.seq());
                acknowledged++;
            }
        }
        if (acknowledged > 0) {
            ctx.changed(acknowledged);
        }
        reply.integer(acknowledged);
    }

    static void xpending(CommandContext ctx, Args args, ReplyWriter reply) {
        if (args.count() != 3 && (args.count() < 6 || args.count() > 9)) {
            throw new CommandException(RespError.SYNTAX);
        }
        boolean summary = args.count() == 3;
        long minIdleMs = 0;
        long count = 0;
        var start = new StreamId();
        var end = new StreamId();
        int consumer = 0;
        if (!summary) {
            int first = 3;
            if (args.is(3, "idle")) {
                minIdleMs = args.longAt(4);
                if (args.count() < 8) {
                    throw new CommandException(RespError.SYNTAX);
                }
                first += 2;
            }
            count = Math.max(0, args.longAt(first + 2));
            StreamIds.parseStart(args, first, start);
            StreamIds.parseEnd(args, first + 1, end);
            consumer = first + 3 < args.count() ? first + 3 : 0;
        }
        StreamValue stream = Streams.read(ctx, args, 1);
        int group =
                stream == null
                        ? StreamGroups.MISSING
                        : stream.groups().find(args.address(2), args.bytes(2));
        if (stream == null || group == StreamGroups.MISSING) {
            throw noSuchGroup(args);
        }
        if (summary) {
            summary(stream, group, reply);
        } else {
            StreamGroups groups = stream.groups();
            long from;
            if (consumer != 0) {
                int found =
                        groups.findConsumer(group, args.address(consumer), args.bytes(consumer));
                from =
                        found == StreamGroups.MISSING
                                ? StreamGroups.NONE
                                : groups.seekConsumer(found, start.ms(), start.seq());
            } else {
                from = groups.seekGroup(group, start.ms(), start.seq());
            }
            list(ctx, stream, from, end, count, minIdleMs, reply);
        }
    }

    /// @param args key and group are the first two
    static CommandException noSuchGroup(Args args) {
        return new CommandException(
                RespError.noSuchGroup(
                        RespError.quoted(args.copy(1), Integer.MAX_VALUE),
                        RespError.quoted(args.copy(2), Integer.MAX_VALUE)));
    }

    private static void summary(StreamValue stream, int group, ReplyWriter reply) {
        StreamGroups groups = stream.groups();
        int pending = groups.groupPending(group);
        reply.array(4);
        reply.integer(pending);
        if (pending == 0) {
            reply.nil();
            reply.nil();
            reply.nilArray();
            return;
        }
        long first = groups.seekGroup(group, 0, 0);
        long last = groups.lastOfGroup(group);
        Streams.replyId(stream, groups.ms(first), groups.seq(first), reply);
        Streams.replyId(stream, groups.ms(last), groups.seq(last), reply);
        int[] consumers = groups.sortedConsumers(group);
        int busy = 0;
        for (int consumer : consumers) {
            busy += groups.consumerPending(consumer) > 0 ? 1 : 0;
        }
        reply.array(busy);
        for (int consumer : consumers) {
            if (groups.consumerPending(consumer) > 0) {
                reply.array(2);
                reply.bulk(groups.nameAddress(consumer), groups.nameBytes(consumer));
                reply.bulkLong(groups.consumerPending(consumer));
            }
        }
    }

    private static void list(
            CommandContext ctx,
            StreamValue stream,
            long from,
            StreamId end,
            long count,
            long minIdleMs,
            ReplyWriter reply) {
        StreamGroups groups = stream.groups();
        long found = 0;
        for (long at = next(ctx, groups, from, end, minIdleMs);
                at != StreamGroups.NONE && found < count;
                at = next(ctx, groups, groups.next(at), end, minIdleMs)) {
            found++;
        }
        reply.array(found);
        long at = from;
        for (long i = 0; i < found; i++) {
            at = next(ctx, groups, at, end, minIdleMs);
            int delivery = groups.delivery(at);
            int consumer = groups.consumer(delivery);
            reply.array(4);
            Streams.replyId(stream, groups.ms(at), groups.seq(at), reply);
            reply.bulk(groups.nameAddress(consumer), groups.nameBytes(consumer));
            reply.integer(Math.max(0, ctx.nowMs() - groups.deliveredMs(delivery)));
            reply.integer(groups.deliveries(delivery));
            at = groups.next(at);
        }
    }

    /// {@return the first pending delivery from `at` on that is idle for long enough, or none}
    private static long next(
            CommandContext ctx, StreamGroups groups, long at, StreamId end, long minIdleMs) {
        long found = at;
        while (found != StreamGroups.NONE
                && end.comparedTo(groups.ms(found), groups.seq(found)) >= 0) {
            long idleMs = ctx.nowMs() - groups.deliveredMs(groups.delivery(found));
            if (minIdleMs == 0 || idleMs >= minIdleMs) {
                return found;
            }
            found = groups.next(found);
        }
        return StreamGroups.NONE;
    }
}

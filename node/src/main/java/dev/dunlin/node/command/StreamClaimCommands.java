// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import dev.dunlin.node.resp.ReplyWriter;
import dev.dunlin.node.resp.RespError;
import dev.dunlin.node.value.StreamCursor;
import dev.dunlin.node.value.StreamGroups;
import dev.dunlin.node.value.StreamId;
import dev.dunlin.node.value.StreamValue;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// XCLAIM and XAUTOCLAIM: pending deliveries change hands.
///
/// Thread: handlers run on the node's loop and never block.
public final class StreamClaimCommands {
    private static final long AUTOCLAIM_COUNT = 100;
    private static final int ATTEMPTS_PER_ENTRY = 10;

    /// What Redis allows, which keeps an array of ids.
    private static final long AUTOCLAIM_COUNT_MAX = Long.MAX_VALUE / 16;

    private StreamClaimCommands() {}

    /// Ids in the order in which they were added.
    private static final class Ids {
        private long[] halves = new long[16];
        private int count;

        void add(long ms, long seq) {
            if (2 * count == halves.length) {
                halves = Arrays.copyOf(halves, 2 * halves.length);
            }
            halves[2 * count] = ms;
            halves[2 * count + 1] = seq;
            count++;
        }

        long ms(int number) {
            return halves[2 * number];
        }

        long seq(int number) {
            return halves[2 * number + 1];
        }
    }

    /// What XCLAIM is to do, besides the ids.
    private static final class ClaimOptions {
        private long deliveredMs = -1;
        private long deliveries = -1;
        private boolean force;
        private boolean justIds;
        private final StreamId lastId = new StreamId();

        static ClaimOptions parse(CommandContext ctx, Args args, int first) {
            var options = new ClaimOptions();
            for (int i = first; i < args.count(); i++) {
                boolean more = i + 1 < args.count();
                if (args.is(i, "force")) {
                    options.force = true;
                } else if (args.is(i, "justid")) {
                    options.justIds = true;
                } else if (args.is(i, "idle") && more) {
                    options.deliveredMs = ctx.nowMs() - args.longAt(++i, RespError.XCLAIM_IDLE);
                } else if (args.is(i, "time") && more) {
                    options.deliveredMs = args.longAt(++i, RespError.XCLAIM_TIME);
                } else if (args.is(i, "retrycount") && more) {
                    options.deliveries = args.longAt(++i, RespError.XCLAIM_RETRY_COUNT);
                } else if (args.is(i, "lastid") && more) {
                    StreamIds.parse(args, ++i, options.lastId);
                } else {
                    throw new CommandException(
                            RespError.unrecognizedClaimOption(
                                    RespError.quoted(args.copy(i), Integer.MAX_VALUE)));
                }
            }
            if (options.deliveredMs < 0 || options.deliveredMs > ctx.nowMs()) {
                options.deliveredMs = ctx.nowMs();
            }
            return options;
        }
    }

    static void xclaim(CommandContext ctx, Args args, ReplyWriter reply) {
        StreamValue stream = Streams.read(ctx, args, 1);
        int group = findGroup(stream, args);
        if (stream == null || group == StreamGroups.MISSING) {
            throw StreamPendingCommands.noSuchGroup(args);
        }
        long minIdleMs = Math.max(0, args.longAt(4, RespError.XCLAIM_MIN_IDLE));
        var id = new StreamId();
        int afterIds = 5;
        while (afterIds < args.count() && StreamIds.tryParse(args, afterIds, id)) {
            afterIds++;
        }
        ClaimOptions options = ClaimOptions.parse(ctx, args, afterIds);
        ctx.effects().none();
        StreamGroups groups = stream.groups();
        boolean advanced = options.lastId.comparedTo(groups.lastId(group, id)) > 0;
        if (advanced) {
            groups.setLastId(group, options.lastId);
            ctx.changed();
        }
        int consumer = consumer(ctx, stream, group, args);
        var claimed = new Ids();
        for (int i = 5; i < afterIds; i++) {
            StreamIds.parse(args, i, id);
            boolean logged;
            if (stream.contains(id.ms(), id.seq())) {
                logged = claim(ctx, stream, args, i, group, consumer, minIdleMs, options, id);
                if (logged) {
                    claimed.add(id.ms(), id.seq());
                }
            } else {
                int delivery = groups.findDelivery(group, id.ms(), id.seq());
                logged = delivery != StreamGroups.MISSING;
                if (logged) {
                    drop(ctx, stream, args, args.copy(i), group, delivery, id);
                }
            }
            // The group's last id goes along with it.
            advanced &= !logged;
        }
        if (advanced) {
            StreamEffects.groupAdvanced(ctx, stream, args.copy(1), args.copy(2), group);
        }
        replyClaimed(stream, claimed, options.justIds, reply);
    }

    private static int findGroup(@Nullable StreamValue stream, Args args) {
        return stream == null
                ? StreamGroups.MISSING
                : stream.groups().find(args.address(2), args.bytes(2));
    }

    private static int consumer(CommandContext ctx, StreamValue stream, int group, Args args) {
        StreamGroups groups = stream.groups();
        int consumer = groups.findConsumer(group, args.address(3), args.bytes(3));
        if (consumer == StreamGroups.MISSING) {
            ctx.changed();
            return groups.createConsumer(
                    group, args.address(3), args.bytes(3), ctx.nowMs(), StreamGroups.NEVER);
        }
        groups.seenMs(consumer, ctx.nowMs());
        return consumer;
    }

    /// {@return whether the consumer has the entry now}
    private static boolean claim(
            CommandContext ctx,
            StreamValue stream,
            Args args,
            int idArgument,
            int group,
            int consumer,
            long minIdleMs,
            ClaimOptions options,
            StreamId id) {
        StreamGroups groups = stream.groups();
        int delivery = groups.findDelivery(group, id.ms(), id.seq());
        if (delivery == StreamGroups.MISSING) {
            if (!options.force) {
                return false;
            }
            delivery =
                    groups.deliver(group, StreamGroups.MISSING, id.ms(), id.seq(), ctx.nowMs(), 1);
        } else if (ctx.nowMs() - groups.deliveredMs(delivery) < minIdleMs) {
            return false;
        }
        long deliveries = groups.deliveries(delivery);
        if (options.deliveries >= 0) {
            deliveries = options.deliveries;
        } else if (!options.justIds) {
            deliveries++;
        }
        groups.delivered(delivery, options.deliveredMs, deliveries);
        take(ctx, stream, args, args.copy(idArgument), group, consumer, delivery, id);
        return true;
    }

    private static void take(
            CommandContext ctx,
            StreamValue stream,
            Args args,
            byte[] idText,
            int group,
            int consumer,
            int delivery,
            StreamId id) {
        StreamGroups groups = stream.groups();
        groups.assign(delivery, id.ms(), id.seq(), consumer);
        groups.activeMs(consumer, ctx.nowMs());
        ctx.changed();
        log(ctx, stream, args, idText, group, delivery);
    }

    /// Removes the pending delivery of an entry that is gone.
    private static void drop(
            CommandContext ctx,
            StreamValue stream,
            Args args,
            byte[] idText,
            int group,
            int delivery,
            StreamId id) {
        log(ctx, stream, args, idText, group, delivery);
        stream.groups().acknowledge(group, delivery, id.ms(), id.seq());
        ctx.changed();
    }

    private static void log(
            CommandContext ctx,
            StreamValue stream,
            Args args,
            byte[] idText,
            int group,
            int delivery) {
        if (ctx.effects().listening()) {
            StreamEffects.delivered(
                    ctx, stream, args.copy(1), args.copy(2), group, idText, delivery);
        }
    }

    private static void replyClaimed(
            StreamValue stream, Ids claimed, boolean justIds, ReplyWriter reply) {
        reply.array(claimed.count);
        StreamCursor cursor = stream.cursor();
        for (int i = 0; i < claimed.count; i++) {
            if (justIds) {
                Streams.replyId(stream, claimed.ms(i), claimed.seq(i), reply);
            } else {
                stream.find(cursor, claimed.ms(i), claimed.seq(i));
                Streams.replyEntry(stream, cursor, reply);
            }
        }
    }

    static void xautoclaim(CommandContext ctx, Args args, ReplyWriter reply) {
        long minIdleMs = Math.max(0, args.longAt(4, RespError.XAUTOCLAIM_MIN_IDLE));
        var id = new StreamId();
        StreamIds.parseStart(args, 5, id);
        long count = AUTOCLAIM_COUNT;
        boolean justIds = false;
        for (int i = 6; i < args.count(); i++) {
            if (args.is(i, "count") && i + 1 < args.count()) {
                count = args.longAt(++i, RespError.COUNT_NOT_POSITIVE);
                if (count < 1 || count > AUTOCLAIM_COUNT_MAX) {
                    throw new CommandException(RespError.COUNT_NOT_POSITIVE);
                }
            } else if (args.is(i, "justid")) {
                justIds = true;
            } else {
                throw new CommandException(RespError.SYNTAX);
            }
        }
        StreamValue stream = Streams.read(ctx, args, 1);
        int group = findGroup(stream, args);
        if (stream == null || group == StreamGroups.MISSING) {
            throw StreamPendingCommands.noSuchGroup(args);
        }
        ctx.effects().none();
        StreamGroups groups = stream.groups();
        int consumer = consumer(ctx, stream, group, args);
        var claimed = new Ids();
        var deleted = new Ids();
        long attempts = count * ATTEMPTS_PER_ENTRY;
        long at = groups.seekGroup(group, id.ms(), id.seq());
        while (attempts-- > 0 && count > 0 && at != StreamGroups.NONE) {
            int delivery = groups.delivery(at);
            id.set(groups.ms(at), groups.seq(at));
            if (!stream.contains(id.ms(), id.seq())) {
                drop(ctx, stream, args, StreamId.text(id.ms(), id.seq()), group, delivery, id);
                deleted.add(id.ms(), id.seq());
                count--;
                at = groups.seekGroup(group, id.ms(), id.seq());
                continue;
            }
            if (ctx.nowMs() - groups.deliveredMs(delivery) >= minIdleMs) {
                groups.delivered(
                        delivery, ctx.nowMs(), groups.deliveries(delivery) + (justIds ? 0 : 1));
                byte[] idText = StreamId.text(id.ms(), id.seq());
                take(ctx, stream, args, idText, group, consumer, delivery, id);
                claimed.add(id.ms(), id.seq());
                count--;
            }
            // The group's own tree did not change.
            at = groups.next(at);
        }
        reply.array(3);
        if (at == StreamGroups.NONE) {
            Streams.replyId(stream, 0, 0, reply);
        } else {
            Streams.replyId(stream, groups.ms(at), groups.seq(at), reply);
        }
        replyClaimed(stream, claimed, justIds, reply);
        reply.array(deleted.count);
        for (int i = 0; i < deleted.count; i++) {
            Streams.replyId(stream, deleted.ms(i), deleted.seq(i), reply);
        }
    }
}

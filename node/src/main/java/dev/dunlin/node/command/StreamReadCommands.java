// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.dunlin.node.keyspace.ValueKind;
import dev.dunlin.node.resp.ReplyWriter;
import dev.dunlin.node.resp.RespError;
import dev.dunlin.node.value.StreamCursor;
import dev.dunlin.node.value.StreamGroups;
import dev.dunlin.node.value.StreamId;
import dev.dunlin.node.value.StreamValue;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// XREAD and XREADGROUP.
///
/// Thread: handlers run on the node's loop and never block.
public final class StreamReadCommands {
    private StreamReadCommands() {}

    static void xread(CommandContext ctx, Args args, ReplyWriter reply) {
        read(ctx, args, StreamRead.parse(ctx, args, false), reply);
    }

    static void xreadgroup(CommandContext ctx, Args args, ReplyWriter reply) {
        // What was read is logged, not that it was.
        ctx.effects().none();
        read(ctx, args, StreamRead.parse(ctx, args, true), reply);
    }

    private static void read(CommandContext ctx, Args args, StreamRead request, ReplyWriter reply) {
        resolve(ctx, args, request);
        if (serve(ctx, args, request, reply)) {
            return;
        }
        if (request.timeoutMs() != StreamRead.NO_BLOCK && ctx.mayBlock()) {
            await(ctx, args, request);
        } else {
            reply.nilArray();
        }
    }

    /// Lets the client wait for entries. Who reads for a group hears of it as well when the stream or the group goes.
    private static void await(CommandContext ctx, Args args, StreamRead request) {
        byte[][] again = args.copyAll();
        List<byte[]> keys = new ArrayList<>();
        for (int i = 0; i < request.streams(); i++) {
            keys.add(again[request.key(i)]);
            if (StreamIds.isSign(args, request.id(i), '$')) {
                // What is the last entry now will not be when the command runs again.
                again[request.id(i)] =
                        request.behind(i, new StreamId()).toString().getBytes(US_ASCII);
            }
        }
        ctx.block(
                again,
                new BlockedKeys.Wish(
                        keys,
                        ValueKind::isStream,
                        request.ofGroup(),
                        request.timeoutMs(),
                        ReplyWriter::nilArray));
    }

    /// Works out the ids of a request.
    ///
    /// @throws CommandException when an id is none, a key is no stream, or a group is not there
    static void resolve(CommandContext ctx, Args args, StreamRead request) {
        var id = new StreamId();
        for (int i = 0; i < request.streams(); i++) {
            StreamValue stream = Streams.read(ctx, args, request.key(i));
            if (request.ofGroup() && findGroup(stream, args, request) == StreamGroups.MISSING) {
                throw noSuchGroup(args, request.key(i), request.group());
            }
            int argument = request.id(i);
            if (StreamIds.isSign(args, argument, '$')) {
                if (request.ofGroup()) {
                    throw new CommandException(RespError.XREADGROUP_WITH_LAST_ID);
                }
                id.setMin();
                if (stream != null) {
                    stream.lastId(id);
                }
            } else if (StreamIds.isSign(args, argument, '>')) {
                if (!request.ofGroup()) {
                    throw new CommandException(RespError.XREAD_WITH_NEW_ID);
                }
                id.setMax();
            } else {
                StreamIds.parse(args, argument, id);
            }
            request.setBehind(i, id);
        }
    }

    private static CommandException noSuchGroup(Args args, int key, int group) {
        return new CommandException(
                RespError.noSuchGroupToRead(
                        RespError.quoted(args.copy(key), Integer.MAX_VALUE),
                        RespError.quoted(args.copy(group), Integer.MAX_VALUE)));
    }

    private static int findGroup(@Nullable StreamValue stream, Args args, StreamRead request) {
        return stream == null
                ? StreamGroups.MISSING
                : stream.groups().find(args.address(request.group()), args.bytes(request.group()));
    }

    /// Replies with what there is to be read now. Streams and groups that are gone have nothing.
    ///
    /// @return false when there is nothing; then nothing was written
    static boolean serve(CommandContext ctx, Args args, StreamRead request, ReplyWriter reply) {
        var behind = new StreamId();
        int ready = 0;
        for (int i = 0; i < request.streams(); i++) {
            StreamValue stream = Streams.read(ctx, args, request.key(i));
            if (isReady(stream, args, request, i, behind)
                    && (!request.ofGroup() || leavesSomething(stream, args, request, i, behind))) {
                ready++;
            }
        }
        if (ready > 0) {
            if (reply.resp3()) {
                reply.map(ready);
            } else {
                reply.array(ready);
            }
        }
        for (int i = 0; i < request.streams(); i++) {
            StreamValue stream = Streams.read(ctx, args, request.key(i));
            boolean serves = isReady(stream, args, request, i, behind);
            if (serves) {
                if (!reply.resp3()) {
                    reply.array(2);
                }
                reply.bulk(args.address(request.key(i)), args.bytes(request.key(i)));
            }
            if (stream != null && request.ofGroup()) {
                serveGroup(ctx, stream, args, request, i, serves, reply);
            } else if (stream != null && serves) {
                behind.increment();
                Streams.replyRange(
                        stream,
                        stream.cursor().forward(stream.address(), behind, new StreamId().setMax()),
                        request.count(),
                        reply);
            }
        }
        return ready > 0;
    }

    private static void serveGroup(
            CommandContext ctx,
            StreamValue stream,
            Args args,
            StreamRead request,
            int number,
            boolean serves,
            ReplyWriter reply) {
        int group = findGroup(stream, args, request);
        if (group == StreamGroups.MISSING) {
            return;
        }
        int consumer = consumer(ctx, stream, args, request, number);
        if (!serves) {
            return;
        }
        StreamId behind = request.behind(number, new StreamId());
        if (behind.isMax()) {
            deliver(ctx, stream, args, request, number, consumer, reply);
        } else {
            behind.increment();
            history(ctx, stream, consumer, behind, request.count(), reply);
        }
    }

    /// {@return whether there is something to reply for a stream: new entries, or the history of a consumer even if it is empty}
    ///
    /// @param behind becomes the id behind which the entries to reply are
    private static boolean isReady(
            @Nullable StreamValue stream,
            Args args,
            StreamRead request,
            int number,
            StreamId behind) {
        request.behind(number, behind);
        if (stream == null) {
            return false;
        }
        if (request.ofGroup()) {
            int group = findGroup(stream, args, request);
            if (group == StreamGroups.MISSING || !behind.isMax()) {
                return group != StreamGroups.MISSING;
            }
            stream.groups().lastId(group, behind);
        }
        return stream.length() > 0 && stream.lastEntryId(new StreamId()).comparedTo(behind) > 0;
    }

    /// {@return whether something is left for this one when the same stream is named before, for which the group will have advanced}
    private static boolean leavesSomething(
            @Nullable StreamValue stream,
            Args args,
            StreamRead request,
            int number,
            StreamId behind) {
        if (stream == null || !request.behind(number, new StreamId()).isMax()) {
            return true;
        }
        long taken = 0;
        for (int i = 0; i < number; i++) {
            if (args.same(request.key(i), request.key(number))
                    && request.behind(i, new StreamId()).isMax()) {
                if (request.count() == 0) {
                    return false;
                }
                taken += request.count();
            }
        }
        if (taken == 0) {
            return true;
        }
        behind.increment();
        return taken > 0
                && stream.cursor()
                                .forward(stream.address(), behind, new StreamId().setMax())
                                .countAhead(taken + 1)
                        > taken;
    }

    private static int consumer(
            CommandContext ctx, StreamValue stream, Args args, StreamRead request, int number) {
        StreamGroups groups = stream.groups();
        int group = findGroup(stream, args, request);
        int name = request.consumer();
        int consumer = groups.findConsumer(group, args.address(name), args.bytes(name));
        if (consumer != StreamGroups.MISSING) {
            groups.seenMs(consumer, ctx.nowMs());
            return consumer;
        }
        if (request.noAck() && ctx.effects().listening()) {
            // Otherwise XCLAIM makes it.
            StreamEffects.consumerCreated(
                    ctx, args, request.key(number), request.group(), request.consumer());
        }
        ctx.changed();
        return groups.createConsumer(
                group, args.address(name), args.bytes(name), ctx.nowMs(), StreamGroups.NEVER);
    }

    /// Replies with entries that the group has not seen, and notes that it has.
    private static void deliver(
            CommandContext ctx,
            StreamValue stream,
            Args args,
            StreamRead request,
            int number,
            int consumer,
            ReplyWriter reply) {
        StreamGroups groups = stream.groups();
        int group = findGroup(stream, args, request);
        StreamId start = groups.lastId(group, new StreamId());
        start.increment();
        StreamCursor cursor =
                stream.cursor().forward(stream.address(), start, new StreamId().setMax());
        long count = request.count() == 0 ? Long.MAX_VALUE : request.count();
        long entries = cursor.countAhead(count);
        reply.array(entries);
        var id = new StreamId();
        for (long i = 0; i < entries; i++) {
            cursor.next();
            id.set(cursor.ms(), cursor.seq());
            advance(stream, group, id);
            Streams.replyEntry(stream, cursor, reply);
            if (!request.noAck()) {
                deliver(ctx, groups, group, consumer, id);
                if (ctx.effects().listening()) {
                    StreamEffects.delivered(
                            ctx,
                            stream,
                            args.copy(request.key(number)),
                            args.copy(request.group()),
                            group,
                            StreamId.text(id.ms(), id.seq()),
                            groups.findDelivery(group, id.ms(), id.seq()));
                }
            }
        }
        if (entries > 0) {
            ctx.changed();
            StreamEffects.groupAdvanced(
                    ctx, stream, args.copy(request.key(number)), args.copy(request.group()), group);
        }
    }

    /// Notes that a group has read an entry, and counts as Redis counts.
    private static void advance(StreamValue stream, int group, StreamId id) {
        StreamGroups groups = stream.groups();
        if (id.comparedTo(groups.lastId(group, new StreamId())) <= 0) {
            return;
        }
        long read = groups.entriesRead(group);
        if (read != StreamGroups.UNKNOWN && !stream.mayHaveDeletedFrom(id.ms(), id.seq())) {
            groups.entriesRead(group, read + 1);
        } else if (stream.entriesAdded() > 0) {
            groups.entriesRead(group, stream.entriesUpTo(id.ms(), id.seq()));
        }
        groups.setLastId(group, id);
    }

    private static void deliver(
            CommandContext ctx, StreamGroups groups, int group, int consumer, StreamId id) {
        long nowMs = ctx.nowMs();
        int made = groups.deliver(group, consumer, id.ms(), id.seq(), nowMs, 1);
        if (made == StreamGroups.MISSING) {
            // The group went back with XGROUP SETID, and the entry is pending already.
            int delivery = groups.findDelivery(group, id.ms(), id.seq());
            groups.assign(delivery, id.ms(), id.seq(), consumer);
            groups.delivered(delivery, nowMs, 1);
        }
        groups.activeMs(consumer, nowMs);
    }

    /// Replies with what a consumer has got and not acknowledged.
    private static void history(
            CommandContext ctx,
            StreamValue stream,
            int consumer,
            StreamId start,
            long count,
            ReplyWriter reply) {
        StreamGroups groups = stream.groups();
        long max = count == 0 ? Long.MAX_VALUE : count;
        long entries = 0;
        for (long at = groups.seekConsumer(consumer, start.ms(), start.seq());
                at != StreamGroups.NONE && entries < max;
                at = groups.next(at)) {
            entries++;
        }
        reply.array(entries);
        StreamCursor cursor = stream.cursor();
        long at = groups.seekConsumer(consumer, start.ms(), start.seq());
        for (long i = 0; i < entries; i++) {
            if (stream.find(cursor, groups.ms(at), groups.seq(at))) {
                Streams.replyEntry(stream, cursor, reply);
                int delivery = groups.delivery(at);
                groups.delivered(delivery, ctx.nowMs(), groups.deliveries(delivery) + 1);
            } else {
                reply.array(2);
                Streams.replyId(stream, groups.ms(at), groups.seq(at), reply);
                reply.nilArray();
            }
            at = groups.next(at);
        }
        ctx.changed();
    }
}

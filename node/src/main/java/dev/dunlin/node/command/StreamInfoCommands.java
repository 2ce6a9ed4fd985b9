// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import static dev.dunlin.node.command.Command.command;
import static dev.dunlin.node.command.Flag.LOADING;
import static dev.dunlin.node.command.Flag.READONLY;
import static dev.dunlin.node.command.Flag.STALE;

import dev.dunlin.node.resp.ReplyWriter;
import dev.dunlin.node.resp.RespError;
import dev.dunlin.node.value.StreamCursor;
import dev.dunlin.node.value.StreamGroups;
import dev.dunlin.node.value.StreamId;
import dev.dunlin.node.value.StreamValue;
import java.util.List;

/// XINFO: what a stream, its groups and their consumers look like.
///
/// Thread: handlers run on the node's loop and never block.
public final class StreamInfoCommands {
    private static final long FULL_COUNT = 10;

    private static final List<String> HELP =
            List.of(
                    "CONSUMERS <key> <groupname>",
                    "    Show consumers of <groupname>.",
                    "GROUPS <key>",
                    "    Show the stream consumer groups.",
                    "STREAM <key> [FULL [COUNT <count>]",
                    "    Show information about the stream.");

    /// {@return the row of XINFO, fresh for each node because a row counts its calls}
    // spotless:off
    static Command container() { return Command.container("xinfo", -2, "", List.of(
        //       name              arity  keys                                     handler                        category  flags
        command("xinfo|consumers",  4,    KeySpec.range(2, 0, 1, "RO", "access"),  StreamInfoCommands::consumers, "stream", READONLY),
        command("xinfo|groups",     3,    KeySpec.range(2, 0, 1, "RO", "access"),  StreamInfoCommands::groups,    "stream", READONLY),
        command("xinfo|help",       2,                                             StreamInfoCommands::help,      "stream", LOADING, STALE),
        command("xinfo|stream",    -3,    KeySpec.range(2, 0, 1, "RO", "access"),  StreamInfoCommands::stream,    "stream", READONLY))); }
    // spotless:on

    private StreamInfoCommands() {}

    private static void help(CommandContext ctx, Args args, ReplyWriter reply) {
        HelpText.reply(reply, "XINFO", HELP);
    }

    private static StreamValue required(CommandContext ctx, Args args) {
        StreamValue stream = Streams.read(ctx, args, 2);
        if (stream == null) {
            throw new CommandException(RespError.NO_SUCH_KEY);
        }
        return stream;
    }

    private static void consumers(CommandContext ctx, Args args, ReplyWriter reply) {
        StreamGroups groups = required(ctx, args).groups();
        int group = groups.find(args.address(3), args.bytes(3));
        if (group == StreamGroups.MISSING) {
            throw StreamGroupCommands.noSuchGroup(args);
        }
        int[] consumers = groups.sortedConsumers(group);
        reply.array(consumers.length);
        for (int consumer : consumers) {
            long activeMs = groups.activeMs(consumer);
            reply.map(4);
            name(groups, consumer, reply);
            number(reply, "pending", groups.consumerPending(consumer));
            number(reply, "idle", Math.max(0, ctx.nowMs() - groups.seenMs(consumer)));
            number(
                    reply,
                    "inactive",
                    activeMs == StreamGroups.NEVER
                            ? StreamGroups.NEVER
                            : Math.max(0, ctx.nowMs() - activeMs));
        }
    }

    private static void groups(CommandContext ctx, Args args, ReplyWriter reply) {
        StreamValue stream = required(ctx, args);
        StreamGroups groups = stream.groups();
        int[] all = groups.sorted();
        reply.array(all.length);
        for (int group : all) {
            reply.map(6);
            name(groups, group, reply);
            number(reply, "consumers", groups.consumerCount(group));
            number(reply, "pending", groups.groupPending(group));
            progress(stream, group, reply);
        }
    }

    private static void progress(StreamValue stream, int group, ReplyWriter reply) {
        StreamGroups groups = stream.groups();
        id(stream, reply, "last-delivered-id", groups.lastId(group, new StreamId()));
        known(reply, "entries-read", groups.entriesRead(group), StreamGroups.UNKNOWN);
        known(reply, "lag", groups.lag(group), StreamGroups.UNKNOWN_LAG);
    }

    private static void stream(CommandContext ctx, Args args, ReplyWriter reply) {
        StreamValue stream = required(ctx, args);
        boolean full = args.count() > 3;
        long count = FULL_COUNT;
        if (full) {
            boolean counts = args.count() == 6;
            if ((args.count() != 4 && !counts)
                    || !args.is(3, "full")
                    || (counts && !args.is(4, "count"))) {
                throw new CommandException(
                        RespError.subcommandSyntax(RespError.quoted(args.copy(1), 128), "XINFO"));
            }
            if (counts) {
                count = args.longAt(5);
                if (count < 0) {
                    count = FULL_COUNT;
                }
            }
        }
        reply.map(full ? 9 : 10);
        var id = new StreamId();
        number(reply, "length", stream.length());
        number(reply, "radix-tree-keys", stream.nodeCount());
        number(reply, "radix-tree-nodes", stream.nodeCount() + 1L);
        id(stream, reply, "last-generated-id", stream.lastId(id));
        id(stream, reply, "max-deleted-entry-id", stream.maxDeletedId(id));
        number(reply, "entries-added", stream.entriesAdded());
        id(stream, reply, "recorded-first-entry-id", stream.firstId(id));
        if (full) {
            full(stream, count, reply);
            return;
        }
        number(reply, "groups", stream.groups().count());
        var min = new StreamId().setMin();
        var max = new StreamId().setMax();
        StreamCursor cursor = stream.cursor();
        reply.bulk("first-entry");
        edge(stream, cursor.forward(stream.address(), min, max), reply);
        reply.bulk("last-entry");
        edge(stream, cursor.backward(stream.address(), min, max), reply);
    }

    private static void edge(StreamValue stream, StreamCursor cursor, ReplyWriter reply) {
        if (cursor.next()) {
            Streams.replyEntry(stream, cursor, reply);
        } else {
            reply.nil();
        }
    }

    private static void full(StreamValue stream, long count, ReplyWriter reply) {
        reply.bulk("entries");
        Streams.replyRange(
                stream,
                stream.cursor()
                        .forward(
                                stream.address(), new StreamId().setMin(), new StreamId().setMax()),
                count,
                reply);
        StreamGroups groups = stream.groups();
        int[] all = groups.sorted();
        reply.bulk("groups");
        reply.array(all.length);
        for (int group : all) {
            int pending = groups.groupPending(group);
            reply.map(7);
            name(groups, group, reply);
            progress(stream, group, reply);
            number(reply, "pel-count", pending);
            reply.bulk("pending");
            pending(stream, groups.seekGroup(group, 0, 0), limited(pending, count), true, reply);
            int[] consumers = groups.sortedConsumers(group);
            reply.bulk("consumers");
            reply.array(consumers.length);
            for (int consumer : consumers) {
                int own = groups.consumerPending(consumer);
                reply.map(5);
                name(groups, consumer, reply);
                number(reply, "seen-time", groups.seenMs(consumer));
                number(reply, "active-time", groups.activeMs(consumer));
                number(reply, "pel-count", own);
                reply.bulk("pending");
                pending(
                        stream,
                        groups.seekConsumer(consumer, 0, 0),
                        limited(own, count),
                        false,
                        reply);
            }
        }
    }

    private static long limited(long pending, long count) {
        return count == 0 ? pending : Math.min(count, pending);
    }

    private static void pending(
            StreamValue stream, long from, long count, boolean withConsumer, ReplyWriter reply) {
        StreamGroups groups = stream.groups();
        reply.array(count);
        long at = from;
        for (long i = 0; i < count; i++) {
            int delivery = groups.delivery(at);
            reply.array(withConsumer ? 4 : 3);
            Streams.replyId(stream, groups.ms(at), groups.seq(at), reply);
            if (withConsumer) {
                int consumer = groups.consumer(delivery);
                reply.bulk(groups.nameAddress(consumer), groups.nameBytes(consumer));
            }
            reply.integer(groups.deliveredMs(delivery));
            reply.integer(groups.deliveries(delivery));
            at = groups.next(at);
        }
    }

    private static void name(StreamGroups groups, int ref, ReplyWriter reply) {
        reply.bulk("name");
        reply.bulk(groups.nameAddress(ref), groups.nameBytes(ref));
    }

    private static void number(ReplyWriter reply, String field, long value) {
        reply.bulk(field);
        reply.integer(value);
    }

    private static void known(ReplyWriter reply, String field, long value, long unknown) {
        reply.bulk(field);
        if (value == unknown) {
            reply.nil();
        } else {
            reply.integer(value);
        }
    }

    private static void id(StreamValue stream, ReplyWriter reply, String field, StreamId id) {
        reply.bulk(field);
        Streams.replyId(stream, id, reply);
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import static dev.dunlin.node.command.Command.command;
import static dev.dunlin.node.command.Flag.DENYOOM;
import static dev.dunlin.node.command.Flag.LOADING;
import static dev.dunlin.node.command.Flag.STALE;
import static dev.dunlin.node.command.Flag.WRITE;

import dev.dunlin.node.resp.ReplyWriter;
import dev.dunlin.node.resp.RespError;
import dev.dunlin.node.value.StreamGroups;
import dev.dunlin.node.value.StreamId;
import dev.dunlin.node.value.StreamValue;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// XGROUP: consumer groups and their consumers come and go.
///
/// Thread: handlers run on the node's loop and never block.
public final class StreamGroupCommands {
    private static final List<String> HELP =
            List.of(
                    "CREATE <key> <groupname> <id|$> [option]",
                    "    Create a new consumer group. Options are:",
                    "    * MKSTREAM",
                    "      Create the empty stream if it does not exist.",
                    "    * ENTRIESREAD entries_read",
                    "      Set the group's entries_read counter (internal use).",
                    "CREATECONSUMER <key> <groupname> <consumer>",
                    "    Create a new consumer in the specified group.",
                    "DELCONSUMER <key> <groupname> <consumer>",
                    "    Remove the specified consumer.",
                    "DESTROY <key> <groupname>",
                    "    Remove the specified group.",
                    "SETID <key> <groupname> <id|$> [ENTRIESREAD entries_read]",
                    "    Set the current group ID and entries_read counter.");

    /// {@return the row of XGROUP, fresh for each node because a row counts its calls}
    // spotless:off
    static Command container() { return Command.container("xgroup", -2, "", List.of(
        //       name                     arity  keys                                     handler                               category  flags
        command("xgroup|create",          -5,    KeySpec.range(2, 0, 1, "RW", "insert"),  StreamGroupCommands::create,          "stream", WRITE, DENYOOM),
        command("xgroup|createconsumer",   5,    KeySpec.range(2, 0, 1, "RW", "insert"),  StreamGroupCommands::createConsumer,  "stream", WRITE, DENYOOM),
        command("xgroup|delconsumer",      5,    KeySpec.range(2, 0, 1, "RW", "delete"),  StreamGroupCommands::deleteConsumer,  "stream", WRITE),
        command("xgroup|destroy",          4,    KeySpec.range(2, 0, 1, "RW", "delete"),  StreamGroupCommands::destroy,         "stream", WRITE),
        command("xgroup|help",             2,                                             StreamGroupCommands::help,            "stream", LOADING, STALE),
        command("xgroup|setid",           -5,    KeySpec.range(2, 0, 1, "RW", "update"),  StreamGroupCommands::setId,           "stream", WRITE))); }
    // spotless:on

    private StreamGroupCommands() {}

    private static void help(CommandContext ctx, Args args, ReplyWriter reply) {
        HelpText.reply(reply, "XGROUP", HELP);
    }

    /// The options of CREATE and SETID.
    private record Options(boolean makesStream, long entriesRead) {
        static Options parse(Args args, boolean create) {
            boolean makesStream = false;
            long entriesRead = StreamGroups.UNKNOWN;
            for (int i = 5; i < args.count(); i++) {
                if (create && args.is(i, "mkstream")) {
                    makesStream = true;
                } else if (args.is(i, "entriesread") && i + 1 < args.count()) {
                    entriesRead = args.longAt(++i);
                    if (entriesRead < 0 && entriesRead != StreamGroups.UNKNOWN) {
                        throw new CommandException(RespError.ENTRIES_READ_NEGATIVE);
                    }
                } else {
                    throw syntax(args);
                }
            }
            return new Options(makesStream, entriesRead);
        }
    }

    private static CommandException syntax(Args args) {
        return new CommandException(
                RespError.subcommandSyntax(RespError.quoted(args.copy(1), 128), "XGROUP"));
    }

    private static StreamValue required(@Nullable StreamValue stream) {
        if (stream == null) {
            throw new CommandException(RespError.XGROUP_WITHOUT_KEY);
        }
        return stream;
    }

    private static int find(StreamValue stream, Args args) {
        return stream.groups().find(args.address(3), args.bytes(3));
    }

    /// {@return the group}
    ///
    /// @throws CommandException NOGROUP
    private static int required(StreamValue stream, Args args) {
        int group = find(stream, args);
        if (group == StreamGroups.MISSING) {
            throw noSuchGroup(args);
        }
        return group;
    }

    /// @param args key and group are the two behind the subcommand
    static CommandException noSuchGroup(Args args) {
        return new CommandException(
                RespError.noSuchGroupOfKey(
                        RespError.quoted(args.copy(2), Integer.MAX_VALUE),
                        RespError.quoted(args.copy(3), Integer.MAX_VALUE)));
    }

    private static void create(CommandContext ctx, Args args, ReplyWriter reply) {
        Options options = Options.parse(args, true);
        StreamValue there = Streams.write(ctx, args, 2);
        if (!options.makesStream) {
            required(there);
        }
        if (args.count() > 8) {
            throw syntax(args);
        }
        var id = new StreamId();
        if (!StreamIds.isSign(args, 4, '$')) {
            StreamIds.parse(args, 4, id);
        } else if (there != null) {
            there.lastId(id);
        }
        StreamValue stream = there != null ? there : Streams.create(ctx, args, 2);
        if (find(stream, args) != StreamGroups.MISSING) {
            throw new CommandException(RespError.BUSY_GROUP);
        }
        stream.groups().create(args.address(3), args.bytes(3), id, options.entriesRead);
        if (there == null) {
            ctx.changed(args, 2);
        } else {
            // Who watches a stream watches its entries, as in Redis.
            ctx.changed();
        }
        reply.ok();
    }

    private static void setId(CommandContext ctx, Args args, ReplyWriter reply) {
        Options options = Options.parse(args, false);
        StreamValue stream = required(Streams.write(ctx, args, 2));
        int group = required(stream, args);
        if (args.count() != 5 && args.count() != 7) {
            throw syntax(args);
        }
        var id = new StreamId();
        if (StreamIds.isSign(args, 4, '$')) {
            stream.lastId(id);
        } else {
            StreamIds.parseAny(args, 4, id);
        }
        stream.groups().setLastId(group, id);
        stream.groups().entriesRead(group, options.entriesRead);
        ctx.changed();
        reply.ok();
    }

    private static void destroy(CommandContext ctx, Args args, ReplyWriter reply) {
        StreamValue stream = required(Streams.write(ctx, args, 2));
        int group = find(stream, args);
        if (group == StreamGroups.MISSING) {
            reply.integer(0);
            return;
        }
        stream.groups().remove(group);
        ctx.changed();
        ctx.wake(args, 2);
        reply.integer(1);
    }

    private static void createConsumer(CommandContext ctx, Args args, ReplyWriter reply) {
        StreamValue stream = required(Streams.write(ctx, args, 2));
        int group = required(stream, args);
        StreamGroups groups = stream.groups();
        if (groups.findConsumer(group, args.address(4), args.bytes(4)) != StreamGroups.MISSING) {
            reply.integer(0);
            return;
        }
        groups.createConsumer(
                group, args.address(4), args.bytes(4), ctx.nowMs(), StreamGroups.NEVER);
        ctx.changed();
        reply.integer(1);
    }

    private static void deleteConsumer(CommandContext ctx, Args args, ReplyWriter reply) {
        StreamValue stream = required(Streams.write(ctx, args, 2));
        int group = required(stream, args);
        StreamGroups groups = stream.groups();
        int consumer = groups.findConsumer(group, args.address(4), args.bytes(4));
        if (consumer == StreamGroups.MISSING) {
            reply.integer(0);
            return;
        }
        int pending = groups.consumerPending(consumer);
        groups.removeConsumer(group, consumer);
        ctx.changed();
        reply.integer(pending);
    }
}

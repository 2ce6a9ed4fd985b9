// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import static dev.dunlin.node.command.Command.command;
import static dev.dunlin.node.command.Command.container;
import static dev.dunlin.node.command.Flag.ADMIN;
import static dev.dunlin.node.command.Flag.FAST;
import static dev.dunlin.node.command.Flag.LOADING;
import static dev.dunlin.node.command.Flag.NO_ASYNC_LOADING;
import static dev.dunlin.node.command.Flag.STALE;

import dev.dunlin.clusterbus.engine.ClusterCommand;
import dev.dunlin.clusterbus.engine.ClusterCommand.FailoverMode;
import dev.dunlin.clusterbus.engine.CommandResult;
import dev.dunlin.clusterbus.model.NodeView;
import dev.dunlin.clusterbus.model.ShardId;
import dev.dunlin.clusterbus.model.Slot;
import dev.dunlin.clusterbus.model.SlotRange;
import dev.dunlin.node.cluster.ClusterMember;
import dev.dunlin.node.cluster.ClusterReplies;
import dev.dunlin.node.keyspace.Database;
import dev.dunlin.node.offheap.Entry;
import dev.dunlin.node.resp.ReplyWriter;
import dev.dunlin.node.resp.RespError;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// CLUSTER and its subcommands, and the connection states ASKING, READONLY and READWRITE.
///
/// Rules are the bus's; here arguments are checked for form, facts about the data set are added, and answers are written.
///
/// Thread: handlers run on the node's loop. Those that change the cluster wait for the bus loop, for microseconds or, when
/// nodes.conf must reach the disk first, for one fsync, as Redis does.
public final class ClusterCommands {
    private static final RespError INVALID_SLOT = RespError.of("ERR Invalid or out of range slot");
    private static final RespError INVALID_SLOT_SHORT = RespError.of("ERR Invalid slot");

    private ClusterCommands() {}

    /// {@return the family's rows, fresh for each node because a row counts its calls}
    // spotless:off
    static List<Command> table() { return List.of(
        //        name        arity  handler                     category      flags
        command("asking",      1,   ClusterCommands::asking,    "connection", FAST),
        command("readonly",    1,   ClusterCommands::readOnly,  "connection", LOADING, STALE, FAST),
        command("readwrite",   1,   ClusterCommands::readWrite, "connection", LOADING, STALE, FAST),
        container("cluster",  -2,   "", subcommands()));
    }

    private static List<Command> subcommands() { return List.of(
        sub("addslots",              -3, ClusterCommands::addSlots,            NO_ASYNC_LOADING, ADMIN, STALE),
        sub("addslotsrange",         -4, ClusterCommands::addSlotsRange,       NO_ASYNC_LOADING, ADMIN, STALE),
        sub("bumpepoch",              2, ClusterCommands::bumpEpoch,           NO_ASYNC_LOADING, ADMIN, STALE),
        sub("count-failure-reports",  3, ClusterCommands::countFailureReports, ADMIN, STALE),
        sub("countkeysinslot",        3, ClusterCommands::countKeysInSlot,     STALE),
        sub("delslots",              -3, ClusterCommands::delSlots,            NO_ASYNC_LOADING, ADMIN, STALE),
        sub("delslotsrange",         -4, ClusterCommands::delSlotsRange,       NO_ASYNC_LOADING, ADMIN, STALE),
        sub("failover",              -2, ClusterCommands::failover,            NO_ASYNC_LOADING, ADMIN, STALE),
        sub("flushslots",             2, ClusterCommands::flushSlots,          NO_ASYNC_LOADING, ADMIN, STALE),
        sub("forget",                 3, ClusterCommands::forget,              NO_ASYNC_LOADING, ADMIN, STALE),
        sub("getkeysinslot",          4, ClusterCommands::getKeysInSlot,       STALE),
        sub("help",                   2, ClusterCommands::help,                LOADING, STALE),
        sub("info",                   2, ClusterCommands::info,                LOADING, STALE),
        sub("keyslot",                3, ClusterCommands::keySlot,             STALE),
        sub("links",                  2, ClusterCommands::links,               STALE),
        sub("meet",                  -4, ClusterCommands::meet,                NO_ASYNC_LOADING, ADMIN, STALE),
        sub("myid",                   2, ClusterCommands::myId,                LOADING, STALE),
        sub("myshardid",              2, ClusterCommands::myShardId,           LOADING, STALE),
        sub("nodes",                  2, ClusterCommands::nodes,               LOADING, STALE),
        sub("replicas",               3, ClusterCommands::replicas,            ADMIN, STALE),
        sub("replicate",              3, ClusterCommands::replicate,           NO_ASYNC_LOADING, ADMIN, STALE),
        sub("reset",                 -2, ClusterCommands::reset,               ADMIN, STALE, Flag.NOSCRIPT),
        sub("saveconfig",             2, ClusterCommands::saveConfig,          NO_ASYNC_LOADING, ADMIN, STALE),
        sub("set-config-epoch",       3, ClusterCommands::setConfigEpoch,      NO_ASYNC_LOADING, ADMIN, STALE),
        sub("setslot",               -4, ClusterCommands::setSlot,             NO_ASYNC_LOADING, ADMIN, STALE),
        sub("shards",                 2, ClusterCommands::shards,              LOADING, STALE),
        sub("slaves",                 3, ClusterCommands::replicas,            ADMIN, STALE),
        sub("slots",                  2, ClusterCommands::slots,               LOADING, STALE));
    }
    // spotless:on

    private static Command sub(String name, int arity, Handler handler, Flag... flags) {
        return command("cluster|" + name, arity, handler, "", flags);
    }

    private static ClusterMember member(CommandContext ctx) {
        ClusterMember member = ctx.services().cluster();
        if (member == null) {
            throw new CommandException(RespError.CLUSTER_DISABLED);
        }
        return member;
    }

    private static void asking(CommandContext ctx, Args args, ReplyWriter reply) {
        member(ctx);
        ctx.client().asking(true);
        reply.ok();
    }

    private static void readOnly(CommandContext ctx, Args args, ReplyWriter reply) {
        member(ctx);
        ctx.client().readOnly(true);
        reply.ok();
    }

    private static void readWrite(CommandContext ctx, Args args, ReplyWriter reply) {
        member(ctx);
        ctx.client().readOnly(false);
        reply.ok();
    }

    private static void execute(CommandContext ctx, ClusterCommand command, ReplyWriter reply) {
        switch (member(ctx).execute(command)) {
            case CommandResult.Ok _ -> reply.ok();
            case CommandResult.Count(long value) -> reply.integer(value);
            case CommandResult.Text(String text) -> reply.simple(text);
            case CommandResult.Refused(String text) -> reply.error(RespError.of(text));
        }
    }

    private static int slotAt(Args args, int argument) {
        return args.intAt(argument, 0, Slot.COUNT - 1, INVALID_SLOT);
    }

    private static List<SlotRange> singles(Args args) {
        List<SlotRange> ranges = new ArrayList<>();
        for (int i = 2; i < args.count(); i++) {
            int slot = slotAt(args, i);
            ranges.add(new SlotRange(slot, slot));
        }
        return ranges;
    }

    private static List<SlotRange> ranges(Args args) {
        if (args.count() % 2 == 1) {
            throw new CommandException(
                    RespError.wrongArity("cluster|" + args.text(1).toLowerCase(Locale.ROOT)));
        }
        List<SlotRange> ranges = new ArrayList<>();
        for (int i = 2; i < args.count(); i += 2) {
            int first = slotAt(args, i);
            int last = slotAt(args, i + 1);
            if (first > last) {
                throw new CommandException(
                        RespError.of(
                                "ERR start slot number "
                                        + first
                                        + " is greater than end slot number "
                                        + last));
            }
            ranges.add(new SlotRange(first, last));
        }
        return ranges;
    }

    private static void addSlots(CommandContext ctx, Args args, ReplyWriter reply) {
        execute(ctx, new ClusterCommand.AddSlots(singles(args)), reply);
    }

    private static void addSlotsRange(CommandContext ctx, Args args, ReplyWriter reply) {
        execute(ctx, new ClusterCommand.AddSlots(ranges(args)), reply);
    }

    private static void delSlots(CommandContext ctx, Args args, ReplyWriter reply) {
        execute(ctx, new ClusterCommand.DelSlots(singles(args)), reply);
    }

    private static void delSlotsRange(CommandContext ctx, Args args, ReplyWriter reply) {
        execute(ctx, new ClusterCommand.DelSlots(ranges(args)), reply);
    }

    private static void bumpEpoch(CommandContext ctx, Args args, ReplyWriter reply) {
        execute(ctx, new ClusterCommand.BumpEpoch(), reply);
    }

    private static void countFailureReports(CommandContext ctx, Args args, ReplyWriter reply) {
        execute(ctx, new ClusterCommand.CountFailureReports(args.text(2)), reply);
    }

    private static void countKeysInSlot(CommandContext ctx, Args args, ReplyWriter reply) {
        member(ctx);
        int slot = args.intAt(2, 0, Slot.COUNT - 1, INVALID_SLOT_SHORT);
        reply.integer(ctx.keyspace().database(0).slotSize(slot));
    }

    private static void getKeysInSlot(CommandContext ctx, Args args, ReplyWriter reply) {
        member(ctx);
        RespError invalid = RespError.of("ERR Invalid slot or number of keys");
        long slotNumber = args.longAt(2);
        long max = args.longAt(3);
        if (slotNumber < 0 || slotNumber >= Slot.COUNT || max < 0) {
            throw new CommandException(invalid);
        }
        int slot = (int) slotNumber;
        Database database = ctx.keyspace().database(0);
        int wanted = (int) Math.min(max, database.slotSize(slot));
        int[] refs = new int[wanted];
        int[] count = new int[1];
        long cursor = 0;
        do {
            if (count[0] >= wanted) {
                break;
            }
            cursor =
                    database.scan(
                            slot,
                            cursor,
                            ref -> {
                                if (count[0] < wanted) {
                                    refs[count[0]++] = ref;
                                }
                            });
        } while (cursor != 0);
        reply.array(count[0]);
        for (int i = 0; i < count[0]; i++) {
            long entry = ctx.entry(refs[i]);
            reply.bulk(Entry.key(entry), Entry.keyBytes(entry));
        }
    }

    private static void failover(CommandContext ctx, Args args, ReplyWriter reply) {
        FailoverMode mode;
        if (args.count() == 2) {
            mode = FailoverMode.COORDINATED;
        } else if (args.count() == 3 && args.is(2, "force")) {
            mode = FailoverMode.FORCE;
        } else if (args.count() == 3 && args.is(2, "takeover")) {
            mode = FailoverMode.TAKEOVER;
        } else {
            throw new CommandException(RespError.SYNTAX);
        }
        execute(ctx, new ClusterCommand.Failover(mode), reply);
    }

    private static boolean databaseEmpty(CommandContext ctx) {
        return ctx.keyspace().database(0).size() == 0;
    }

    private static void flushSlots(CommandContext ctx, Args args, ReplyWriter reply) {
        execute(ctx, new ClusterCommand.FlushSlots(databaseEmpty(ctx)), reply);
    }

    private static void forget(CommandContext ctx, Args args, ReplyWriter reply) {
        execute(ctx, new ClusterCommand.Forget(args.text(2)), reply);
    }

    private static void help(CommandContext ctx, Args args, ReplyWriter reply) {
        List<String> lines = ClusterHelp.LINES;
        reply.array(lines.size());
        lines.forEach(reply::simple);
    }

    private static void info(CommandContext ctx, Args args, ReplyWriter reply) {
        verbatim(reply, ClusterReplies.info(member(ctx).view()));
    }

    private static void nodes(CommandContext ctx, Args args, ReplyWriter reply) {
        verbatim(reply, ClusterReplies.nodes(member(ctx).view()));
    }

    private static void verbatim(ReplyWriter reply, String text) {
        reply.verbatim("txt", text.getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }

    private static void keySlot(CommandContext ctx, Args args, ReplyWriter reply) {
        member(ctx);
        reply.integer(KeySlot.of(args.address(2), args.bytes(2)));
    }

    private static void links(CommandContext ctx, Args args, ReplyWriter reply) {
        ClusterReplies.links(member(ctx).view(), reply);
    }

    private static void meet(CommandContext ctx, Args args, ReplyWriter reply) {
        if (args.count() > 5) {
            throw new CommandException(
                    RespError.of(
                            "ERR unknown subcommand or wrong number of arguments for 'meet'. Try"
                                    + " CLUSTER HELP"));
        }
        String ip = args.text(2);
        long port =
                args.longAt(3, RespError.of("ERR Invalid base port specified: " + args.text(3)));
        long busPort =
                args.count() == 5
                        ? args.longAt(
                                4, RespError.of("ERR Invalid bus port specified: " + args.text(4)))
                        : port + dev.dunlin.clusterbus.model.NodeAddress.BUS_PORT_OFFSET;
        if (port < 1 || port > 65535 || busPort < 1 || busPort > 65535) {
            throw new CommandException(
                    RespError.of("ERR Invalid node address specified: " + ip + ":" + args.text(3)));
        }
        execute(ctx, new ClusterCommand.Meet(ip, (int) port, (int) busPort), reply);
    }

    private static void myId(CommandContext ctx, Args args, ReplyWriter reply) {
        reply.bulk(member(ctx).view().myself().toString());
    }

    private static void myShardId(CommandContext ctx, Args args, ReplyWriter reply) {
        ShardId shard = member(ctx).view().me().shardId();
        reply.bulk(shard == null ? "" : shard.toString());
    }

    private static void replicas(CommandContext ctx, Args args, ReplyWriter reply) {
        var view = member(ctx).view();
        NodeView node = ClusterReplies.named(view, args.text(2));
        if (node == null) {
            throw new CommandException(RespError.of("ERR Unknown node " + args.text(2)));
        }
        if (!node.isPrimary()) {
            throw new CommandException(RespError.of("ERR The specified node is not a master"));
        }
        List<NodeView> replicas = ClusterReplies.replicasOf(view, node.id());
        reply.array(replicas.size());
        replicas.forEach(replica -> reply.bulk(ClusterReplies.nodeLine(view, replica)));
    }

    private static void replicate(CommandContext ctx, Args args, ReplyWriter reply) {
        execute(ctx, new ClusterCommand.Replicate(args.text(2), databaseEmpty(ctx)), reply);
    }

    private static void reset(CommandContext ctx, Args args, ReplyWriter reply) {
        boolean hard = false;
        if (args.count() == 3 && args.is(2, "hard")) {
            hard = true;
        } else if (args.count() > 3 || (args.count() == 3 && !args.is(2, "soft"))) {
            throw new CommandException(RespError.SYNTAX);
        }
        execute(ctx, new ClusterCommand.Reset(hard, databaseEmpty(ctx)), reply);
    }

    private static void saveConfig(CommandContext ctx, Args args, ReplyWriter reply) {
        execute(ctx, new ClusterCommand.SaveConfig(), reply);
    }

    private static void setConfigEpoch(CommandContext ctx, Args args, ReplyWriter reply) {
        long epoch = args.longAt(2);
        if (epoch < 0) {
            throw new CommandException(
                    RespError.of("ERR Invalid config epoch specified: " + epoch));
        }
        execute(ctx, new ClusterCommand.SetConfigEpoch(epoch), reply);
    }

    private static void setSlot(CommandContext ctx, Args args, ReplyWriter reply) {
        int slot = slotAt(args, 2);
        ClusterCommand command;
        if (args.is(3, "migrating") && args.count() == 5) {
            command = new ClusterCommand.SetSlotMigrating(slot, args.text(4));
        } else if (args.is(3, "importing") && args.count() == 5) {
            command = new ClusterCommand.SetSlotImporting(slot, args.text(4));
        } else if (args.is(3, "stable") && args.count() == 4) {
            command = new ClusterCommand.SetSlotStable(slot);
        } else if (args.is(3, "node") && args.count() == 5) {
            command =
                    new ClusterCommand.SetSlotNode(
                            slot, args.text(4), ctx.keyspace().database(0).slotSize(slot));
        } else {
            throw new CommandException(
                    RespError.of(
                            "ERR Invalid CLUSTER SETSLOT action or number of arguments. Try CLUSTER"
                                    + " HELP"));
        }
        execute(ctx, command, reply);
    }

    private static void shards(CommandContext ctx, Args args, ReplyWriter reply) {
        ClusterReplies.shards(member(ctx).view(), member(ctx).endpointType(), reply);
    }

    private static void slots(CommandContext ctx, Args args, ReplyWriter reply) {
        ClusterReplies.slots(member(ctx).view(), member(ctx).endpointType(), reply);
    }
}

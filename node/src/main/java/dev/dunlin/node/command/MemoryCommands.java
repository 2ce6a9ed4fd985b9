// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import static dev.dunlin.node.command.Command.command;
import static dev.dunlin.node.command.Command.container;
import static dev.dunlin.node.command.Flag.LOADING;
import static dev.dunlin.node.command.Flag.READONLY;
import static dev.dunlin.node.command.Flag.STALE;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.dunlin.node.keyspace.Database;
import dev.dunlin.node.keyspace.TimedHash;
import dev.dunlin.node.keyspace.ValueKind;
import dev.dunlin.node.observe.InfoFacts;
import dev.dunlin.node.observe.MemoryReport;
import dev.dunlin.node.offheap.Allocator;
import dev.dunlin.node.offheap.Entry;
import dev.dunlin.node.offheap.Memory;
import dev.dunlin.node.offheap.NodeChain;
import dev.dunlin.node.resp.ReplyWriter;
import dev.dunlin.node.resp.RespError;
import java.util.ArrayList;
import java.util.List;

/// MEMORY: what takes how many bytes.
///
/// Thread: handlers run on the node's loop and never block.
public final class MemoryCommands {
    private static final long SAMPLES_DEFAULT = 5;

    /// A key's share of the table that finds it: a 4-byte reference, in chains that are three quarters full.
    private static final long INDEX_BYTES_PER_ENTRY = 5;

    private MemoryCommands() {}

    /// {@return the family's rows, fresh for each node because a row counts its calls}
    // spotless:off
    static List<Command> table() { return List.of(
        container("memory", -2, "", List.of(
            //       name                  arity  keys                            handler                     category  flags
            command("memory|doctor",        2,                                    MemoryCommands::doctor,      ""),
            command("memory|help",          2,                                    MemoryCommands::help,        "",      LOADING, STALE),
            command("memory|malloc-stats",  2,                                    MemoryCommands::mallocStats, ""),
            command("memory|purge",         2,                                    MemoryCommands::purge,       ""),
            command("memory|stats",         2,                                    MemoryCommands::stats,       ""),
            command("memory|usage",        -3,    KeySpec.range(2, 0, 1, "RO"),   MemoryCommands::usage,       "",      READONLY)))); }
    // spotless:on

    private static void doctor(CommandContext ctx, Args args, ReplyWriter reply) {
        InfoFacts.Memory memory = new NodeFacts(ctx).memory();
        int replicas = 0;
        int clients = 0;
        for (Client client : ctx.services().clients()) {
            replicas += client.replica() ? 1 : 0;
            clients += client.replica() ? 0 : 1;
        }
        reply.verbatim("txt", MemoryReport.text(memory, replicas, clients).getBytes(UTF_8));
    }

    private static void mallocStats(CommandContext ctx, Args args, ReplyWriter reply) {
        InfoFacts.Memory memory = new NodeFacts(ctx).memory();
        String text =
                "allocator: dunlin-slab\nallocated: %d\nresident: %d\npending entries: %d\n"
                        .formatted(
                                memory.allocated(),
                                memory.allocatorResident(),
                                memory.pendingEntries());
        reply.verbatim("txt", text.getBytes(UTF_8));
    }

    private static void purge(CommandContext ctx, Args args, ReplyWriter reply) {
        ctx.services().purgeMemory();
        reply.ok();
    }

    private static void usage(CommandContext ctx, Args args, ReplyWriter reply) {
        long samples = SAMPLES_DEFAULT;
        for (int i = 3; i < args.count(); i += 2) {
            if (!args.is(i, "samples") || i + 1 >= args.count()) {
                throw new CommandException(RespError.SYNTAX);
            }
            samples = args.longAt(i + 1);
            if (samples < 0) {
                throw new CommandException(RespError.SYNTAX);
            }
        }
        int ref = ctx.peek(args, 2);
        if (ref == CommandContext.MISSING) {
            reply.nil();
            return;
        }
        reply.integer(bytes(ctx, ref, samples == 0 ? Long.MAX_VALUE : samples));
    }

    private static long bytes(CommandContext ctx, int ref, long samples) {
        Allocator allocator = ctx.keyspace().allocator();
        long bytes = allocator.capacity(ref) + INDEX_BYTES_PER_ENTRY;
        long entry = ctx.entry(ref);
        return bytes
                + switch (Entry.kind(entry)) {
                    case ValueKind.HASH_TABLE, ValueKind.SET_TABLE ->
                            tableBytes(ctx, entry, samples);
                    case ValueKind.HASH_TABLE_TIMED ->
                            tableBytes(ctx, entry, samples)
                                    + ctx.keyspace().fieldHeaps().bytes(TimedHash.heap(entry));
                    case ValueKind.ZSET_TREE ->
                            tableBytes(ctx, entry, samples)
                                    + ctx.keyspace()
                                            .scores()
                                            .treeBytes(
                                                    Memory.getInt(
                                                            Entry.value(entry) + Integer.BYTES));
                    case ValueKind.LIST_QUICKLIST -> chainBytes(ctx, entry, samples);
                    case ValueKind.STREAM -> ctx.values().streams().open(ref).memoryBytes();
                    default -> 0;
                };
    }

    /// {@return bytes of a value's own chain, as far as the first nodes tell}
    private static long chainBytes(CommandContext ctx, long entry, long samples) {
        long header = Entry.value(entry);
        long sampled = 0;
        long bytes = 0;
        for (int node = NodeChain.first(header);
                node != Allocator.NULL && sampled < samples;
                node = ctx.keyspace().chains().next(node)) {
            bytes += ctx.keyspace().allocator().capacity(node);
            sampled++;
        }
        return sampled == 0 ? 0 : bytes * NodeChain.nodes(header) / sampled;
    }

    /// {@return bytes of a value's own table, as far as some of its elements tell}
    private static long tableBytes(CommandContext ctx, long entry, long samples) {
        Allocator allocator = ctx.keyspace().allocator();
        int table = Memory.getInt(Entry.value(entry));
        long[] sampled = {0, 0};
        long cursor = 0;
        do {
            cursor =
                    ctx.keyspace()
                            .index()
                            .scan(
                                    table,
                                    cursor,
                                    pair -> {
                                        sampled[0]++;
                                        sampled[1] += allocator.capacity(pair);
                                    });
        } while (cursor != 0 && sampled[0] < samples);
        long pairs = ctx.keyspace().index().size(table);
        long mean = sampled[0] == 0 ? 0 : sampled[1] / sampled[0];
        return pairs * (mean + INDEX_BYTES_PER_ENTRY);
    }

    private static void stats(CommandContext ctx, Args args, ReplyWriter reply) {
        InfoFacts.Memory memory = new NodeFacts(ctx).memory();
        List<Database> databases = new ArrayList<>();
        long keys = 0;
        for (int i = 0; i < ctx.keyspace().databases(); i++) {
            Database database = ctx.keyspace().database(i);
            if (database.size() > 0) {
                databases.add(database);
                keys += database.size();
            }
        }
        long dataset = Math.max(0, memory.used() - memory.overhead());
        long sinceStart = Math.max(0, memory.used() - memory.startup());
        reply.map(27 + databases.size());
        field(reply, "peak.allocated", memory.peak());
        field(reply, "total.allocated", memory.used());
        field(reply, "startup.allocated", memory.startup());
        field(reply, "replication.backlog", memory.log());
        field(reply, "clients.slaves", memory.replicaClients());
        field(reply, "clients.normal", memory.normalClients());
        field(reply, "cluster.links", 0);
        field(reply, "aof.buffer", 0);
        field(reply, "lua.caches", 0);
        field(reply, "functions.caches", 0);
        for (Database database : databases) {
            reply.bulk("db." + database.number());
            reply.map(3);
            field(reply, "overhead.hashtable.main", database.size() * INDEX_BYTES_PER_ENTRY);
            field(
                    reply,
                    "overhead.hashtable.expires",
                    (long) database.expiringCount() * Integer.BYTES);
            field(reply, "overhead.hashtable.slot-to-keys", 0);
        }
        field(reply, "overhead.total", memory.overhead());
        field(reply, "keys.count", keys);
        field(reply, "keys.bytes-per-key", keys == 0 ? 0 : sinceStart / keys);
        field(reply, "dataset.bytes", dataset);
        ratio(reply, "dataset.percentage", 100.0 * dataset, sinceStart);
        ratio(reply, "peak.percentage", 100.0 * memory.used(), memory.peak());
        field(reply, "allocator.allocated", memory.allocated());
        field(reply, "allocator.active", memory.allocatorResident());
        field(reply, "allocator.resident", memory.allocatorResident());
        ratio(
                reply,
                "allocator-fragmentation.ratio",
                (double) memory.allocatorResident(),
                memory.allocated());
        field(
                reply,
                "allocator-fragmentation.bytes",
                memory.allocatorResident() - memory.allocated());
        ratio(reply, "allocator-rss.ratio", 1, 1);
        field(reply, "allocator-rss.bytes", 0);
        ratio(reply, "rss-overhead.ratio", (double) memory.resident(), memory.allocatorResident());
        field(reply, "rss-overhead.bytes", memory.resident() - memory.allocatorResident());
        ratio(reply, "fragmentation", (double) memory.resident(), memory.used());
        field(reply, "fragmentation.bytes", memory.resident() - memory.used());
    }

    private static void field(ReplyWriter reply, String name, long value) {
        reply.bulk(name);
        reply.integer(value);
    }

    private static void ratio(ReplyWriter reply, String name, double part, long whole) {
        reply.bulk(name);
        reply.number(whole == 0 ? 0 : part / whole);
    }

    private static void help(CommandContext ctx, Args args, ReplyWriter reply) {
        HelpText.reply(
                reply,
                "MEMORY",
                List.of(
                        "DOCTOR",
                        "    Return memory problems reports.",
                        "MALLOC-STATS",
                        "    Return internal statistics report from the memory allocator.",
                        "PURGE",
                        "    Attempt to purge dirty pages for reclamation by the allocator.",
                        "STATS",
                        "    Return information about the memory usage of the server.",
                        "USAGE <key> [SAMPLES <count>]",
                        "    Return memory in bytes used by <key> and its value. Nested values are",
                        "    sampled up to <count> times (default: 5, 0 means sample all)."));
    }
}

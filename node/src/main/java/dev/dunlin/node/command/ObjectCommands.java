// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import static dev.dunlin.node.command.Command.command;
import static dev.dunlin.node.command.Command.container;
import static dev.dunlin.node.command.Flag.LOADING;
import static dev.dunlin.node.command.Flag.READONLY;
import static dev.dunlin.node.command.Flag.STALE;

import dev.dunlin.node.keyspace.AccessStamp;
import dev.dunlin.node.keyspace.ValueKind;
import dev.dunlin.node.offheap.Entry;
import dev.dunlin.node.resp.Decimal;
import dev.dunlin.node.resp.ReplyWriter;
import dev.dunlin.node.resp.RespError;
import java.util.List;

/// OBJECT: how a value is kept.
///
/// Thread: handlers run on the node's loop and never block.
public final class ObjectCommands {
    /// Longest string that Redis keeps in one block with its header.
    private static final int EMBEDDED_BYTES_MAX = 44;

    /// Redis shares one object for each of the integers below this.
    private static final long SHARED_INTEGERS = 10_000;

    private static final List<String> HELP =
            List.of(
                    "OBJECT <subcommand> [<arg> [value] [opt] ...]. Subcommands are:",
                    "ENCODING <key>",
                    "    Return the kind of internal representation used in order to store the"
                            + " value",
                    "    associated with a <key>.",
                    "FREQ <key>",
                    "    Return the access frequency index of the <key>. The returned integer is",
                    "    proportional to the logarithm of the recent access frequency of the key.",
                    "IDLETIME <key>",
                    "    Return the idle time of the <key>, that is the approximated number of",
                    "    seconds elapsed since the last access to the key.",
                    "REFCOUNT <key>",
                    "    Return the number of references of the value associated with the"
                            + " specified",
                    "    <key>.",
                    "HELP",
                    "    Prints this help.");

    /// {@return the family's rows, fresh for each node because a row counts its calls}
    // spotless:off
    static List<Command> table() { return List.of(
        container("object", -2, "", List.of(
            //       name              arity  keys                             handler                   category    flags
            command("object|encoding",  3,    KeySpec.range(2, 0, 1, "RO"),    ObjectCommands::encoding, "keyspace", READONLY),
            command("object|freq",      3,    KeySpec.range(2, 0, 1, "RO"),    ObjectCommands::freq,     "keyspace", READONLY),
            command("object|help",      2,                                     ObjectCommands::help,     "keyspace", LOADING, STALE),
            command("object|idletime",  3,    KeySpec.range(2, 0, 1, "RO"),    ObjectCommands::idletime, "keyspace", READONLY),
            command("object|refcount",  3,    KeySpec.range(2, 0, 1, "RO"),    ObjectCommands::refcount, "keyspace", READONLY)))); }
    // spotless:on

    private ObjectCommands() {}

    /// {@return the name of a value's encoding, as OBJECT ENCODING knows it}
    public static String encodingName(long entry) {
        return switch (Entry.kind(entry)) {
            case ValueKind.STRING ->
                    isInteger(entry)
                            ? "int"
                            : Entry.valueBytes(entry) <= EMBEDDED_BYTES_MAX ? "embstr" : "raw";
            case ValueKind.STRING_RAW -> "raw";
            case ValueKind.HASH_LISTPACK -> "listpack";
            case ValueKind.HASH_LISTPACK_TIMED -> "listpackex";
            case ValueKind.HASH_TABLE, ValueKind.HASH_TABLE_TIMED -> "hashtable";
            case ValueKind.SET_INTSET -> "intset";
            case ValueKind.SET_LISTPACK -> "listpack";
            case ValueKind.SET_TABLE -> "hashtable";
            case ValueKind.LIST_LISTPACK -> "listpack";
            case ValueKind.LIST_QUICKLIST -> "quicklist";
            case ValueKind.ZSET_LISTPACK -> "listpack";
            case ValueKind.ZSET_TREE -> "skiplist";
            case ValueKind.STREAM -> "stream";
            default -> throw new IllegalArgumentException("kind " + Entry.kind(entry));
        };
    }

    private static boolean isInteger(long entry) {
        return Entry.kind(entry) == ValueKind.STRING
                && Decimal.isLong(Entry.value(entry), Entry.valueBytes(entry));
    }

    private static void encoding(CommandContext ctx, Args args, ReplyWriter reply) {
        int ref = ctx.peek(args, 2);
        if (ref == CommandContext.MISSING) {
            reply.nil();
        } else {
            reply.bulk(encodingName(ctx.entry(ref)));
        }
    }

    private static void freq(CommandContext ctx, Args args, ReplyWriter reply) {
        int ref = ctx.peek(args, 2);
        AccessStamp stamps = ctx.keyspace().access();
        if (ref == CommandContext.MISSING) {
            reply.nil();
        } else if (stamps.isByFrequency()) {
            reply.integer(stamps.frequency(Entry.access(ctx.entry(ref))));
        } else {
            throw new CommandException(RespError.NO_LFU);
        }
    }

    private static void help(CommandContext ctx, Args args, ReplyWriter reply) {
        reply.array(HELP.size());
        HELP.forEach(reply::simple);
    }

    private static void idletime(CommandContext ctx, Args args, ReplyWriter reply) {
        int ref = ctx.peek(args, 2);
        AccessStamp stamps = ctx.keyspace().access();
        if (ref == CommandContext.MISSING) {
            reply.nil();
        } else if (stamps.isByFrequency()) {
            throw new CommandException(RespError.NO_LRU);
        } else {
            reply.integer(stamps.idleSeconds(Entry.access(ctx.entry(ref))));
        }
    }

    private static void refcount(CommandContext ctx, Args args, ReplyWriter reply) {
        int ref = ctx.peek(args, 2);
        if (ref == CommandContext.MISSING) {
            reply.nil();
            return;
        }
        long entry = ctx.entry(ref);
        boolean shared = false;
        if (isInteger(entry)) {
            long value = Decimal.parseLong(Entry.value(entry), Entry.valueBytes(entry));
            shared = value >= 0 && value < SHARED_INTEGERS;
        }
        reply.integer(shared ? Integer.MAX_VALUE : 1);
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import static dev.dunlin.node.command.Command.command;
import static dev.dunlin.node.command.Flag.ADMIN;
import static dev.dunlin.node.command.Flag.LOADING;
import static dev.dunlin.node.command.Flag.NOSCRIPT;
import static dev.dunlin.node.command.Flag.STALE;

import dev.dunlin.node.config.Directives;
import dev.dunlin.node.offheap.Entry;
import dev.dunlin.node.resp.ReplyWriter;
import dev.dunlin.node.resp.RespError;
import io.netty.buffer.ByteBuf;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// DEBUG: what tests need to look into a node and to hold it still. An operator has to allow it first (`enable-debug-command`).
///
/// Thread: handlers run on the node's loop and never block, but for DEBUG SLEEP, which is there to do that.
public final class DebugCommands {
    private static final Logger LOG = LoggerFactory.getLogger(DebugCommands.class);

    /// Bytes of a DUMP payload that are no value: its type, the version and the checksum.
    private static final int DUMP_EXTRA_BYTES = 1 + 2 + 8;

    private static final RespError NOT_ALLOWED =
            RespError.of(
                    "ERR DEBUG command not allowed. If the enable-debug-command option is set to"
                            + " \"local\", you can run it from a local connection, otherwise you"
                            + " need to set this option in the configuration file, and then restart"
                            + " the server.");

    private static final RespError FAILED = RespError.of("ERR");
    private static final RespError RELOAD_OPTIONS =
            RespError.of("ERR DEBUG RELOAD only supports the MERGE, NOFLUSH and NOSAVE options.");
    private static final RespError NOT_LOADED =
            RespError.of("ERR Error trying to load the RDB dump");

    private DebugCommands() {}

    /// {@return the family's rows, fresh for each node because a row counts its calls}
    // spotless:off
    static List<Command> table() { return List.of(
        //       name     arity  handler               category  flags
        command("debug",   -2,   DebugCommands::debug, "",       ADMIN, NOSCRIPT, LOADING, STALE)); }
    // spotless:on

    private static void debug(CommandContext ctx, Args args, ReplyWriter reply) {
        if (!Protection.allows(ctx, Directives.ENABLE_DEBUG_COMMAND)) {
            throw new CommandException(NOT_ALLOWED);
        }
        switch (args.text(1).toLowerCase(Locale.ROOT)) {
            case "help" -> {
                require(args, 2);
                help(reply);
            }
            case "sleep" -> {
                require(args, 3);
                sleep(args, reply);
            }
            case "digest" -> {
                require(args, 2);
                reply.simple(digest(ctx).all());
            }
            case "digest-value" -> digestValue(ctx, args, reply);
            case "object" -> {
                require(args, 3);
                object(ctx, args, reply);
            }
            case "error" -> {
                require(args, 3);
                throw new CommandException(error(args));
            }
            case "loadaof" -> {
                require(args, 2);
                AppendOnlyCommands.reload(ctx);
            }
            case "log" -> {
                require(args, 3);
                LOG.warn("DEBUG LOG: {}", args.text(2));
                reply.ok();
            }
            case "reload" -> reload(ctx, args, reply);
            case "set-active-expire" -> {
                require(args, 3);
                ctx.runner().activeExpire(leadingInteger(args.text(2)) != 0);
                reply.ok();
            }
            default -> throw unknown(args);
        }
    }

    private static void require(Args args, int count) {
        if (args.count() != count) {
            throw unknown(args);
        }
    }

    private static CommandException unknown(Args args) {
        return new CommandException(RespError.wrongSubcommand(args.text(1), "DEBUG"));
    }

    private static DataSetDigest digest(CommandContext ctx) {
        return new DataSetDigest(ctx.keyspace(), ctx.values());
    }

    private static void sleep(Args args, ReplyWriter reply) {
        long endNs = System.nanoTime() + (long) (seconds(args.text(2)) * 1e9);
        for (long left = endNs - System.nanoTime(); left > 0; left = endNs - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
        reply.ok();
    }

    /// What is no number is none, as in C.
    private static double seconds(String text) {
        try {
            return Double.parseDouble(text);
        } catch (NumberFormatException none) {
            return 0;
        }
    }

    private static int leadingInteger(String text) {
        try {
            return Integer.parseInt(text.replaceAll("[^0-9-].*", ""));
        } catch (NumberFormatException none) {
            return 0;
        }
    }

    private static void digestValue(CommandContext ctx, Args args, ReplyWriter reply) {
        DataSetDigest digest = digest(ctx);
        reply.array(args.count() - 2L);
        for (int i = 2; i < args.count(); i++) {
            reply.simple(digest.ofValue(ctx.peek(args, i)));
        }
    }

    private static void reload(CommandContext ctx, Args args, ReplyWriter reply) {
        boolean save = true;
        boolean flush = true;
        boolean merge = false;
        for (int i = 2; i < args.count(); i++) {
            if (args.is(i, "merge")) {
                merge = true;
            } else if (args.is(i, "noflush")) {
                flush = false;
            } else if (args.is(i, "nosave")) {
                save = false;
            } else {
                throw new CommandException(RELOAD_OPTIONS);
            }
        }
        switch (ctx.services().persistence().reload(save, flush, merge)) {
            case DONE -> reply.ok();
            case NOT_SAVED -> throw new CommandException(FAILED);
            case NOT_LOADED -> throw new CommandException(NOT_LOADED);
        }
    }

    private static void object(CommandContext ctx, Args args, ReplyWriter reply) {
        int ref = ctx.database().find(args.slot(2), args.address(2), args.bytes(2), args.hash(2));
        if (ref == CommandContext.MISSING) {
            throw new CommandException(RespError.NO_SUCH_KEY);
        }
        long entry = ctx.entry(ref);
        ByteBuf payload = MigrationCommands.payload(ctx, ref, ctx.nowMs());
        int serialized = payload.readableBytes() - DUMP_EXTRA_BYTES;
        payload.release();
        reply.simple(
                "Value at:0x%x refcount:1 encoding:%s serializedlength:%d lru:%d lru_seconds_idle:%d"
                        .formatted(
                                entry,
                                ObjectCommands.encodingName(entry),
                                serialized,
                                Entry.access(entry),
                                ctx.keyspace().access().idleSeconds(Entry.access(entry))));
    }

    private static RespError error(Args args) {
        return RespError.ofBytes(RespError.quoted(args.copy(2), args.bytes(2)));
    }

    private static void help(ReplyWriter reply) {
        HelpText.reply(
                reply,
                "DEBUG",
                List.of(
                        "DIGEST",
                        "    Output a hex signature representing the current DB content.",
                        "DIGEST-VALUE <key> [<key> ...]",
                        "    Output a hex signature of the values of all the specified keys.",
                        "ERROR <string>",
                        "    Return a Redis protocol error with <string> as message. Useful for clients",
                        "    unit tests to simulate Redis errors.",
                        "LOADAOF",
                        "    Flush the AOF buffers on disk and reload the AOF in memory.",
                        "LOG <message>",
                        "    Write <message> to the server log.",
                        "OBJECT <key>",
                        "    Show low level info about `key` and associated value.",
                        "RELOAD [option ...]",
                        "    Save the RDB on disk and reload it back to memory. Valid <option> values:",
                        "    * MERGE: conflicting keys will be loaded from RDB.",
                        "    * NOFLUSH: the existing database will not be removed before load, but",
                        "      conflicting keys will generate an exception and kill the server.",
                        "    * NOSAVE: the database will be loaded from an existing RDB file.",
                        "    Examples:",
                        "    * DEBUG RELOAD: verify that the server is able to persist, flush and reload",
                        "      the database.",
                        "    * DEBUG RELOAD NOSAVE: replace the current database with the contents of an",
                        "      existing RDB file.",
                        "    * DEBUG RELOAD NOSAVE NOFLUSH MERGE: add the contents of an existing RDB",
                        "      file to the database.",
                        "SET-ACTIVE-EXPIRE <0|1>",
                        "    Setting it to 0 disables expiring keys (and hash-fields) in background",
                        "    when they are not accessed (otherwise the Redis behavior). Setting it to 1",
                        "    reenables back the default.",
                        "SLEEP <seconds>",
                        "    Stop the server for <seconds>. Decimals allowed."));
    }
}

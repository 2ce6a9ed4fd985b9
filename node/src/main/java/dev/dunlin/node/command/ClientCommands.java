// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import static dev.dunlin.node.command.Command.command;
import static dev.dunlin.node.command.Command.container;
import static dev.dunlin.node.command.Flag.ADMIN;
import static dev.dunlin.node.command.Flag.LOADING;
import static dev.dunlin.node.command.Flag.NOSCRIPT;
import static dev.dunlin.node.command.Flag.STALE;
import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.dunlin.node.resp.ReplyWriter;
import dev.dunlin.node.resp.RespError;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// CLIENT: what a connection says about itself, and how its replies are sent. LIST, KILL and TRACKING have files of their own.
///
/// Thread: handlers run on the node's loop and never block.
public final class ClientCommands {
    static final String CLIENT = "CLIENT";

    private static final RespError BAD_TIMEOUT =
            RespError.of("ERR timeout is not an integer or out of range");
    private static final RespError NEGATIVE_TIMEOUT = RespError.of("ERR timeout is negative");
    private static final RespError TIMEOUT_OUT_OF_RANGE =
            RespError.of("ERR timeout is out of range");
    private static final RespError PAUSE_MODE =
            RespError.of("ERR CLIENT PAUSE mode must be WRITE or ALL");
    private static final RespError UNBLOCK_REASON =
            RespError.of("ERR CLIENT UNBLOCK reason should be TIMEOUT or ERROR");

    private ClientCommands() {}

    /// {@return the family's rows, fresh for each node because a row counts its calls}
    // spotless:off
    static List<Command> table() { return List.of(
        container("client", -2, "", subcommands()));
    }

    private static List<Command> subcommands() { return List.of(
        //       name                  arity  handler                               category      flags
        command("client|caching",       3,    ClientTrackingCommands::caching,      "connection", NOSCRIPT, LOADING, STALE),
        command("client|getname",       2,    ClientCommands::getName,              "connection", NOSCRIPT, LOADING, STALE),
        command("client|getredir",      2,    ClientTrackingCommands::getRedir,     "connection", NOSCRIPT, LOADING, STALE),
        command("client|help",          2,    ClientHelp::help,                     "connection", LOADING, STALE),
        command("client|id",            2,    ClientCommands::id,                   "connection", NOSCRIPT, LOADING, STALE),
        command("client|info",          2,    ClientListCommand::info,              "connection", NOSCRIPT, LOADING, STALE),
        command("client|kill",         -3,    ClientKillCommand::kill,              "connection", ADMIN, NOSCRIPT, LOADING, STALE),
        command("client|list",         -2,    ClientListCommand::list,              "connection", ADMIN, NOSCRIPT, LOADING, STALE),
        command("client|no-evict",      3,    ClientCommands::noEvict,              "connection", ADMIN, NOSCRIPT, LOADING, STALE),
        command("client|no-touch",      3,    ClientCommands::noTouch,              "connection", NOSCRIPT, LOADING, STALE),
        command("client|pause",        -3,    ClientCommands::pause,                "connection", ADMIN, NOSCRIPT, LOADING, STALE),
        command("client|reply",         3,    ClientCommands::reply,                "connection", NOSCRIPT, LOADING, STALE),
        command("client|setinfo",       4,    ClientCommands::setInfo,              "connection", NOSCRIPT, LOADING, STALE),
        command("client|setname",       3,    ClientCommands::setName,              "connection", NOSCRIPT, LOADING, STALE),
        command("client|tracking",     -3,    ClientTrackingCommands::tracking,     "connection", NOSCRIPT, LOADING, STALE),
        command("client|trackinginfo",  2,    ClientTrackingCommands::trackingInfo, "connection", NOSCRIPT, LOADING, STALE),
        command("client|unblock",      -3,    ClientCommands::unblock,              "connection", ADMIN, NOSCRIPT, LOADING, STALE),
        command("client|unpause",       2,    ClientCommands::unpause,              "connection", ADMIN, NOSCRIPT, LOADING, STALE));
    }
    // spotless:on

    /// {@return the client's name in this argument}
    ///
    /// @throws CommandException when it has a space or something that is no printable ASCII
    static String name(Args args, int argument) {
        String name = printable(args, argument);
        if (name == null) {
            throw new CommandException(RespError.CLIENT_NAME);
        }
        return name;
    }

    /// {@return the argument as text, or null when CLIENT LIST could not show it as one word}
    private static @Nullable String printable(Args args, int argument) {
        String text = new String(args.copy(argument), ISO_8859_1);
        return text.chars().allMatch(c -> c >= '!' && c <= '~') ? text : null;
    }

    /// {@return an argument as the client sent it, for an error text}
    static String quoted(Args args, int argument) {
        return RespError.quoted(args.copy(argument), args.bytes(argument));
    }

    /// {@return the client with this number, or null}
    static @Nullable Client find(CommandContext ctx, long id) {
        for (Client client : ctx.services().clients()) {
            if (client.id() == id) {
                return client;
            }
        }
        return null;
    }

    private static void getName(CommandContext ctx, Args args, ReplyWriter reply) {
        String name = ctx.client().name();
        if (name.isEmpty()) {
            reply.nil();
        } else {
            reply.bulk(name);
        }
    }

    private static void id(CommandContext ctx, Args args, ReplyWriter reply) {
        reply.integer(ctx.client().id());
    }

    private static void noEvict(CommandContext ctx, Args args, ReplyWriter reply) {
        ctx.client().noEvict(onOrOff(args));
        reply.ok();
    }

    private static void noTouch(CommandContext ctx, Args args, ReplyWriter reply) {
        ctx.client().noTouch(onOrOff(args));
        reply.ok();
    }

    private static boolean onOrOff(Args args) {
        if (args.is(2, "on")) {
            return true;
        }
        if (args.is(2, "off")) {
            return false;
        }
        throw new CommandException(RespError.SYNTAX);
    }

    private static void pause(CommandContext ctx, Args args, ReplyWriter reply) {
        if (args.count() > 4) {
            throw new CommandException(RespError.subcommandSyntax(quoted(args, 1), CLIENT));
        }
        boolean onlyWrites = args.count() == 4 && args.is(3, "write");
        if (args.count() == 4 && !onlyWrites && !args.is(3, "all")) {
            throw new CommandException(PAUSE_MODE);
        }
        long timeoutMs = args.longAt(2, BAD_TIMEOUT);
        if (timeoutMs < 0) {
            throw new CommandException(NEGATIVE_TIMEOUT);
        }
        if (timeoutMs > Long.MAX_VALUE - ctx.nowMs()) {
            throw new CommandException(TIMEOUT_OUT_OF_RANGE);
        }
        ctx.services().pauseClients(ctx.nowMs() + timeoutMs, onlyWrites);
        reply.ok();
    }

    /// OFF and SKIP are not answered themselves.
    private static void reply(CommandContext ctx, Args args, ReplyWriter reply) {
        Client client = ctx.client();
        if (args.is(2, "on")) {
            client.repliesOn();
            reply.ok();
        } else if (args.is(2, "off")) {
            client.repliesOff();
        } else if (args.is(2, "skip")) {
            client.skipNextReply();
        } else {
            throw new CommandException(RespError.SYNTAX);
        }
    }

    private static void setInfo(CommandContext ctx, Args args, ReplyWriter reply) {
        boolean name = args.is(2, "lib-name");
        if (!name && !args.is(2, "lib-ver")) {
            throw new CommandException(
                    RespError.ofBytes("ERR Unrecognized option '" + quoted(args, 2) + "'"));
        }
        String value = printable(args, 3);
        if (value == null) {
            throw new CommandException(
                    RespError.of(
                            "ERR "
                                    + args.text(2)
                                    + " cannot contain spaces, newlines or special characters."));
        }
        if (name) {
            ctx.client().libraryName(value);
        } else {
            ctx.client().libraryVersion(value);
        }
        reply.ok();
    }

    private static void setName(CommandContext ctx, Args args, ReplyWriter reply) {
        ctx.client().name(name(args, 2));
        reply.ok();
    }

    private static void unblock(CommandContext ctx, Args args, ReplyWriter reply) {
        if (args.count() > 4) {
            throw new CommandException(RespError.subcommandSyntax(quoted(args, 1), CLIENT));
        }
        boolean error = args.count() == 4 && args.is(3, "error");
        if (args.count() == 4 && !error && !args.is(3, "timeout")) {
            throw new CommandException(UNBLOCK_REASON);
        }
        Client target = find(ctx, args.longAt(2));
        Blocked wait = target == null ? null : target.blocked();
        Consumer<ReplyWriter> timedOut = wait == null ? null : wait.timedOut();
        if (target == null || wait == null || timedOut == null) {
            reply.integer(0);
            return;
        }
        wait.cancel();
        target.link().endWait(error ? later -> later.error(RespError.UNBLOCKED) : timedOut);
        reply.integer(1);
    }

    private static void unpause(CommandContext ctx, Args args, ReplyWriter reply) {
        ctx.services().unpauseClients();
        reply.ok();
    }

    /// What CLIENT LIST and CLIENT KILL tell apart with TYPE.
    enum Type {
        NORMAL,
        REPLICA,
        PRIMARY,
        PUBSUB;

        static Type of(Client client) {
            return client.fromPrimary() ? PRIMARY : client.replica() ? REPLICA : NORMAL;
        }

        /// @throws CommandException when an argument names no type
        static Type named(Args args, int argument) {
            return switch (args.text(argument).toLowerCase(Locale.ROOT)) {
                case "normal" -> NORMAL;
                case "slave", "replica" -> REPLICA;
                case "master" -> PRIMARY;
                case "pubsub" -> PUBSUB;
                default ->
                        throw new CommandException(
                                RespError.ofBytes(
                                        "ERR Unknown client type '"
                                                + quoted(args, argument)
                                                + "'"));
            };
        }
    }
}

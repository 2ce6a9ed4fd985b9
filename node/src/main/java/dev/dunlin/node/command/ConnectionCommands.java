// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import static dev.dunlin.node.command.Command.command;
import static dev.dunlin.node.command.Flag.ALLOW_BUSY;
import static dev.dunlin.node.command.Flag.FAST;
import static dev.dunlin.node.command.Flag.LOADING;
import static dev.dunlin.node.command.Flag.NOSCRIPT;
import static dev.dunlin.node.command.Flag.NO_AUTH;
import static dev.dunlin.node.command.Flag.STALE;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.dunlin.node.Version;
import dev.dunlin.node.config.DefaultUser;
import dev.dunlin.node.config.Directives;
import dev.dunlin.node.resp.ReplyWriter;
import dev.dunlin.node.resp.RespError;
import java.util.List;

/// HELLO, AUTH, PING and the other commands about the connection itself; CLIENT is in [ClientCommands].
///
/// Thread: handlers run on the node's loop and never block.
public final class ConnectionCommands {
    private static final int RESP2 = 2;
    private static final int RESP3 = 3;

    /// {@return the family's rows, fresh for each node because a row counts its calls}
    // spotless:off
    static List<Command> table() { return List.of(
        //       name      arity  handler                     category      flags
        command("auth",     -2,   ConnectionCommands::auth,   "connection", NOSCRIPT, LOADING, STALE, FAST, NO_AUTH, ALLOW_BUSY),
        command("echo",      2,   ConnectionCommands::echo,   "connection", LOADING, STALE, FAST),
        command("hello",    -1,   ConnectionCommands::hello,  "connection", NOSCRIPT, LOADING, STALE, FAST, NO_AUTH, ALLOW_BUSY),
        command("ping",     -1,   ConnectionCommands::ping,   "connection", FAST),
        command("quit",     -1,   ConnectionCommands::quit,   "connection", NOSCRIPT, LOADING, STALE, FAST, NO_AUTH, ALLOW_BUSY),
        command("reset",     1,   ConnectionCommands::reset,  "connection", NOSCRIPT, LOADING, STALE, FAST, NO_AUTH, ALLOW_BUSY),
        command("select",    2,   ConnectionCommands::select, "connection", LOADING, STALE, FAST)); }
    // spotless:on

    private ConnectionCommands() {}

    private static void auth(CommandContext ctx, Args args, ReplyWriter reply) {
        if (args.count() > 3) {
            throw new CommandException(RespError.SYNTAX);
        }
        if (args.count() == 3) {
            logIn(ctx, args.copy(1), args.copy(2));
        } else if (password(ctx).isEmpty()) {
            throw new CommandException(RespError.NO_PASSWORD_SET);
        } else {
            logIn(ctx, DefaultUser.NAME.getBytes(UTF_8), args.copy(1));
        }
        reply.ok();
    }

    /// @throws CommandException WRONGPASS; the client stays who it was
    private static void logIn(CommandContext ctx, byte[] user, byte[] given) {
        if (!DefaultUser.accepts(password(ctx), user, given)) {
            throw new CommandException(RespError.WRONG_PASS);
        }
        ctx.client().authenticated(true, DefaultUser.NAME);
    }

    private static String password(CommandContext ctx) {
        return ctx.services().settings().get(Directives.REQUIRE_PASS);
    }

    private static void echo(CommandContext ctx, Args args, ReplyWriter reply) {
        reply.bulk(args.address(1), args.bytes(1));
    }

    /// Each option takes effect when it is read, so those before a wrong one have been obeyed; the protocol changes last.
    private static void hello(CommandContext ctx, Args args, ReplyWriter reply) {
        long protocol = args.count() < 2 ? 0 : protocol(args);
        Client client = ctx.client();
        int i = 2;
        while (i < args.count()) {
            int more = args.count() - 1 - i;
            if (more >= 2 && args.is(i, "auth")) {
                logIn(ctx, args.copy(i + 1), args.copy(i + 2));
                i += 3;
            } else if (more >= 1 && args.is(i, "setname")) {
                client.name(ClientCommands.name(args, i + 1));
                i += 2;
            } else {
                throw new CommandException(
                        RespError.ofBytes(
                                "ERR Syntax error in HELLO option '"
                                        + ClientCommands.quoted(args, i)
                                        + "'"));
            }
        }
        if (!client.authenticated() && !password(ctx).isEmpty()) {
            throw new CommandException(RespError.HELLO_NO_AUTH);
        }
        if (protocol != 0) {
            client.resp3(protocol == RESP3);
            reply.resp3(client.resp3());
        }
        greet(ctx, reply);
    }

    private static long protocol(Args args) {
        long protocol = args.longAt(1, RespError.PROTO_NOT_AN_INTEGER);
        if (protocol < RESP2 || protocol > RESP3) {
            throw new CommandException(RespError.NO_PROTO);
        }
        return protocol;
    }

    private static void greet(CommandContext ctx, ReplyWriter reply) {
        Client client = ctx.client();
        NodeServices services = ctx.services();
        reply.map(7);
        reply.bulk("server");
        reply.bulk("redis");
        reply.bulk("version");
        reply.bulk(Version.REDIS);
        reply.bulk("proto");
        reply.integer(client.resp3() ? RESP3 : RESP2);
        reply.bulk("id");
        reply.integer(client.id());
        reply.bulk("mode");
        reply.bulk(services.clusterEnabled() ? "cluster" : "standalone");
        reply.bulk("role");
        reply.bulk(services.replication().primary().isPresent() ? "replica" : "master");
        reply.bulk("modules");
        reply.array(0);
    }

    private static void ping(CommandContext ctx, Args args, ReplyWriter reply) {
        if (args.count() > 2) {
            throw new CommandException(RespError.wrongArity("ping"));
        }
        if (args.count() == 1) {
            reply.pong();
        } else {
            reply.bulk(args.address(1), args.bytes(1));
        }
    }

    private static void quit(CommandContext ctx, Args args, ReplyWriter reply) {
        ctx.client().closeAfterReplies();
        reply.ok();
    }

    private static void reset(CommandContext ctx, Args args, ReplyWriter reply) {
        Client client = ctx.client();
        TransactionCommands.discard(ctx, client);
        client.reset(password(ctx).isEmpty());
        ctx.select(0);
        reply.resp3(false);
        reply.simple("RESET");
    }

    private static void select(CommandContext ctx, Args args, ReplyWriter reply) {
        int number = args.intAt(1);
        if (ctx.services().clusterEnabled() && number != 0) {
            throw new CommandException(RespError.SELECT_IN_CLUSTER);
        }
        if (number < 0 || number >= ctx.keyspace().databases()) {
            throw new CommandException(RespError.DB_INDEX_OUT_OF_RANGE);
        }
        ctx.select(number);
        reply.ok();
    }
}

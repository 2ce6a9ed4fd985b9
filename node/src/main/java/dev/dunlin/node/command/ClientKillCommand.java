// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import dev.dunlin.node.config.DefaultUser;
import dev.dunlin.node.resp.ReplyWriter;
import dev.dunlin.node.resp.RespError;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// CLIENT KILL: `ip:port`, or filters that a connection must pass all of.
///
/// Thread: the handler runs on the node's loop and never blocks.
final class ClientKillCommand {
    private static final RespError BAD_ID = RespError.of("ERR client-id should be greater than 0");

    private long id;
    private @Nullable String peer;
    private @Nullable String local;
    private ClientCommands.@Nullable Type type;
    private boolean skipMe = true;

    private ClientKillCommand() {}

    static void kill(CommandContext ctx, Args args, ReplyWriter reply) {
        var filter = new ClientKillCommand();
        if (args.count() == 3) {
            filter.peer = args.text(2);
            filter.skipMe = false;
            if (filter.apply(ctx) == 0) {
                throw new CommandException(RespError.NO_SUCH_CLIENT);
            }
            reply.ok();
            return;
        }
        filter.parse(args);
        reply.integer(filter.apply(ctx));
    }

    private void parse(Args args) {
        if (args.count() % 2 != 0) {
            // Redis takes the options that are whole first, and their errors come first.
            parseOptions(args, args.count() - 1);
            throw new CommandException(RespError.SYNTAX);
        }
        parseOptions(args, args.count());
    }

    private void parseOptions(Args args, int end) {
        for (int i = 2; i + 1 < end; i += 2) {
            int value = i + 1;
            if (args.is(i, "id")) {
                id = args.longAt(value, BAD_ID);
                if (id < 1) {
                    throw new CommandException(BAD_ID);
                }
            } else if (args.is(i, "type")) {
                type = ClientCommands.Type.named(args, value);
            } else if (args.is(i, "addr")) {
                peer = args.text(value);
            } else if (args.is(i, "laddr")) {
                local = args.text(value);
            } else if (args.is(i, "user")) {
                requireUser(args, value);
            } else if (args.is(i, "skipme") && args.is(value, "yes")) {
                skipMe = true;
            } else if (args.is(i, "skipme") && args.is(value, "no")) {
                skipMe = false;
            } else {
                throw new CommandException(RespError.SYNTAX);
            }
        }
    }

    /// Every client is the default user, so the filter lets all pass.
    private static void requireUser(Args args, int argument) {
        if (!args.text(argument).equals(DefaultUser.NAME)) {
            throw new CommandException(
                    RespError.ofBytes(
                            "ERR No such user '" + ClientCommands.quoted(args, argument) + "'"));
        }
    }

    /// {@return how many connections were closed}
    private int apply(CommandContext ctx) {
        int killed = 0;
        for (Client client : List.copyOf(ctx.services().clients())) {
            boolean me = client.equals(ctx.client());
            if (!matches(client) || (me && skipMe)) {
                continue;
            }
            killed++;
            if (me) {
                // It still hears how many there were.
                client.closeAfterReplies();
            } else {
                client.link().close();
            }
        }
        return killed;
    }

    private boolean matches(Client client) {
        return (id == 0 || client.id() == id)
                && (peer == null || client.link().peerAddress().equals(peer))
                && (local == null || client.link().localAddress().equals(local))
                && (type == null || ClientCommands.Type.of(client) == type);
    }
}

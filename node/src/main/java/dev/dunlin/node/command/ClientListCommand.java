// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.dunlin.node.resp.ReplyWriter;
import dev.dunlin.node.resp.RespError;
import java.util.Collection;

/// CLIENT LIST and CLIENT INFO: a line of `field=value` for each connection, with the fields of Redis 7.2 in their order.
///
/// Thread: handlers run on the node's loop and never block.
public final class ClientListCommand {
    private static final RespError INVALID_ID = RespError.of("ERR Invalid client ID");

    private ClientListCommand() {}

    static void list(CommandContext ctx, Args args, ReplyWriter reply) {
        var text = new StringBuilder();
        Collection<Client> all = ctx.services().clients();
        if (args.count() == 4 && args.is(2, "type")) {
            ClientCommands.Type type = ClientCommands.Type.named(args, 3);
            for (Client client : all) {
                if (ClientCommands.Type.of(client) == type) {
                    line(text, client, ctx.nowMs());
                }
            }
        } else if (args.count() > 3 && args.is(2, "id")) {
            for (int i = 3; i < args.count(); i++) {
                Client client = ClientCommands.find(ctx, args.longAt(i, INVALID_ID));
                if (client != null) {
                    line(text, client, ctx.nowMs());
                }
            }
        } else if (args.count() == 2) {
            all.forEach(client -> line(text, client, ctx.nowMs()));
        } else {
            throw new CommandException(RespError.SYNTAX);
        }
        reply.verbatim("txt", text.toString().getBytes(UTF_8));
    }

    static void info(CommandContext ctx, Args args, ReplyWriter reply) {
        var text = new StringBuilder();
        line(text, ctx.client(), ctx.nowMs());
        reply.verbatim("txt", text.toString().getBytes(UTF_8));
    }

    /// {@return the line of one client, as it is logged}
    public static String describe(Client client, long nowMs) {
        var text = new StringBuilder();
        line(text, client, nowMs);
        return text.toString().strip();
    }

    private static void line(StringBuilder text, Client client, long nowMs) {
        ClientLink link = client.link();
        Transaction transaction = client.transaction();
        Command command = client.lastCommand();
        long queryBytes = link.queryBufferBytes();
        long outputBytes = link.outputBufferBytes();
        text.append("id=").append(client.id());
        field(text, "addr", link.peerAddress());
        field(text, "laddr", link.localAddress());
        field(text, "fd", link.descriptor());
        field(text, "name", client.name());
        field(text, "age", seconds(nowMs - client.createdAtMs()));
        field(text, "idle", seconds(nowMs - client.lastCommandAtMs()));
        field(text, "flags", flags(client));
        field(text, "db", client.database());
        field(text, "sub", 0);
        field(text, "psub", 0);
        field(text, "ssub", 0);
        field(text, "multi", transaction.isOpen() ? transaction.size() : -1);
        field(text, "qbuf", queryBytes);
        field(text, "qbuf-free", 0);
        field(text, "argv-mem", 0);
        field(text, "multi-mem", transaction.queuedBytes());
        // Replies are written into buffers of the node, and wait in them: a client has none of its
        // own.
        field(text, "rbs", 0);
        field(text, "rbp", 0);
        field(text, "obl", 0);
        field(text, "oll", 0);
        field(text, "omem", outputBytes);
        field(text, "tot-mem", queryBytes + outputBytes + transaction.queuedBytes());
        field(text, "events", outputBytes > 0 ? "rw" : "r");
        field(text, "cmd", command == null ? "NULL" : command.name());
        field(text, "user", client.user());
        field(text, "redir", -1);
        field(text, "resp", client.resp3() ? 3 : 2);
        field(text, "lib-name", client.libraryName());
        field(text, "lib-ver", client.libraryVersion());
        text.append('\n');
    }

    private static void field(StringBuilder text, String name, String value) {
        text.append(' ').append(name).append('=').append(value);
    }

    private static void field(StringBuilder text, String name, long value) {
        text.append(' ').append(name).append('=').append(value);
    }

    private static long seconds(long ms) {
        return Math.max(0, ms) / 1000;
    }

    /// {@return a letter for each state, in Redis's order; `N` for none}
    private static String flags(Client client) {
        var letters = new StringBuilder();
        flag(letters, client.replica(), 'S');
        flag(letters, client.fromPrimary(), 'M');
        flag(letters, client.transaction().isOpen(), 'x');
        flag(letters, client.blocked() != null, 'b');
        flag(letters, client.transaction().watchedKeyChanged(), 'd');
        flag(letters, client.closeAfterReply(), 'c');
        flag(letters, client.readOnly(), 'r');
        flag(letters, client.noEvict(), 'e');
        flag(letters, client.noTouch(), 'T');
        return letters.isEmpty() ? "N" : letters.toString();
    }

    private static void flag(StringBuilder letters, boolean set, char letter) {
        if (set) {
            letters.append(letter);
        }
    }
}

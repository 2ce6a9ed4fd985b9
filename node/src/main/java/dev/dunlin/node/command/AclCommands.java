// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import static dev.dunlin.node.command.Command.command;
import static dev.dunlin.node.command.Command.container;
import static dev.dunlin.node.command.Flag.ADMIN;
import static dev.dunlin.node.command.Flag.LOADING;
import static dev.dunlin.node.command.Flag.NOSCRIPT;
import static dev.dunlin.node.command.Flag.STALE;

import dev.dunlin.node.config.DefaultUser;
import dev.dunlin.node.config.Directives;
import dev.dunlin.node.resp.ReplyWriter;
import dev.dunlin.node.resp.RespError;
import java.util.List;
import java.util.Locale;

/// ACL, as far as there is something to tell: the one user is `default`, and what it may do cannot be changed.
///
/// Thread: handlers run on the node's loop and never block.
public final class AclCommands {
    private AclCommands() {}

    /// {@return the family's rows, fresh for each node because a row counts its calls}
    // spotless:off
    static List<Command> table() { return List.of(
        container("acl", -2, "", List.of(
            //       name           arity  handler                category  flags
            command("acl|cat",      -2,    AclCommands::cat,      "",       NOSCRIPT, LOADING, STALE),
            command("acl|getuser",   3,    AclCommands::getUser,  "",       ADMIN, NOSCRIPT, LOADING, STALE),
            command("acl|help",      2,    AclCommands::help,     "",       LOADING, STALE),
            command("acl|list",      2,    AclCommands::list,     "",       ADMIN, NOSCRIPT, LOADING, STALE),
            command("acl|users",     2,    AclCommands::users,    "",       ADMIN, NOSCRIPT, LOADING, STALE),
            command("acl|whoami",    2,    AclCommands::whoAmI,   "",       NOSCRIPT, LOADING, STALE)))); }
    // spotless:on

    private static void cat(CommandContext ctx, Args args, ReplyWriter reply) {
        if (args.count() > 3) {
            throw new CommandException(
                    RespError.subcommandSyntax(ClientCommands.quoted(args, 1), "ACL"));
        }
        if (args.count() == 2) {
            reply.array(CommandRows.CATEGORIES.size());
            CommandRows.CATEGORIES.forEach(reply::bulk);
            return;
        }
        String category = args.text(2).toLowerCase(Locale.ROOT);
        if (!CommandRows.CATEGORIES.contains(category)) {
            throw new CommandException(
                    RespError.ofBytes(
                            "ERR Unknown category '" + ClientCommands.quoted(args, 2) + "'"));
        }
        List<Command> members =
                ctx.services().commands().allRows().stream()
                        .filter(command -> command.categories().contains(category))
                        .toList();
        reply.array(members.size());
        members.forEach(command -> reply.bulk(command.name()));
    }

    private static void getUser(CommandContext ctx, Args args, ReplyWriter reply) {
        if (!args.text(2).equals(DefaultUser.NAME)) {
            reply.nil();
            return;
        }
        String password = password(ctx);
        reply.map(6);
        reply.bulk("flags");
        reply.set(password.isEmpty() ? 2 : 1);
        reply.bulk("on");
        if (password.isEmpty()) {
            reply.bulk("nopass");
        }
        reply.bulk("passwords");
        reply.array(password.isEmpty() ? 0 : 1);
        if (!password.isEmpty()) {
            reply.bulk(DefaultUser.hash(password));
        }
        reply.bulk("commands");
        reply.bulk("+@all");
        reply.bulk("keys");
        reply.bulk("~*");
        reply.bulk("channels");
        reply.bulk("&*");
        reply.bulk("selectors");
        reply.array(0);
    }

    private static String password(CommandContext ctx) {
        return ctx.services().settings().get(Directives.REQUIRE_PASS);
    }

    private static void help(CommandContext ctx, Args args, ReplyWriter reply) {
        HelpText.reply(
                reply,
                "ACL",
                List.of(
                        "CAT [<category>]",
                        "    List all commands that belong to <category>, or all command categories",
                        "    when no category is specified.",
                        "GETUSER <username>",
                        "    Get the user's details.",
                        "LIST",
                        "    Show users details in config file format.",
                        "USERS",
                        "    List all the registered usernames.",
                        "WHOAMI",
                        "    Return the current connection username."));
    }

    private static void list(CommandContext ctx, Args args, ReplyWriter reply) {
        reply.array(1);
        reply.bulk(DefaultUser.line(password(ctx)));
    }

    private static void users(CommandContext ctx, Args args, ReplyWriter reply) {
        reply.array(1);
        reply.bulk(DefaultUser.NAME);
    }

    private static void whoAmI(CommandContext ctx, Args args, ReplyWriter reply) {
        reply.bulk(ctx.client().user());
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import static dev.dunlin.node.command.Command.command;
import static dev.dunlin.node.command.Command.container;
import static dev.dunlin.node.command.Flag.LOADING;
import static dev.dunlin.node.command.Flag.STALE;

import dev.dunlin.node.resp.ReplyWriter;
import dev.dunlin.node.resp.RespError;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// COMMAND and its subcommands: what commands there are, and where their keys are.
///
/// Thread: handlers run on the node's loop and never block.
public final class CommandCommands {
    private static final RespError NO_SUCH_COMMAND = RespError.of("ERR Invalid command specified");
    private static final RespError NO_KEYS = RespError.of("ERR The command has no key arguments");
    private static final RespError WRONG_COUNT =
            RespError.of("ERR Invalid number of arguments specified for command");
    private static final RespError WRONG_ARGUMENTS =
            RespError.of("ERR Invalid arguments specified for command");

    private CommandCommands() {}

    /// {@return the family's rows, fresh for each node because a row counts its calls}
    // spotless:off
    static List<Command> table() { return List.of(
        container("command", -1, CommandCommands::all, "connection", subcommands(), LOADING, STALE));
    }

    private static List<Command> subcommands() { return List.of(
        //       name                        arity  handler                            category      flags
        command("command|count",              2,    CommandCommands::count,            "connection", LOADING, STALE),
        command("command|docs",              -2,    CommandCommands::docs,             "connection", LOADING, STALE),
        command("command|getkeys",           -3,    CommandCommands::getKeys,          "connection", LOADING, STALE),
        command("command|getkeysandflags",   -3,    CommandCommands::getKeysAndFlags,  "connection", LOADING, STALE),
        command("command|help",               2,    CommandCommands::help,             "connection", LOADING, STALE),
        command("command|info",              -2,    CommandCommands::info,             "connection", LOADING, STALE),
        command("command|list",              -2,    CommandCommands::list,             "connection", LOADING, STALE));
    }
    // spotless:on

    private static void all(CommandContext ctx, Args args, ReplyWriter reply) {
        var commands = ctx.services().commands().all();
        reply.array(commands.size());
        commands.forEach(command -> CommandRows.write(reply, command));
    }

    private static void count(CommandContext ctx, Args args, ReplyWriter reply) {
        reply.integer(ctx.services().commands().all().size());
    }

    private static void docs(CommandContext ctx, Args args, ReplyWriter reply) {
        CommandDocs docs = CommandDocs.get();
        List<Command> wanted = new ArrayList<>();
        if (args.count() == 2) {
            wanted.addAll(ctx.services().commands().all());
        }
        for (int i = 2; i < args.count(); i++) {
            Command command = named(ctx, args, i);
            if (command != null) {
                wanted.add(command);
            }
        }
        wanted.removeIf(command -> !docs.knows(command));
        reply.map(wanted.size());
        wanted.forEach(command -> docs.write(reply, command));
    }

    private static void info(CommandContext ctx, Args args, ReplyWriter reply) {
        if (args.count() == 2) {
            all(ctx, args, reply);
            return;
        }
        reply.array(args.count() - 2);
        for (int i = 2; i < args.count(); i++) {
            Command command = named(ctx, args, i);
            if (command == null) {
                reply.nil();
            } else {
                CommandRows.write(reply, command);
            }
        }
    }

    private static @Nullable Command named(CommandContext ctx, Args args, int argument) {
        return ctx.services().commands().find(args.text(argument).toLowerCase(Locale.ROOT));
    }

    private static void list(CommandContext ctx, Args args, ReplyWriter reply) {
        Predicate<Command> filter = filter(args);
        List<Command> found = ctx.services().commands().allRows().stream().filter(filter).toList();
        reply.array(found.size());
        found.forEach(command -> reply.bulk(command.name()));
    }

    private static Predicate<Command> filter(Args args) {
        if (args.count() == 2) {
            return any -> true;
        }
        if (args.count() != 5 || !args.is(2, "filterby")) {
            throw new CommandException(RespError.SYNTAX);
        }
        String value = args.text(4).toLowerCase(Locale.ROOT);
        if (args.is(3, "module")) {
            // There are no modules that a command could come from.
            return any -> false;
        }
        if (args.is(3, "aclcat")) {
            return command -> command.categories().contains(value);
        }
        if (args.is(3, "pattern")) {
            var pattern = new TextGlob(value);
            return command -> pattern.matches(command.name());
        }
        throw new CommandException(RespError.SYNTAX);
    }

    private static void getKeys(CommandContext ctx, Args args, ReplyWriter reply) {
        KeysOfCommand keys = keys(ctx, args);
        reply.array(keys.positions.size());
        keys.positions.forEach(key -> reply.bulk(args.address(key), args.bytes(key)));
    }

    private static void getKeysAndFlags(CommandContext ctx, Args args, ReplyWriter reply) {
        KeysOfCommand keys = keys(ctx, args);
        reply.array(keys.positions.size());
        for (int i = 0; i < keys.positions.size(); i++) {
            int key = keys.positions.get(i);
            reply.array(2);
            reply.bulk(args.address(key), args.bytes(key));
            CommandRows.writeKeyFlags(reply, keys.flags.get(i));
        }
    }

    /// @param positions among the arguments of COMMAND itself
    private record KeysOfCommand(List<Integer> positions, List<List<String>> flags) {}

    private static KeysOfCommand keys(CommandContext ctx, Args args) {
        Args inner = ctx.spareArgs();
        inner.bindFrom(args, 2);
        Command command = ctx.services().commands().find(inner.address(0), inner.bytes(0));
        if (command != null && !command.subcommands().isEmpty() && inner.count() > 1) {
            command = command.subcommand(inner);
        }
        if (command == null) {
            throw new CommandException(NO_SUCH_COMMAND);
        }
        if (!command.hasKeys()) {
            throw new CommandException(NO_KEYS);
        }
        if (!command.acceptsArity(inner.count())) {
            throw new CommandException(WRONG_COUNT);
        }
        KeysOfCommand found = new KeysOfCommand(new ArrayList<>(), new ArrayList<>());
        command.forEachKey(
                inner,
                (key, flags) -> {
                    found.positions.add(key + 2);
                    found.flags.add(flags);
                });
        boolean complete = !found.positions.isEmpty() && !beginsBehind(command, inner);
        if (!complete && !command.has(Flag.NO_MANDATORY_KEYS)) {
            throw new CommandException(WRONG_ARGUMENTS);
        }
        return found;
    }

    /// {@return whether some keys would begin where there are no arguments any more, as those that PFMERGE merges may}
    private static boolean beginsBehind(Command command, Args inner) {
        return command.keySpecs().stream()
                .anyMatch(spec ->
                        spec.begin() instanceof KeySpec.Begin.Index(int position)
                                && position >= inner.count());
    }

    private static void help(CommandContext ctx, Args args, ReplyWriter reply) {
        HelpText.reply(
                reply,
                "COMMAND",
                List.of(
                        "(no subcommand)",
                        "    Return details about all Redis commands.",
                        "COUNT",
                        "    Return the total number of commands in this Redis server.",
                        "LIST",
                        "    Return a list of all commands in this Redis server.",
                        "INFO [<command-name> ...]",
                        "    Return details about multiple Redis commands.",
                        "    If no command names are given, documentation details for all",
                        "    commands are returned.",
                        "DOCS [<command-name> ...]",
                        "    Return documentation details about multiple Redis commands.",
                        "    If no command names are given, documentation details for all",
                        "    commands are returned.",
                        "GETKEYS <full-command>",
                        "    Return the keys from a full Redis command.",
                        "GETKEYSANDFLAGS <full-command>",
                        "    Return the keys and the access flags from a full Redis command."));
    }
}

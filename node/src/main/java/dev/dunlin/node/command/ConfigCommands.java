// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import static dev.dunlin.node.command.Command.command;
import static dev.dunlin.node.command.Command.container;
import static dev.dunlin.node.command.Flag.ADMIN;
import static dev.dunlin.node.command.Flag.LOADING;
import static dev.dunlin.node.command.Flag.NOSCRIPT;
import static dev.dunlin.node.command.Flag.STALE;

import dev.dunlin.node.config.ConfigRewrite;
import dev.dunlin.node.config.Directives;
import dev.dunlin.node.config.Setting;
import dev.dunlin.node.config.Setting.Mutability;
import dev.dunlin.node.config.Settings;
import dev.dunlin.node.resp.ReplyWriter;
import dev.dunlin.node.resp.RespError;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// CONFIG and its subcommands.
///
/// Thread: handlers run on the node's loop. CONFIG REWRITE waits for the file, as in Redis.
public final class ConfigCommands {
    private static final RespError NO_FILE =
            RespError.of("ERR The server is running without a config file");

    private ConfigCommands() {}

    /// {@return the family's rows, fresh for each node because a row counts its calls}
    // spotless:off
    static List<Command> table() { return List.of(
        container("config", -2, "", subcommands()));
    }

    private static List<Command> subcommands() { return List.of(
        //       name                 arity  handler                     category  flags
        command("config|get",          -3,   ConfigCommands::get,        "",       ADMIN, NOSCRIPT, LOADING, STALE),
        command("config|help",          2,   ConfigCommands::help,       "",       LOADING, STALE),
        command("config|resetstat",     2,   ConfigCommands::resetStat,  "",       ADMIN, NOSCRIPT, LOADING, STALE),
        command("config|rewrite",       2,   ConfigCommands::rewrite,    "",       ADMIN, NOSCRIPT, LOADING, STALE),
        command("config|set",          -4,   ConfigCommands::set,        "",       ADMIN, NOSCRIPT, LOADING, STALE));
    }
    // spotless:on

    private static void get(CommandContext ctx, Args args, ReplyWriter reply) {
        Settings settings = ctx.services().settings();
        Map<String, Setting<?>> found = new LinkedHashMap<>();
        for (int i = 2; i < args.count(); i++) {
            String pattern = args.text(i);
            if (!isPattern(pattern)) {
                Setting<?> setting = settings.find(pattern);
                if (setting != null) {
                    found.putIfAbsent(pattern, setting);
                }
                continue;
            }
            var glob = new TextGlob(pattern);
            for (Map.Entry<String, Setting<?>> name : settings.names()) {
                if (glob.matches(name.getKey())) {
                    found.putIfAbsent(name.getKey(), name.getValue());
                }
            }
        }
        reply.map(found.size());
        for (Map.Entry<String, Setting<?>> entry : found.entrySet()) {
            reply.bulk(entry.getKey());
            reply.bulk(shown(settings, entry.getValue()));
        }
    }

    private static boolean isPattern(String text) {
        return text.indexOf('*') >= 0 || text.indexOf('?') >= 0 || text.indexOf('[') >= 0;
    }

    private static String shown(Settings settings, Setting<?> setting) {
        if (setting.equals(Directives.DIR)) {
            return Path.of(settings.get(Directives.DIR)).toAbsolutePath().normalize().toString();
        }
        return settings.text(setting);
    }

    private static void set(CommandContext ctx, Args args, ReplyWriter reply) {
        if (args.count() % 2 != 0) {
            throw new CommandException(RespError.SYNTAX);
        }
        Settings settings = ctx.services().settings();
        List<Settings.Change> changes = new ArrayList<>();
        RespError refusal = null;
        for (int i = 2; i < args.count(); i += 2) {
            String name = args.text(i);
            Setting<?> setting = settings.find(name);
            if (setting == null) {
                // The first error wins, but a name that is unknown wins over all others.
                throw new CommandException(firstUnknown(settings, args));
            }
            if (refusal == null) {
                refusal = refusal(ctx, setting, name, changes);
            }
            changes.add(new Settings.Change(setting, name, value(args, i + 1, name)));
        }
        if (refusal != null) {
            throw new CommandException(refusal);
        }
        try {
            settings.change(changes);
        } catch (Settings.RefusedException e) {
            throw new CommandException(failed(e.change().name(), e.reason()));
        }
        reply.ok();
    }

    private static RespError firstUnknown(Settings settings, Args args) {
        int i = 2;
        while (settings.find(args.text(i)) != null) {
            i += 2;
        }
        return RespError.of(
                "ERR Unknown option or number of arguments for CONFIG SET - '"
                        + args.text(i)
                        + "'");
    }

    private static @Nullable RespError refusal(
            CommandContext ctx, Setting<?> setting, String name, List<Settings.Change> before) {
        if (setting.mutability() == Mutability.FIXED) {
            return failed(name, "can't set immutable config");
        }
        if (setting.mutability() == Mutability.PROTECTED
                && !Protection.allows(ctx, Directives.ENABLE_PROTECTED_CONFIGS)) {
            return failed(name, "can't set protected config");
        }
        if (before.stream().anyMatch(change -> change.setting().equals(setting))) {
            return failed(name, "duplicate parameter");
        }
        return null;
    }

    /// {@return the argument as text; what is no UTF-8 could not be kept as it is}
    private static String value(Args args, int argument, String name) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(args.copy(argument)))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new CommandException(failed(name, "argument must be UTF-8"));
        }
    }

    private static RespError failed(String name, String reason) {
        return RespError.of(
                "ERR CONFIG SET failed (possibly related to argument '" + name + "') - " + reason);
    }

    private static void resetStat(CommandContext ctx, Args args, ReplyWriter reply) {
        NodeServices services = ctx.services();
        services.stats().reset();
        services.commands().allRows().forEach(Command::resetCounters);
        services.observation().reset(ctx.keyspace().usedBytes());
        reply.ok();
    }

    private static void rewrite(CommandContext ctx, Args args, ReplyWriter reply) {
        Settings settings = ctx.services().settings();
        Path file = settings.file();
        if (file == null) {
            throw new CommandException(NO_FILE);
        }
        try {
            ConfigRewrite.write(file, settings);
        } catch (IOException e) {
            throw new CommandException(
                    RespError.of("ERR Rewriting config file: " + e.getMessage()));
        }
        reply.ok();
    }

    private static void help(CommandContext ctx, Args args, ReplyWriter reply) {
        HelpText.reply(
                reply,
                "CONFIG",
                List.of(
                        "GET <pattern>",
                        "    Return parameters matching the glob-like <pattern> and their values.",
                        "SET <directive> <value>",
                        "    Set the configuration <directive> to <value>.",
                        "RESETSTAT",
                        "    Reset statistics reported by the INFO command.",
                        "REWRITE",
                        "    Rewrite the configuration file."));
    }
}

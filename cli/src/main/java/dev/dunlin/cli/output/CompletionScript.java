// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.cli.output;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.AutoComplete;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/// Shell scripts that complete commands and options, written from the commands themselves.
public final class CompletionScript {
    private CompletionScript() {}

    /// {@return the script for bash}
    public static String bash(CommandSpec root) {
        return AutoComplete.bash(root.name(), root.commandLine());
    }

    /// {@return the script for zsh}
    public static String zsh(CommandSpec root) {
        var text = new StringBuilder();
        text.append("#compdef ").append(root.name()).append("\n\n");
        text.append("_").append(root.name()).append("() {\n");
        text.append("  local context state state_descr line\n");
        text.append("  typeset -A opt_args\n");
        text.append("  _arguments -C '1: :->command' '*:: :->options'\n");
        text.append("  case $state in\n");
        text.append("    command)\n");
        text.append("      local -a commands\n");
        text.append("      commands=(\n");
        commands(root)
                .forEach((name, spec) ->
                        text.append("        ")
                                .append(quote(name + ":" + description(spec)))
                                .append('\n'));
        text.append("      )\n");
        text.append("      _describe -t commands command commands\n");
        text.append("      ;;\n");
        text.append("    options)\n");
        text.append("      case $line[1] in\n");
        commands(root)
                .forEach((name, spec) -> {
                    text.append("        ").append(name).append(")\n");
                    text.append("          _arguments");
                    for (OptionSpec option : visible(spec)) {
                        for (String form : option.names()) {
                            text.append(" \\\n            ").append(zshOption(option, form));
                        }
                    }
                    text.append(" \\\n            '*: :_default'\n");
                    text.append("          ;;\n");
                });
        text.append("      esac\n");
        text.append("      ;;\n");
        text.append("  esac\n");
        text.append("}\n\n");
        text.append("compdef _").append(root.name()).append(' ').append(root.name()).append('\n');
        return text.toString();
    }

    private static String zshOption(OptionSpec option, String form) {
        String words = description(option).replace("[", "(").replace("]", ")").replace(":", " ");
        String value =
                option.arity().max() == 0
                        ? ""
                        : ":" + option.paramLabel().replace(":", " ") + ":" + zshValues(option);
        return quote(form + "[" + words + "]" + value);
    }

    private static String zshValues(OptionSpec option) {
        var values = candidates(option);
        return values.isEmpty() ? "_default" : "(" + String.join(" ", values) + ")";
    }

    /// {@return the script for fish}
    public static String fish(CommandSpec root) {
        var text = new StringBuilder();
        String command = root.name();
        String none = "__fish_use_subcommand";
        text.append("complete -c ").append(command).append(" -f\n");
        commands(root)
                .forEach((name, spec) -> {
                    fishLine(
                            text,
                            command,
                            none,
                            " -a " + name + " -d " + quoteFish(description(spec)));
                    String inside = "__fish_seen_subcommand_from " + name;
                    for (OptionSpec option : visible(spec)) {
                        fishLine(text, command, inside, fishOption(option));
                    }
                });
        return text.toString();
    }

    private static void fishLine(
            StringBuilder text, String command, String condition, String rest) {
        text.append("complete -c ")
                .append(command)
                .append(" -n ")
                .append(quoteFish(condition))
                .append(rest)
                .append('\n');
    }

    private static String fishOption(OptionSpec option) {
        var text = new StringBuilder();
        for (String form : option.names()) {
            text.append(
                    form.startsWith("--")
                            ? " -l " + form.substring(2)
                            : " -s " + form.substring(1));
        }
        if (option.arity().max() > 0) {
            var values = candidates(option);
            text.append(
                    values.isEmpty() ? " -r -F" : " -x -a " + quoteFish(String.join(" ", values)));
        }
        return text.append(" -d ").append(quoteFish(description(option))).toString();
    }

    private static Map<String, CommandSpec> commands(CommandSpec root) {
        var commands = new LinkedHashMap<String, CommandSpec>();
        root.subcommands()
                .forEach((name, line) -> {
                    if (!line.getCommandSpec().usageMessage().hidden()) {
                        commands.put(name, line.getCommandSpec());
                    }
                });
        return commands;
    }

    private static List<OptionSpec> visible(CommandSpec spec) {
        return spec.options().stream().filter(option -> !option.hidden()).toList();
    }

    private static List<String> candidates(OptionSpec option) {
        var values = new ArrayList<String>();
        Class<?> type = option.type();
        if (type.isEnum()) {
            for (Object constant : type.getEnumConstants()) {
                values.add(String.valueOf(constant));
            }
        }
        return values;
    }

    private static String description(CommandSpec spec) {
        String[] lines = spec.usageMessage().description();
        return lines.length == 0 ? "" : lines[0];
    }

    private static String description(OptionSpec option) {
        String[] lines = option.description();
        return lines.length == 0
                ? ""
                : lines[0].replace("${DEFAULT-VALUE}", String.valueOf(option.defaultValue()));
    }

    /// For zsh: single quotes, which end, escape and begin again around one inside.
    private static String quote(String text) {
        return "'" + text.replace("'", "'\\''") + "'";
    }

    /// For fish, where a backslash works inside single quotes.
    private static String quoteFish(String text) {
        return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'";
    }
}

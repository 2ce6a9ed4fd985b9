// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.cli.command;

import dev.dunlin.cli.CliException;
import dev.dunlin.cli.ExitCode;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;

/// The tree of commands, put together.
public final class Commands {
    private static final int WIDTH = 100;

    private Commands() {}

    /// What `clusterctl` says without a command.
    @Command(
            name = "clusterctl",
            synopsisSubcommandLabel = "COMMAND",
            description = "Start, watch and change Redis-compatible clusters.",
            footer = {
                "",
                "Start here:",
                "  clusterctl up                        a cluster of six nodes on this machine",
                "  clusterctl status --watch            see it live",
                "  clusterctl add-node --rebalance      let it grow under load",
                "  clusterctl COMMAND --help            every command explains itself",
                "",
                "Exit status: 0 done, 1 failed, 2 usage, 3 not found, 4 precondition or stale plan,",
                "  5 findings, 6 timed out, 8 cancelled, 9 no control plane, 10 needs a yes, 130 Ctrl-C"
            })
    static final class Root {}

    /// {@return the command line of this session}
    public static CommandLine commandLine(Session session) {
        var root = new CommandLine(new Root());
        List<Object> commands =
                List.of(
                        new UpCommand(session),
                        new DownCommand(session),
                        new StatusCommand(session),
                        new CheckCommand(session),
                        new AddNodeCommand(session),
                        new RemoveNodeCommand(session),
                        new ReshardCommand(session),
                        new RebalanceCommand(session),
                        new FailoverCommand(session),
                        new WorkflowCommand(session),
                        new CompletionCommand(session),
                        new VersionCommand(session),
                        new WarmUpCommand());
        commands.forEach(root::addSubcommand);
        var terminal = session.terminal();
        var ansi = terminal.color() ? Ansi.ON : Ansi.OFF;
        configure(root);
        root.getSubcommands().values().forEach(Commands::configure);
        root.setColorScheme(CommandLine.Help.defaultColorScheme(ansi));
        root.setUsageHelpWidth(WIDTH);
        root.setCaseInsensitiveEnumValuesAllowed(true);
        root.setOut(new PrintWriter(terminal.out(), true, StandardCharsets.UTF_8));
        root.setErr(new PrintWriter(terminal.err(), true, StandardCharsets.UTF_8));
        root.setExecutionExceptionHandler((exception, _, _) -> {
            if (exception instanceof CliException refused) {
                terminal.err().println(refused.text());
                return refused.exitCode().status();
            }
            throw exception;
        });
        root.setParameterExceptionHandler((exception, _) -> {
            var command = exception.getCommandLine();
            terminal.err().println("error: " + exception.getMessage());
            terminal.err()
                    .println("  next: " + command.getCommandSpec().qualifiedName(" ") + " --help");
            return ExitCode.USAGE.status();
        });
        root.setExecutionStrategy(result -> {
            if (!result.hasSubcommand() && !result.isUsageHelpRequested()) {
                root.usage(terminal.out());
                return ExitCode.USAGE.status();
            }
            return new CommandLine.RunLast().execute(result);
        });
        return root;
    }

    /// Every command has `--help`, and names its options in the order in which they are declared.
    private static void configure(CommandLine line) {
        if (line.getCommandSpec().findOption("-h") != null) {
            // Met before under its other name.
            return;
        }
        line.getCommandSpec()
                .addOption(
                        CommandLine.Model.OptionSpec.builder("-h", "--help")
                                .usageHelp(true)
                                .description("Explain the command.")
                                .build());
        line.getCommandSpec().usageMessage().sortOptions(false).sortSynopsis(false);
        line.getCommandSpec().usageMessage().abbreviateSynopsis(true);
    }
}

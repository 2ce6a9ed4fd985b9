// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.cli.command;

import dev.dunlin.cli.ExitCode;
import dev.dunlin.cli.output.CompletionScript;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `clusterctl completion`.
@Command(
        name = "completion",
        description = "Print a script that completes clusterctl's commands and options.",
        footer = {
            "",
            "Examples:",
            "  source <(clusterctl completion bash)",
            "  clusterctl completion bash > ~/.local/share/bash-completion/completions/clusterctl",
            "  clusterctl completion zsh > \"${fpath[1]}/_clusterctl\"",
            "  clusterctl completion fish > ~/.config/fish/completions/clusterctl.fish"
        })
final class CompletionCommand implements Callable<Integer> {
    private final Session session;

    /// The shells there are scripts for.
    enum Shell {
        bash,
        zsh,
        fish
    }

    @Parameters(paramLabel = "SHELL", description = "${COMPLETION-CANDIDATES}")
    Shell shell = Shell.bash;

    @Spec CommandSpec spec = CommandSpec.create();

    CompletionCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        var root = spec.root();
        session.terminal()
                .out()
                .print(
                        switch (shell) {
                            case bash -> CompletionScript.bash(root);
                            case zsh -> CompletionScript.zsh(root);
                            case fish -> CompletionScript.fish(root);
                        });
        return ExitCode.OK.status();
    }
}

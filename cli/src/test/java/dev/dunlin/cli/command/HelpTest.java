// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dunlin.cli.Cli;
import dev.dunlin.cli.ExitCode;
import dev.dunlin.cli.Golden;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HelpTest {
    @TempDir Path temp;

    @Test
    void givenNoCommand_whenRun_thenItSaysWhereToStart() throws IOException {
        var result = new Cli(temp).run();

        assertThat(result.status()).isEqualTo(ExitCode.USAGE.status());
        Golden.assertMatches("help.txt", result.out());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "up",
                "down",
                "status",
                "check",
                "add-node",
                "remove-node",
                "reshard",
                "rebalance",
                "failover",
                "workflow",
                "completion",
                "version"
            })
    void givenACommand_whenAskedForHelp_thenItTeachesWithExamples(String command)
            throws IOException {
        var result = new Cli(temp).run(command, "--help");

        assertThat(result.status()).isZero();
        assertThat(result.err()).isEmpty();
        if (!command.equals("version")) {
            assertThat(result.out()).contains("Examples:").contains("  clusterctl " + command);
        }
        Golden.assertMatches("help-" + command + ".txt", result.out());
    }

    @Test
    void givenAMistake_whenRun_thenTheExitIsTwoAndTheHelpIsNamed() {
        for (String[] args :
                new String[][] {
                    {"nonsense"},
                    {"status", "--nonsense"},
                    {"reshard", "--count", "3"},
                    {"reshard", "--to", "a:1"},
                    {"reshard", "--to", "a:1", "--slots", "99999"},
                    {"reshard", "--to", "a:1", "--slots", "5-x"},
                    {"failover", "a:1", "--force"},
                    {"workflow", "watch"},
                    {"status", "-o", "xml"}
                }) {
            var result = new Cli(temp).run(args);

            assertThat(result.status()).as(String.join(" ", args)).isEqualTo(2);
            assertThat(result.out()).as(String.join(" ", args)).isEmpty();
            assertThat(result.err()).as(String.join(" ", args)).contains("next: clusterctl");
        }
    }

    @Test
    void givenNoControlPlane_whenAsked_thenTheExitIsNineAndTheNextCommandIsThere() {
        var result = new Cli(temp).run("status", "--server", "127.0.0.1:9");

        assertThat(result.status()).isEqualTo(ExitCode.UNREACHABLE.status());
        assertThat(result.out()).isEmpty();
        assertThat(result.err())
                .contains("no control plane answers at 127.0.0.1:9")
                .contains("next: clusterctl up");
    }

    @Test
    void givenNoCluster_whenStopped_thenTheExitIsThree() {
        var result = new Cli(temp).run("down");

        assertThat(result.status()).isEqualTo(ExitCode.NOT_FOUND.status());
        assertThat(result.err()).contains("there is no cluster in");
    }

    @ParameterizedTest
    @ValueSource(strings = {"bash", "zsh", "fish"})
    void givenAShell_whenCompletionIsPrinted_thenTheShellCanReadIt(String shell) throws Exception {
        var result = new Cli(temp).run("completion", shell);

        assertThat(result.status()).isZero();
        for (String word : new String[] {"rebalance", "remove-node", "dry-run", "threshold"}) {
            assertThat(result.out()).as(shell).contains(word);
        }
        assertThat(result.out()).doesNotContain("warm-up");
        Path script = temp.resolve("completion." + shell);
        Files.writeString(script, result.out());
        Path program = Path.of("/usr/bin", shell);
        if (Files.isExecutable(program)) {
            assertReads(program, script);
        } else if (shell.equals("zsh")) {
            // Without the shell: what it reads is at least balanced.
            assertThat(result.out().chars().filter(c -> c == '{').count())
                    .isEqualTo(result.out().chars().filter(c -> c == '}').count());
        }
    }

    private static void assertReads(Path program, Path script) throws Exception {
        String noExecution = program.endsWith("fish") ? "--no-execute" : "-n";
        Process process =
                new ProcessBuilder(program.toString(), noExecution, script.toString())
                        .redirectErrorStream(true)
                        .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(output).isZero();
        assertThat(output).isEmpty();
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ChaosRunTest {
    @TempDir Path dir;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--no-such-option",
                "--scenario=no-such-scenario",
                "--nemesis=no-such-nemesis",
                "--server=/does/not/exist",
                "--repeat=0",
                "--runs-per-cluster=0",
                "--node-timeout=1",
                "--replicas=9"
            })
    void givenAMistake_whenStarted_thenItIsAUsageErrorAndNothingRuns(String argument) {
        int exitCode = ChaosRun.execute(argument, "--environment=process", "--out=" + dir);

        assertThat(exitCode).isEqualTo(ExitCode.USAGE);
        assertThat(dir).isEmptyDirectory();
    }

    @Test
    void givenHelpOrList_whenStarted_thenItSucceeds() {
        assertThat(ChaosRun.execute("--help")).isEqualTo(ExitCode.OK);
        assertThat(ChaosRun.execute("--list")).isEqualTo(ExitCode.OK);
    }

    @Test
    void givenAServerThatEndsAtOnce_whenStarted_thenTheVerdictIsHarnessAndAReportSaysWhy()
            throws Exception {
        int exitCode =
                ChaosRun.execute(
                        "--server=/bin/false",
                        "--environment=process",
                        "--scenario=kill-primary",
                        "--out=" + dir);

        assertThat(exitCode).isEqualTo(ExitCode.HARNESS);
        assertThat(Files.readString(dir.resolve("index.html"))).contains("ended while starting");
        assertThat(Files.readString(dir.resolve("summary.json"))).contains("HARNESS");
    }

    @Test
    void givenAnEnvironmentThatCannotDoIt_whenAskedByName_thenTheVerdictIsHarness()
            throws Exception {
        int exitCode =
                ChaosRun.execute(
                        "--server=/bin/false",
                        "--environment=process",
                        "--scenario=minority-partition",
                        "--out=" + dir);

        assertThat(exitCode).isEqualTo(ExitCode.HARNESS);
        assertThat(Files.readString(dir.resolve("summary.json")))
                .contains("minority-partition needs");
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.clusterbus;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BusClockTest {
    private static final long START_MS = 1_000_000;

    /// Far more than the test takes.
    private static final long SLACK_MS = 60_000;

    @TempDir Path directory;

    @Test
    void givenMachineThatWasSuspended_whenObserved_thenTheTimeCounts() throws IOException {
        uptime("5000.00 1.00");
        var clock = new BusClock(START_MS, directory.resolve("uptime"));

        uptime("8600.00 1.00");
        assertThat(clock.nowMs()).isBetween(START_MS, START_MS + SLACK_MS);
        clock.observeSuspension();

        assertThat(clock.nowMs())
                .isBetween(START_MS + 3_600_000 - SLACK_MS, START_MS + 3_600_000 + SLACK_MS);
    }

    @Test
    void givenUptimeThatGoesBackOrMakesNoSense_whenObserved_thenTimeGoesOn() throws IOException {
        uptime("5000.00 1.00");
        var clock = new BusClock(START_MS, directory.resolve("uptime"));

        for (String text : new String[] {"1.00 1.00", "nonsense", "x y", ""}) {
            long before = clock.nowMs();
            uptime(text);
            clock.observeSuspension();
            assertThat(clock.nowMs()).isBetween(before, before + SLACK_MS);
        }
    }

    @Test
    void givenNoUptime_whenAsked_thenTheClockWorksWithout() {
        var clock = new BusClock(START_MS, directory.resolve("missing"));

        clock.observeSuspension();

        assertThat(clock.nowMs()).isBetween(START_MS, START_MS + SLACK_MS);
    }

    private void uptime(String text) throws IOException {
        Files.writeString(directory.resolve("uptime"), text, UTF_8);
    }
}

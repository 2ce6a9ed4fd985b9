// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// What the differential test cannot see: how good the estimates are, who hears of a new count, and what is done before a command fails.
class HyperLogLogTest {
    private final CommandHarness harness = new CommandHarness(false);
    private final Client client = harness.client();

    @AfterEach
    void close() {
        harness.close();
    }

    @Test
    void givenSelfTest_whenRun_thenAllIsWell() {
        assertThat(harness.call(client, "PFSELFTEST").text()).isEqualTo("OK");
    }

    @Test
    void givenManyElements_whenCounted_thenTheErrorIsSmall() {
        for (int i = 0; i < 20_000; i++) {
            harness.call(client, "PFADD", i % 2 == 0 ? "even" : "odd", "element" + i);
        }

        assertThat(harness.call(client, "PFCOUNT", "even").integer()).isBetween(9_600L, 10_400L);
        assertThat(harness.call(client, "PFCOUNT", "even", "odd", "none").integer())
                .isBetween(19_200L, 20_800L);
        harness.call(client, "PFMERGE", "all", "even", "odd");
        assertThat(harness.call(client, "PFCOUNT", "all").integer())
                .isEqualTo(harness.call(client, "PFCOUNT", "even", "odd").integer());
    }

    @Test
    void givenNewElements_whenCountedTwice_thenOnlyTheFirstIsLogged() {
        harness.call(client, "PFADD", "k", "a");
        harness.takeLog();

        harness.call(client, "PFCOUNT", "k");
        harness.call(client, "PFCOUNT", "k");
        harness.call(client, "PFADD", "k", "a");

        assertThat(harness.takeLog()).containsExactly("0: PFCOUNT k");
    }

    @Test
    void givenTooFewRegisters_whenAddedTo_thenItIsRefused() {
        // 64 registers of zero, and no more.
        String header = "HYLL\u0001\0\0\0\0\0\0\0\0\0\0\u0080";
        harness.call(client, "SET", "k", header + "?");

        for (String[] command :
                new String[][] {
                    {"PFADD", "k", "a", "b", "c"},
                    {"PFCOUNT", "k"},
                    {"PFCOUNT", "k", "none"},
                    {"PFMERGE", "k"},
                    {"PFDEBUG", "TODENSE", "k"}
                }) {
            assertThat(harness.call(client, command).text())
                    .isEqualTo("INVALIDOBJ Corrupted HLL object detected");
        }
        assertThat(harness.call(client, "PFDEBUG", "DECODE", "k").string()).isEqualTo("z:64");
    }

    /// Redis writes behind its string then.
    @Test
    void givenLastRunCutOff_whenAddedTo_thenItIsRefused() {
        String header = "HYLL\u0001\0\0\0\0\0\0\0\0\0\0\u0080";
        harness.call(client, "SET", "k", header + "\u007f");

        assertThat(harness.call(client, "PFADD", "k", "a").text())
                .isEqualTo("INVALIDOBJ Corrupted HLL object detected");
    }
}

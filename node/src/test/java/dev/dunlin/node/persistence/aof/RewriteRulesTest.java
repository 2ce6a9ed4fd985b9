// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.persistence.aof;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// When a file is rewritten by itself, and how long a sync waits for company.
class RewriteRulesTest {
    private static final long MINUTE = 60_000;

    @ParameterizedTest
    @CsvSource({
        "100,  199, 100, 50, false",
        "100,  200, 100, 50, true",
        "100,  200, 100, 200, false",
        "100,  201, 100, 200, true",
        "100,  150, 50, 0, true",
        "100, 1000, 0, 0, false",
        "0,     10, 100, 5, true",
        "9000000000000000000, 9100000000000000000, 1, 0, true"
    })
    void givenSizes_whenAsked_thenItIsDueOnceItHasGrownEnough(
            long base, long current, int percentage, long minBytes, boolean due) {
        var rules = new RewriteRules();
        rules.startFrom(base);

        assertThat(rules.isDue(current, percentage, minBytes, 0)).isEqualTo(due);
    }

    @Test
    void givenFailuresInARow_whenAsked_thenTheNextAttemptsWaitLongerAndLonger() {
        var rules = new RewriteRules();
        long[] delays = {0, 0, MINUTE, 2 * MINUTE, 4 * MINUTE, 8 * MINUTE, 16 * MINUTE};
        long now = 0;
        for (long delay : delays) {
            rules.failed(now);
            assertThat(rules.isLimited(now + Math.max(0, delay - 1))).isEqualTo(delay > 0);
            assertThat(rules.isLimited(now + delay)).isFalse();
            now += delay;
        }
        for (int i = 0; i < 100; i++) {
            rules.failed(now);
        }
        assertThat(rules.isLimited(now + 60 * MINUTE - 1)).isTrue();
        assertThat(rules.isLimited(now + 60 * MINUTE)).isFalse();

        rules.succeeded(10);

        assertThat(rules.failures()).isZero();
        assertThat(rules.isLimited(now)).isFalse();
    }

    @Test
    void givenClientsInTwoHalves_whenSynced_thenTheNextSyncWaitsForBoth() {
        var group = new GroupCommit();
        assertThat(group.isWorthWaiting(0)).isFalse();

        group.synced(100, 100, 1_000_000);

        assertThat(group.isWorthWaiting(100)).isTrue();
        assertThat(group.isWorthWaiting(190)).isFalse();
        assertThat(group.patienceNs()).isEqualTo(250_000);
    }

    @Test
    void givenOneClientIsLeft_whenSynced_thenNobodyIsWaitedForAnyMoreSoon() {
        var group = new GroupCommit();
        group.synced(5000, 5000, 1_000_000);
        int syncs = 0;
        while (group.isWorthWaiting(50)) {
            group.synced(50, 0, 1_000_000);
            syncs++;
        }
        assertThat(syncs).isBetween(1, 60);
        group.synced(50, 0, 100_000_000);
        assertThat(group.patienceNs()).isLessThanOrEqualTo(2_000_000);
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.chaos.crash;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class CrashJudgeTest {
    private static final int RUN = 3;

    @Test
    void givenAnyPrefix_whenItCameBack_thenExactlyWhatComesAfterIsLost() {
        for (long survived = 100; survived <= 1000; survived++) {
            CrashJudge.Finding finding =
                    CrashJudge.judge(List.of(client(0, 100, 990, 1000, state(0, 100, survived))));

            assertThat(finding.violations()).isEmpty();
            assertThat(finding.survived()).containsExactly(survived);
            assertThat(finding.lost()).isEqualTo(Math.max(0, 990 - survived));
            if (survived < 990) {
                assertThat(finding.oldestLostNs()).isEqualTo(ackedAt(survived + 1));
            }
        }
    }

    @Test
    void givenAState_whenAnyOneFactIsWrong_thenItIsNoStateOfTheScript() {
        Map<String, String> sound = state(0, 100, 1000);
        for (String fact : sound.keySet()) {
            var missing = new TreeMap<>(sound);
            missing.remove(fact);
            var changed = new TreeMap<>(sound);
            changed.put(fact, "7");

            assertThat(violations(missing)).as("without %s", fact).isNotEmpty();
            assertThat(violations(changed)).as("with another %s", fact).isNotEmpty();
        }
    }

    @Test
    void givenAnOperationDoneTwice_whenJudged_thenItIsSeen() {
        Map<String, String> twice = state(0, 100, 1000);
        twice.merge("n:0", "1", (old, _) -> Long.toString(Long.parseLong(old) + 1));

        assertThat(violations(twice)).isNotEmpty();
    }

    @Test
    void givenAListFromTheDead_whenJudged_thenItIsSeen() {
        Map<String, String> risen = state(0, 100, 5000);
        risen.put("l:0:1", RUN + ":600:");

        assertThat(violations(risen)).isNotEmpty();
    }

    @Test
    void givenAValueThatWasNeverSent_whenJudged_thenItIsSeen() {
        assertThat(
                        CrashJudge.judge(List.of(client(0, 100, 900, 1000, state(0, 100, 1001))))
                                .violations())
                .singleElement()
                .asString()
                .contains("has sent 1000 only");
    }

    @Test
    void givenStatesOfTwoInstants_whenJudged_thenTheCutIsSeenThrough() {
        // Both clients do an operation at each instant, so 900 was sent long after 500 was
        // acknowledged.
        CrashJudge.Finding finding =
                CrashJudge.judge(
                        List.of(
                                client(0, 0, 1000, 1000, state(0, 0, 900)),
                                client(1, 0, 1000, 1000, state(1, 0, 500))));

        assertThat(finding.violations()).singleElement().asString().contains("client 1");
    }

    @Test
    void givenAScript_whenItsRequestsAreCounted_thenAStateIsReachedFromAnyOther() {
        var random = new SplittableRandom(7);
        for (int round = 0; round < 50; round++) {
            long middle = random.nextLong(1, 3000);
            long end = middle + random.nextLong(3000);
            Map<String, String> atOnce = new TreeMap<>();
            Map<String, String> inTwo = new TreeMap<>();
            var script = new Script(2, RUN);
            for (long sequence = 1; sequence <= end; sequence++) {
                script.apply(sequence, atOnce);
            }
            for (long sequence = 1; sequence <= middle; sequence++) {
                script.apply(sequence, inTwo);
            }
            for (long sequence = middle + 1; sequence <= end; sequence++) {
                script.apply(sequence, inTwo);
            }
            assertThat(inTwo).isEqualTo(atOnce);
        }
    }

    private static List<String> violations(Map<String, String> after) {
        return CrashJudge.judge(List.of(client(0, 100, 1000, 5000, after))).violations();
    }

    private static CrashJudge.Client client(
            int number, long base, long acked, long sent, Map<String, String> after) {
        var ledger = new Ledger(number, base);
        List<Long> batches = new ArrayList<>();
        for (long upTo = base + 10; upTo < sent; upTo += 10) {
            batches.add(upTo);
        }
        batches.add(sent);
        long next = base + 1;
        for (long upTo : batches) {
            ledger.send(upTo, ackedAt(next) - 1000);
            for (; next <= Math.min(upTo, acked); next++) {
                ledger.acknowledge(next, ackedAt(next));
            }
        }
        return new CrashJudge.Client(
                new Script(number, RUN), ledger, state(number, base, base), after);
    }

    // Far enough from each other to have marks of their own.
    private static long ackedAt(long sequence) {
        return sequence * 1_000_000;
    }

    /// The state after `last` operations, of which those up to `base` belong to an earlier run.
    private static Map<String, String> state(int client, long base, long last) {
        Map<String, String> facts = new TreeMap<>();
        for (long sequence = 1; sequence <= last; sequence++) {
            new Script(client, sequence <= base ? 1 : RUN).apply(sequence, facts);
        }
        return facts;
    }
}

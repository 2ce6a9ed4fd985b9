// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.chaos.checker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dunlin.chaos.history.Event;
import dev.dunlin.chaos.history.History;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class LostWritesTest {
    private static final long SEED = Long.getLong("seed", 20_261_122L);

    @Test
    void givenEverythingIsThere_whenChecked_thenNothingIsLost() {
        History history = new WriteHistories().acked("n1", "a").acked("n1", "b").end();

        LostWrites.Result result = LostWrites.check(history, WriteHistories.WINDOW);

        assertThat(result.lost()).isEmpty();
        assertThat(result.acknowledged()).isEqualTo(2);
        assertThat(result.unread()).isEmpty();
    }

    @Test
    void givenLossesOfEveryKind_whenChecked_thenEachHasItsCause() {
        History history =
                new WriteHistories()
                        .at(9_000)
                        .acked("n1", "tail")
                        .at(9_990)
                        .acked("n1", "flight")
                        .at(10_100)
                        .acked("n1", "cut")
                        .at(21_000)
                        .acked("n1", "zombie")
                        .at(22_000)
                        .acked("n4", "foreign")
                        .drop("tail")
                        .drop("flight")
                        .drop("cut")
                        .drop("zombie")
                        .drop("foreign")
                        .end();

        LostWrites.Result result = LostWrites.check(history, WriteHistories.WINDOW);

        assertThat(result.lost())
                .extracting(lost -> lost.write().key() + " " + lost.cause())
                .containsExactly(
                        "tail BEFORE_FAULT",
                        "flight IN_FLIGHT",
                        "cut CUT_OFF",
                        "zombie ZOMBIE",
                        "foreign FORBIDDEN");
    }

    @Test
    void givenRandomRuns_whenOneAcknowledgedWriteIsDropped_thenExactlyItIsFound() {
        for (long seed = SEED; seed < SEED + 1000; seed++) {
            var random = new SplittableRandom(seed);
            var run = new WriteHistories();
            List<String> keys = new ArrayList<>();
            for (int count = 0; count < 50; count++) {
                String key = "k" + count;
                boolean late = count > 40;
                run.at(late ? 21_000 + count * 100 : count * 100)
                        .write(
                                late ? "n4" : "n1",
                                key,
                                key + "=1",
                                random.nextInt(10) == 0 ? Event.Kind.INFO : Event.Kind.OK);
                keys.add(key);
            }
            String victim = keys.get(random.nextInt(keys.size()));
            History history = run.drop(victim).end();
            boolean acknowledged = history.byKey().getOrDefault(victim, List.of()).getFirst().ok();

            LostWrites.Result result = LostWrites.check(history, WriteHistories.WINDOW);

            assertThat(result.lost())
                    .as("seed %d", seed)
                    .extracting(lost -> lost.write().key())
                    .isEqualTo(acknowledged ? List.of(victim) : List.of());
        }
    }

    @Test
    void givenASurvivorYoungerThanALostWrite_whenChecked_thenItIsAHole() {
        for (int lost = 0; lost < 20; lost++) {
            var run = new WriteHistories();
            for (int count = 0; count < 20; count++) {
                run.acked("n1", "k" + count);
            }
            History history = run.drop("k" + lost).end();

            LostWrites.Result result = LostWrites.check(history, WriteHistories.WINDOW);

            assertThat(result.holes()).as("lost k%d", lost).hasSize(19 - lost);
        }
    }

    @Test
    void givenALostWriteThatASuccessorOverwrote_whenChecked_thenItIsNoHole() {
        History history =
                new WriteHistories()
                        .at(9_000)
                        .acked("n1", "lost")
                        .write("n1", "register", "1", Event.Kind.OK)
                        .at(31_000)
                        .write("n4", "register", "2", Event.Kind.OK)
                        .drop("lost")
                        .end();

        LostWrites.Result result = LostWrites.check(history, WriteHistories.WINDOW);

        assertThat(result.lost()).hasSize(1);
        assertThat(result.holes()).isEmpty();
    }

    @Test
    void givenALostSuffix_whenChecked_thenThereIsNoHole() {
        var run = new WriteHistories();
        for (int count = 0; count < 20; count++) {
            run.acked("n1", "k" + count);
        }
        for (int count = 12; count < 20; count++) {
            run.drop("k" + count);
        }

        LostWrites.Result result = LostWrites.check(run.end(), WriteHistories.WINDOW);

        assertThat(result.lost()).hasSize(8);
        assertThat(result.holes()).isEmpty();
    }

    @Test
    void givenTheDeposedPrimaryIsPromotedAgain_whenItAcknowledgesLater_thenThatIsNoHole() {
        History history =
                new WriteHistories()
                        .at(11_000)
                        .acked("n1", "lost")
                        .at(31_000)
                        .role("n1", "replica:7")
                        .role("n1", "primary:9")
                        .acked("n1", "later")
                        .drop("lost")
                        .end();

        LostWrites.Result result = LostWrites.check(history, WriteHistories.WINDOW);

        assertThat(result.lost()).hasSize(1);
        assertThat(result.holes()).isEmpty();
    }

    @Test
    void givenAnotherPrimaryWasDeposedToo_whenItLostAWrite_thenThatIsNotCalledForbidden() {
        History history =
                new WriteHistories()
                        .role("n2", "primary:2")
                        .role("n5", "replica:2")
                        .acked("n2", "elsewhere")
                        .role("n5", "primary:9")
                        .role("n2", "replica:9")
                        .drop("elsewhere")
                        .end();

        assertThat(LostWrites.check(history, WriteHistories.WINDOW).lost())
                .singleElement()
                .satisfies(lost ->
                        assertThat(lost.cause()).isEqualTo(LostWrites.Cause.OTHER_FAILOVER));
        assertThat(Promotions.of(history).promoted()).containsExactly("n5");
    }

    @Test
    void givenALaterWriteReplacedIt_whenChecked_thenItIsNotLost() {
        History history =
                new WriteHistories()
                        .write("n1", "k", "first", Event.Kind.OK)
                        .write("n1", "k", "second", Event.Kind.INFO)
                        .endWith("k", "second");

        assertThat(LostWrites.check(history, WriteHistories.WINDOW).lost()).isEmpty();
    }

    @Test
    void givenAnOlderValueCameBack_whenChecked_thenTheNewerWriteIsLost() {
        History history =
                new WriteHistories()
                        .write("n1", "k", "first", Event.Kind.OK)
                        .write("n4", "k", "second", Event.Kind.OK)
                        .endWith("k", "first");

        assertThat(LostWrites.check(history, WriteHistories.WINDOW).lost())
                .singleElement()
                .satisfies(lost -> assertThat(lost.write().value()).isEqualTo("second"));
    }

    @Test
    void givenAKeyWithoutAFinalRead_whenChecked_thenItIsNamed() {
        History history =
                new WriteHistories().acked("n1", "a").acked("n1", "b").endWith("b", "b=1");

        assertThat(LostWrites.check(history, WriteHistories.WINDOW).unread()).containsExactly("a");
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.replication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dunlin.node.replication.PsyncHandshake.Action;
import dev.dunlin.node.replication.PsyncHandshake.Event;
import dev.dunlin.node.replication.PsyncHandshake.Failure;
import dev.dunlin.node.replication.PsyncHandshake.Identity;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PsyncHandshakeTest {
    private static final ReplicationId A = new ReplicationId("a".repeat(40));
    private static final ReplicationId B = new ReplicationId("b".repeat(40));
    private static final Identity PLAIN =
            new Identity(Optional.empty(), Optional.empty(), 7001, Optional.empty());

    private final List<String> transcript = new ArrayList<>();

    private static PsyncHandshake handshake(Identity identity, PsyncRequest request) {
        return new PsyncHandshake(identity, request, 60_000, 0);
    }

    /// Feeds the primary's lines and writes down both sides.
    private List<String> talk(PsyncHandshake handshake, String... lines) {
        note(handshake.step(new Event.Connected(1)));
        for (String line : lines) {
            transcript.add("< " + line);
            note(handshake.step(new Event.Line(line, 2)));
        }
        return transcript;
    }

    private void note(List<Action> actions) {
        for (Action action : actions) {
            transcript.add(
                    switch (action) {
                        case Action.SendCommand(List<String> words) ->
                                "> " + String.join(" ", words);
                        case Action.SendInline(String line) -> "> inline " + line;
                        case Action.FullSync(Optional<ReplicationId> id, long offset) ->
                                "full " + id.map(ReplicationId::hex).orElse("?") + " " + offset;
                        case Action.PartialSync(Optional<ReplicationId> id) ->
                                "partial " + id.map(ReplicationId::hex).orElse("same");
                        case Action.GiveUp(Failure failure, String detail) ->
                                "give up " + failure + ": " + detail;
                    });
        }
    }

    @Test
    void givenNoPassword_whenThePrimaryIsWilling_thenTheWordsAreRedis70s() {
        assertThat(
                        talk(
                                handshake(PLAIN, PsyncRequest.NOTHING),
                                "+PONG",
                                "+OK",
                                "+OK",
                                "",
                                "",
                                "+FULLRESYNC " + A + " 1234"))
                .containsExactly(
                        "> PING",
                        "< +PONG",
                        "> REPLCONF listening-port 7001",
                        "> REPLCONF capa eof capa psync2 capa dunlin-field-times",
                        "< +OK",
                        "< +OK",
                        "> PSYNC ? -1",
                        "< ",
                        "< ",
                        "< +FULLRESYNC " + A + " 1234",
                        "full " + A + " 1234");
    }

    @Test
    void givenEverythingAnnounced_whenThePrimaryKnowsLittle_thenItsErrorsAreIgnored() {
        Identity full =
                new Identity(Optional.of("u"), Optional.of("p"), 7001, Optional.of("10.0.0.1"));

        assertThat(
                        talk(
                                handshake(full, PsyncRequest.after(A, 99)),
                                "-NOAUTH Authentication required.",
                                "+OK",
                                "-ERR Unrecognized REPLCONF option: listening-port",
                                "-ERR x",
                                "-ERR x",
                                "+CONTINUE"))
                .containsExactly(
                        "> PING",
                        "< -NOAUTH Authentication required.",
                        "> AUTH u p",
                        "> REPLCONF listening-port 7001",
                        "> REPLCONF ip-address 10.0.0.1",
                        "> REPLCONF capa eof capa psync2 capa dunlin-field-times",
                        "< +OK",
                        "< -ERR Unrecognized REPLCONF option: listening-port",
                        "< -ERR x",
                        "< -ERR x",
                        "> PSYNC " + A + " 100",
                        "< +CONTINUE",
                        "partial same");
    }

    @Test
    void givenOnlyAPassword_whenRefused_thenItGivesUp() {
        Identity identity = new Identity(Optional.empty(), Optional.of("p"), 1, Optional.empty());
        PsyncHandshake handshake = handshake(identity, PsyncRequest.NOTHING);

        assertThat(talk(handshake, "+PONG", "-WRONGPASS invalid"))
                .contains("> AUTH p", "give up AUTH_REFUSED: -WRONGPASS invalid");
        assertThat(handshake.done()).isTrue();
    }

    @Test
    void givenARefusedPing_whenRead_thenItGivesUpUnlessOnlyAPasswordIsMissing() {
        assertThat(talk(handshake(PLAIN, PsyncRequest.NOTHING), "-MASTERDOWN x"))
                .endsWith("give up PING_REFUSED: -MASTERDOWN x");
        for (String fine : List.of("-NOPERM x", "-ERR operation not permitted", "+whatever")) {
            assertThat(talk(handshake(PLAIN, PsyncRequest.NOTHING), fine))
                    .endsWith("> REPLCONF capa eof capa psync2 capa dunlin-field-times");
        }
    }

    private String verdict(String psyncReply) {
        return talk(handshake(PLAIN, PsyncRequest.after(A, 9)), "+PONG", "+OK", "+OK", psyncReply)
                .getLast();
    }

    @Test
    void givenEachAnswerToPsync_whenRead_thenTheVerdictFits() {
        assertThat(verdict("+CONTINUE " + B)).isEqualTo("partial " + B);
        assertThat(verdict("+CONTINUE")).isEqualTo("partial same");
        assertThat(verdict("-NOMASTERLINK Can't SYNC while not connected with my master"))
                .startsWith("give up NOT_READY");
        assertThat(verdict("-LOADING Redis is loading the dataset in memory"))
                .startsWith("give up NOT_READY");
        assertThat(verdict("+FULLRESYNC " + B + " 0")).isEqualTo("full " + B + " 0");
    }

    @Test
    void givenAnIdOfAnotherLength_whenFullSyncStarts_thenItGoesOnWithoutAnId() {
        assertThat(verdict("+FULLRESYNC abc 7")).isEqualTo("full ? 7");
        assertThat(verdict("+FULLRESYNC " + B)).isEqualTo("full ? -1");
        assertThat(verdict("+FULLRESYNC " + B + " x")).isEqualTo("full ? -1");
        assertThat(verdict("+FULLRESYNC")).isEqualTo("full ? -1");
    }

    @Test
    void givenAPrimaryWithoutPsync_whenItRefuses_thenSyncIsSentOnTheSameConnection() {
        assertThat(verdict("-ERR unknown command 'PSYNC'")).isEqualTo("full ? -1");
        assertThat(transcript).contains("> inline SYNC");
    }

    @Test
    void givenSilence_whenTheTimeIsOver_thenItGivesUpOnce() {
        PsyncHandshake handshake = handshake(PLAIN, PsyncRequest.NOTHING);
        assertThat(handshake.step(new Event.Tick(59_999))).isEmpty();
        assertThat(handshake.connecting()).isTrue();

        assertThat(handshake.step(new Event.Tick(60_000)))
                .containsExactly(
                        new Action.GiveUp(
                                Failure.TIMED_OUT, "no answer in state AWAIT_CONNECTION"));
        assertThat(handshake.step(new Event.Tick(99_000))).isEmpty();
    }

    @Test
    void givenKeepalives_whenThePrimaryPreparesASnapshot_thenTheTimeBeginsAnew() {
        PsyncHandshake handshake = handshake(PLAIN, PsyncRequest.NOTHING);
        talk(handshake, "+PONG", "+OK", "+OK");

        handshake.step(new Event.Line("", 50_000));
        assertThat(handshake.step(new Event.Tick(109_999))).isEmpty();
        assertThat(handshake.step(new Event.Tick(110_000))).hasSize(1);
    }

    @Test
    void givenAFailover_whenAsked_thenPsyncSaysSo() {
        PsyncRequest request = new PsyncRequest(Optional.of(A), 5, true);

        assertThat(talk(handshake(PLAIN, request), "+PONG", "+OK", "+OK"))
                .endsWith("> PSYNC " + A + " 5 FAILOVER");
    }

    @Test
    void givenAVerdict_whenALineStillComes_thenTheCallerIsWrong() {
        PsyncHandshake handshake = handshake(PLAIN, PsyncRequest.NOTHING);
        talk(handshake, "+PONG", "+OK", "+OK", "+CONTINUE");

        assertThatThrownBy(() -> handshake.step(new Event.Line("+OK", 3)))
                .isInstanceOf(IllegalStateException.class);
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What the commands about times of fields answer, and what they leave in the log.
class HashExpiryCommandsTest {
    private static final String SMALL = "512";
    private static final String LARGE = "0";

    private final CommandHarness harness = new CommandHarness(false);
    private final Client client = harness.client();

    @AfterEach
    void close() {
        harness.close();
    }

    private Reply call(String... words) {
        return harness.call(client, words);
    }

    /// {@return the reply in words separated by spaces}
    private String said(String line) {
        Reply reply = harness.call(client, line.split(" ", -1));
        return reply.type() == '*'
                ? String.join(" ", reply.elements().stream().map(Reply::string).toList())
                : reply.string();
    }

    private List<String> logOf(String line) {
        harness.takeLog();
        said(line);
        return harness.takeLog();
    }

    /// Makes a hash of these fields, each with the value `v`, small or large.
    private void make(String pairsMax, String... fields) {
        call("CONFIG", "SET", "hash-max-listpack-entries", pairsMax);
        call("DEL", "h");
        var command = new ArrayList<>(List.of("HSET", "h"));
        Stream.of(fields).forEach(field -> command.addAll(List.of(field, "v")));
        harness.call(client, command);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "HEXPIRE h -1 FIELDS 1 a       | ERR invalid expire time, must be >= 0",
                "HEXPIRE h x FIELDS 1 a        | ERR value is not an integer or out of range",
                "HEXPIRE h 70368744178 FIELDS 1 a | ERR invalid expire time in 'hexpire' command",
                "HPEXPIRE h 70368744177663 FIELDS 1 a | ERR invalid expire time in 'hpexpire' command",
                "HEXPIREAT h 70368744178 FIELDS 1 a | ERR invalid expire time in 'hexpireat' command",
                "HPEXPIREAT h 70368744177664 FIELDS 1 a | ERR invalid expire time in 'hpexpireat' command",
                "HEXPIRE h 10 NOPE 1 a b       | ERR Mandatory argument FIELDS is missing or not at the right position",
                "HEXPIRE h 10 NX GT FIELDS 1 a | ERR Mandatory argument FIELDS is missing or not at the right position",
                "HEXPIRE h 10 FIELDS 0 a       | ERR Parameter `numFields` should be greater than 0",
                "HEXPIRE h 10 FIELDS x a       | ERR Parameter `numFields` should be greater than 0",
                "HEXPIRE h 10 FIELDS 2 a       | ERR The `numfields` parameter must match the number of arguments",
                "HEXPIRE h 10 NX FIELDS 1 a b  | ERR The `numfields` parameter must match the number of arguments",
                "HEXPIRE h 10 FIELDS 1         | ERR wrong number of arguments for 'hexpire' command",
                "HPERSIST h FIELDS 0 a         | ERR Number of fields must be a positive integer",
                "HPERSIST h FIELDS 1           | ERR wrong number of arguments for 'hpersist' command",
                "HTTL h FIELDS 2 a             | ERR The `numfields` parameter must match the number of arguments",
                "HTTL h NOPE 1 a               | ERR Mandatory argument FIELDS is missing or not at the right position",
                "HTTL h FIELDS -1 a            | ERR Number of fields must be a positive integer",
                "HGETEX h EX 10 PX 10 FIELDS 1 a | ERR Mandatory argument FIELDS is missing or not at the right position",
                "HGETEX h PX -1 FIELDS 1 a     | ERR invalid expire time, must be >= 0",
                "HGETEX h EX x FIELDS 1 a      | ERR value is not an integer or out of range",
                "HGETEX h EX x a b c           | ERR value is not an integer or out of range",
                "HGETEX h FIELDS 1 a EX 10     | ERR The `numfields` parameter must match the number of arguments",
                "HGETEX h FIELDS 2 a           | ERR The `numfields` parameter must match the number of arguments",
                "HGETDEL h FIELDS 0 a          | ERR Number of fields must be a positive integer",
                "HGETDEL h NOPE 1 a            | ERR Mandatory argument FIELDS is missing or not at the right position",
                "HSETEX h FIELDS 2 a b c       | ERR wrong number of arguments for 'hsetex' command",
                "HSETEX h FIELDS 1 a b c d     | ERR wrong number of arguments for 'hsetex' command",
                "HSETEX h FIELDS 1 a b EX 10   | ERR wrong number of arguments for 'hsetex' command",
                "HSETEX h FIELDS 1 a b FIELDS 1 c d | ERR wrong number of arguments for 'hsetex' command",
                "HSETEX h FIELDS 2147483648 a b | ERR invalid number of fields",
                "HSETEX h EX x NX FIELDS 1 a b | ERR value is not an integer or out of range",
                "HSETEX h NX EX x FIELDS 1 a b | ERR unknown argument: NX",
                "HSETEX s FIELDS 0 a b         | ERR invalid number of fields",
                "HSETEX h FIELDS 0 a b         | ERR invalid number of fields",
                "HSETEX h FIELDS x a b         | ERR invalid number of fields",
                "HSETEX h FNX FXX FIELDS 1 a b | ERR Only one of FXX or FNX arguments can be specified",
                "HSETEX h EX 1 KEEPTTL FIELDS 1 a b | ERR Only one of EX, PX, EXAT, PXAT or KEEPTTL arguments can be specified",
                "HSETEX h EX FIELDS 1 a b      | ERR value is not an integer or out of range",
                "HSETEX h EXAT -1 FIELDS 1 a b | ERR invalid expire time, must be >= 0",
                "HTTL s FIELDS 1 a             | WRONGTYPE Operation against a key holding the wrong kind of value",
                "HSETEX s FIELDS 1 a b         | WRONGTYPE Operation against a key holding the wrong kind of value",
                "HEXPIRE no 10 FIELDS 2 a b    | -2 -2",
                "HPERSIST no FIELDS 2 a b      | -2 -2",
                "HTTL no FIELDS 1 a            | -2",
                "HGETEX no FIELDS 2 a b        | nil nil",
                "HGETDEL no FIELDS 1 a         | nil",
                "HSETEX no FXX FIELDS 1 a b    | 0",
                "HEXPIRE h 10 FIELDS 2 a none  | 1 -2",
                "HTTL h FIELDS 2 a none        | -1 -2",
                "HPERSIST h FIELDS 2 a none    | -1 -2",
                "HEXPIRE h 10 XX FIELDS 1 a    | 0",
                "HEXPIRE h 10 GT FIELDS 1 a    | 0",
                "HEXPIRE h 10 lt FIELDS 1 a    | 1",
                "HEXPIRE h 10 nx fields 1 a    | 1",
                "HEXPIRE h 0 FIELDS 2 a none   | 2 -2",
                "HPEXPIREAT h 1 FIELDS 1 a     | 2",
                "HGETEX h EX 0 FIELDS 1 a      | v",
                "HGETDEL h FIELDS 2 a none     | v nil",
                "HSETEX h FNX FIELDS 2 new 1 a 2 | 0",
                "HSETEX h FXX FIELDS 2 new 1 a 2 | 0",
                "HSETEX h FXX EX 5 FIELDS 2 b 1 a 2 | 1",
            })
    void givenArguments_whenCalled_thenTheReplyIsAsOfRedis8(String line, String expected) {
        call("SET", "s", "text");
        for (String limit : List.of(SMALL, LARGE)) {
            make(limit, "a", "b", "c");

            assertThat(said(line)).isEqualTo(expected);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {SMALL, LARGE})
    void givenTimes_whenAsked_thenSecondsAreRoundedUp(String limit) {
        harness.nowMs = 1_700_000_000_000L;
        make(limit, "a", "b");

        assertThat(said("HPEXPIRE h 1500 FIELDS 1 a")).isEqualTo("1");

        assertThat(said("HTTL h FIELDS 2 a b")).isEqualTo("2 -1");
        assertThat(said("HPTTL h FIELDS 1 a")).isEqualTo("1500");
        assertThat(said("HEXPIRETIME h FIELDS 1 a")).isEqualTo("1700000002");
        assertThat(said("HPEXPIRETIME h FIELDS 1 a")).isEqualTo("1700000001500");
        assertThat(said("HPEXPIRE h 1400 GT FIELDS 1 a")).isEqualTo("0");
        assertThat(said("HPEXPIRE h 1600 LT FIELDS 1 a")).isEqualTo("0");
        assertThat(said("HPEXPIRE h 1600 NX FIELDS 2 a b")).isEqualTo("0 1");
        assertThat(said("HPERSIST h FIELDS 1 a")).isEqualTo("1");
        assertThat(said("HTTL h FIELDS 2 a b")).isEqualTo("-1 2");
        assertThat(said("OBJECT ENCODING h"))
                .isEqualTo(limit.equals(SMALL) ? "listpackex" : "hashtable");
    }

    @ParameterizedTest
    @ValueSource(strings = {SMALL, LARGE})
    void givenExpiredFields_whenUsed_thenTheyAreNotThere(String limit) {
        make(limit, "a", "b", "c", "n");
        call("HSET", "h", "n", "7");
        said("HPEXPIRE h 10 FIELDS 3 a b n");
        harness.nowMs += 11;

        assertThat(logOf("HGET h a").getFirst().substring(10).split(" ", -1))
                .containsExactlyInAnyOrder("a", "b", "n");
        assertThat(said("HGETALL h")).isEqualTo("c v");
        assertThat(said("HLEN h")).isEqualTo("1");
        assertThat(said("HINCRBY h n 1")).isEqualTo("1");
        assertThat(said("HTTL h FIELDS 1 n")).isEqualTo("-1");
        said("HPEXPIRE h 10 FIELDS 2 c n");
        harness.nowMs += 11;
        assertThat(logOf("HRANDFIELD h 5")).hasSize(1);
        assertThat(said("EXISTS h")).isEqualTo("0");
    }

    @ParameterizedTest
    @ValueSource(strings = {SMALL, LARGE})
    void givenReplica_whenFieldsHaveExpired_thenTheyAreHiddenAndNothingIsRemoved(String limit) {
        make(limit, "a", "b", "c");
        said("HPEXPIRE h 10 FIELDS 2 a b");
        harness.mayExpire = false;
        harness.nowMs += 11;

        assertThat(logOf("HMGET h a b c")).isEmpty();
        assertThat(said("HMGET h a b c")).isEqualTo("nil nil v");
        assertThat(said("HGETALL h")).isEqualTo("c v");
        assertThat(said("HKEYS h")).isEqualTo("c");
        assertThat(said("HVALS h")).isEqualTo("v");
        assertThat(said("HEXISTS h a")).isEqualTo("0");
        assertThat(said("HSTRLEN h a")).isEqualTo("0");
        assertThat(said("HTTL h FIELDS 1 a")).isEqualTo("-2");
        assertThat(said("HRANDFIELD h")).isEqualTo("c");
        assertThat(said("HRANDFIELD h 2")).isEqualTo("c");
        assertThat(said("HLEN h")).isEqualTo("3");
        harness.runner.expireKeys(harness.nowMs, 1_000_000_000);
        assertThat(harness.takeLog()).isEmpty();
        assertThat(said("HLEN h")).isEqualTo("3");
        said("HPEXPIRE h 0 FIELDS 1 c");
        harness.nowMs += 5;
        assertThat(said("HRANDFIELD h")).isEqualTo("nil");
    }

    @ParameterizedTest
    @ValueSource(strings = {SMALL, LARGE})
    void givenChanges_whenLogged_thenTimesAreAbsoluteAndDeletionsAreHdel(String limit) {
        long at = harness.nowMs + 10_000;
        make(limit, "a", "b", "c", "f");

        assertThat(logOf("HEXPIRE h 10 FIELDS 2 a none"))
                .containsExactly("0: HPEXPIREAT h " + at + " FIELDS 1 a");
        assertThat(logOf("HEXPIRE h 10 NX FIELDS 2 a b"))
                .containsExactly("0: HPEXPIREAT h " + at + " FIELDS 1 b");
        assertThat(logOf("HEXPIRE h 10 XX FIELDS 1 c")).isEmpty();
        assertThat(logOf("HEXPIREAT h 1 FIELDS 2 c none")).containsExactly("0: HDEL h c");
        assertThat(logOf("HPERSIST h FIELDS 2 b none")).containsExactly("0: HPERSIST h FIELDS 1 b");
        assertThat(logOf("HPERSIST h FIELDS 1 b")).isEmpty();
        assertThat(logOf("HGETEX h FIELDS 1 a")).isEmpty();
        assertThat(logOf("HGETEX h PERSIST FIELDS 2 a b"))
                .containsExactly("0: HPERSIST h FIELDS 1 a");
        assertThat(logOf("HGETEX h EX 10 FIELDS 2 a b"))
                .containsExactly("0: HPEXPIREAT h " + at + " FIELDS 2 a b");
        assertThat(logOf("HSETEX h EX 10 FIELDS 2 a 1 x 2"))
                .containsExactly("0: HSET h a 1 x 2", "0: HPEXPIREAT h " + at + " FIELDS 2 a x");
        assertThat(logOf("HSETEX h KEEPTTL FIELDS 2 a 2 y 2"))
                .containsExactly("0: HSET h a 2 y 2", "0: HPEXPIREAT h " + at + " FIELDS 1 a");
        assertThat(logOf("HSETEX h FIELDS 1 a 3")).containsExactly("0: HSET h a 3");
        assertThat(said("HTTL h FIELDS 1 a")).isEqualTo("-1");
        assertThat(logOf("HSETEX h PXAT 1 FIELDS 2 a 3 none 4")).containsExactly("0: HDEL h a");
        call("HSET", "h", "f", "1.5");
        said("HEXPIRE h 10 FIELDS 1 f");
        assertThat(logOf("HINCRBYFLOAT h f 1"))
                .containsExactly("0: HSET h f 2.5", "0: HPEXPIREAT h " + at + " FIELDS 1 f");
        assertThat(logOf("HGETDEL h FIELDS 3 f none b")).containsExactly("0: HDEL h f b");
    }

    @ParameterizedTest
    @ValueSource(strings = {SMALL, LARGE})
    void givenTimes_whenFieldsAreSetOrCounted_thenSettingEndsThemAndCountingDoesNot(String limit) {
        make(limit, "a", "b", "c", "d");
        call("HSET", "h", "c", "1", "d", "1");
        said("HEXPIRE h 100 FIELDS 4 a b c d");

        said("HSET h a new");
        said("HSETNX h b new");
        said("HINCRBY h c 100000000");
        said("HINCRBYFLOAT h d 1.5");

        assertThat(said("HTTL h FIELDS 4 a b c d")).isEqualTo("-1 100 100 100");
        assertThat(said("HMGET h a b c d")).isEqualTo("new v 100000001 2.5");
    }

    @ParameterizedTest
    @ValueSource(strings = {SMALL, LARGE})
    void givenTimes_whenTheHashGoesElsewhere_thenTheyGoAlong(String limit) {
        make(limit, "a", "b");
        said("HEXPIRE h 100 FIELDS 1 a");
        said("EXPIRE h 1000");

        said("RENAME h r");
        said("COPY r c");
        said("COPY r d DB 2");
        said("SELECT 2");
        assertThat(said("HTTL d FIELDS 2 a b")).isEqualTo("100 -1");
        said("MOVE d 3");
        said("SELECT 3");
        assertThat(said("HTTL d FIELDS 2 a b")).isEqualTo("100 -1");
        said("SELECT 0");
        assertThat(said("HTTL c FIELDS 2 a b")).isEqualTo("100 -1");
        assertThat(said("HTTL r FIELDS 2 a b")).isEqualTo("100 -1");
        assertThat(said("DEBUG DIGEST-VALUE r")).isEqualTo(said("DEBUG DIGEST-VALUE c"));
        assertThat(call("MEMORY", "USAGE", "r").integer()).isPositive();
        String dump = call("DUMP", "c").string();
        call("RESTORE", "copy", "0", dump);
        assertThat(said("HTTL copy FIELDS 2 a b")).isEqualTo("100 -1");
        assertThat(said("HGETALL copy")).isEqualTo(said("HGETALL c"));

        harness.nowMs += 100_001;
        harness.takeLog();
        assertThat(harness.runner.expireKeys(harness.nowMs, 1_000_000_000)).isFalse();
        assertThat(harness.takeLog())
                .containsExactlyInAnyOrder(
                        "0: HDEL r a", "0: HDEL c a", "0: HDEL copy a", "3: HDEL d a");
        said("FLUSHALL");
    }

    @Test
    void givenManyExpiredFields_whenTheLoopHasTime_thenAllGoInTheOrderOfTheirTimes() {
        make(LARGE, "f");
        for (int i = 0; i < 3000; i++) {
            said("HSETEX h PX " + (3000 - i) + " FIELDS 1 f" + i + " v");
        }
        harness.nowMs += 1001;
        harness.takeLog();

        harness.runner.expireKeys(harness.nowMs, 10_000_000_000L);

        assertThat(said("HLEN h")).isEqualTo("2001");
        List<String> log = harness.takeLog();
        assertThat(log.getFirst()).startsWith("0: HDEL h f2999 f2998 f2997 ");
        assertThat(log).hasSize(16);
        harness.nowMs += 10_000;
        harness.runner.expireKeys(harness.nowMs, 10_000_000_000L);
        assertThat(said("HGETALL h")).isEqualTo("f v");
    }
}

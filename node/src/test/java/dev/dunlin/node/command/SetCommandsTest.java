// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What the differential test cannot see: encodings of Redis 7.2, chance, and what SPOP leaves in the log.
class SetCommandsTest {
    private final CommandHarness harness = new CommandHarness(false);
    private final Client client = harness.client();

    @AfterEach
    void close() {
        harness.close();
    }

    private Reply call(String... words) {
        return harness.call(client, words);
    }

    private void add(String key, String prefix, int from, int to) {
        for (int i = from; i < to; i++) {
            call("SADD", key, prefix + i);
        }
    }

    private String encoding(String key) {
        return call("OBJECT", "ENCODING", key).string();
    }

    @Test
    void givenIntegers_whenTheyBecomeTooMany_thenTheSetBecomesATable() {
        add("s", "", 0, 512);
        assertThat(encoding("s")).isEqualTo("intset");
        call("SADD", "s", "511");
        assertThat(encoding("s")).isEqualTo("intset");
        call("SADD", "s", "512");
        assertThat(encoding("s")).isEqualTo("hashtable");
    }

    @Test
    void givenIntegers_whenAStringComes_thenTheSetBecomesAListpackIfItIsSmallEnough() {
        add("small", "", 0, 127);
        call("SADD", "small", "a");
        assertThat(encoding("small")).isEqualTo("listpack");
        assertThat(call("SMEMBERS", "small").elements().getLast().string()).isEqualTo("a");
        add("large", "", 0, 128);
        call("SADD", "large", "a");
        assertThat(encoding("large")).isEqualTo("hashtable");
        call("SADD", "long", "1");
        call("SADD", "long", "x".repeat(65));
        assertThat(encoding("long")).isEqualTo("hashtable");
    }

    @Test
    void givenAListpack_whenItOutgrowsItsLimits_thenItBecomesATableAndStaysOne() {
        add("s", "m", 0, 128);
        assertThat(encoding("s")).isEqualTo("listpack");
        call("SADD", "s", "m5");
        assertThat(encoding("s")).isEqualTo("listpack");
        call("SADD", "s", "m128");
        assertThat(encoding("s")).isEqualTo("hashtable");
        call("SREM", "s", "m128");
        assertThat(encoding("s")).isEqualTo("hashtable");
        call("SADD", "t", "x".repeat(64));
        assertThat(encoding("t")).isEqualTo("listpack");
        call("SADD", "t", "x".repeat(65));
        assertThat(encoding("t")).isEqualTo("hashtable");
    }

    @Test
    void givenManyArguments_whenAdded_thenTheirNumberSaysHowTheSetBegins() {
        List<String> command = new ArrayList<>(List.of("SADD", "s"));
        IntStream.range(0, 129).forEach(i -> command.add("m" + i % 3));
        harness.call(client, command);
        assertThat(encoding("s")).isEqualTo("hashtable");
        assertThat(call("SCARD", "s").integer()).isEqualTo(3);
    }

    @Test
    void givenATableOfIntegers_whenIntersected_thenTheResultIsAnIntset() {
        add("a", "", 0, 600);
        add("b", "", 500, 1100);
        call("SINTERSTORE", "c", "a", "b");
        assertThat(encoding("c")).isEqualTo("intset");
        add("d", "m", 0, 100);
        call("SADD", "d", "7");
        call("SADD", "e", "7", "x");
        call("SINTERSTORE", "f", "d", "e");
        assertThat(encoding("f")).isEqualTo("intset");
        call("SUNIONSTORE", "g", "d", "e");
        assertThat(encoding("g")).isEqualTo("listpack");
        call("SDIFFSTORE", "h", "a", "b");
        assertThat(encoding("h")).isEqualTo("intset");
    }

    @Test
    void givenSomePopped_whenLogged_thenEachMemberIsRemovedByName() {
        add("s", "m", 0, 5);
        harness.takeLog();
        String one = call("SPOP", "s").string();
        assertThat(harness.takeLog()).containsExactly("0: SREM s " + one);
        one = call("SPOP", "s", "1").elements().getFirst().string();
        assertThat(harness.takeLog()).containsExactly("0: SREM s " + one);
        List<String> expected = new ArrayList<>(List.of("MULTI"));
        call("SPOP", "s", "2")
                .elements()
                .forEach(member -> expected.add("0: SREM s " + member.string()));
        expected.add("EXEC");
        assertThat(harness.takeLog()).isEqualTo(expected);
        call("SPOP", "s", "1");
        assertThat(harness.takeLog()).containsExactly("0: DEL s");
        call("SADD", "s", "last");
        harness.takeLog();
        call("SPOP", "s");
        assertThat(harness.takeLog()).containsExactly("0: SREM s last");
        assertThat(call("EXISTS", "s").integer()).isZero();
        call("SPOP", "s", "3");
        assertThat(harness.takeLog()).isEmpty();
    }

    @Test
    void givenResultsToStore_whenLogged_thenTheCommandItselfIs() {
        call("SADD", "a", "1", "x");
        harness.takeLog();
        call("SUNIONSTORE", "b", "a", "none");
        assertThat(harness.takeLog()).containsExactly("0: SUNIONSTORE b a none");
        call("SINTERSTORE", "c", "a", "none");
        assertThat(harness.takeLog()).isEmpty();
        call("SDIFFSTORE", "b", "none", "a");
        assertThat(harness.takeLog()).containsExactly("0: SDIFFSTORE b none a");
    }

    @ParameterizedTest
    @CsvSource({"intset, ''", "listpack, m", "hashtable, m"})
    void givenASet_whenMembersAreTakenAtRandom_thenEachIsAsLikelyAsAnyOther(
            String kind, String prefix) {
        int members = kind.equals("hashtable") ? 200 : 40;
        int rounds = 4000;
        add("s", prefix, 0, members);
        assertThat(encoding("s")).isEqualTo(kind);
        Map<String, Integer> single = new HashMap<>();
        Map<String, Integer> sampled = new HashMap<>();
        Map<String, Integer> popped = new HashMap<>();
        for (int i = 0; i < rounds; i++) {
            for (int j = 0; j < members / 10; j++) {
                single.merge(call("SRANDMEMBER", "s").string(), 1, Integer::sum);
            }
            String some = "" + members / 10;
            call("SRANDMEMBER", "s", some)
                    .elements()
                    .forEach(member -> sampled.merge(member.string(), 1, Integer::sum));
            List<String> back = new ArrayList<>(List.of("SADD", "s"));
            call("SPOP", "s", some).elements().forEach(member -> back.add(member.string()));
            back.subList(2, back.size()).forEach(member -> popped.merge(member, 1, Integer::sum));
            harness.call(client, back);
        }
        for (Map<String, Integer> counts : List.of(single, sampled, popped)) {
            assertThat(counts).hasSize(members);
            // Each is drawn 400 times, give or take 20; six times that comes by chance once in a
            // million runs.
            assertThat(counts.values()).allMatch(count -> count > 280 && count < 520);
        }
    }

    @Test
    void givenSetsOfAllKinds_whenDumpedToAnotherServer_thenBothHaveTheSame(@TempDir Path folder)
            throws IOException {
        assumeTrue(ReferenceServer.isInstalled(), "redis-server is not installed");
        try (var redis = ReferenceServer.start(folder);
                var theirs = new RespConnection(redis.port())) {
            call("SADD", "short", "3", "-1", "7");
            call("SADD", "wide", "3", "70000", "-1");
            call("SADD", "widest", "5", "5000000000", "-1");
            call("SADD", "shrunk", "1", "5000000000");
            call("SREM", "shrunk", "5000000000");
            add("ints", "", -100, 400);
            add("listpack", "m", 0, 50);
            add("listpack", "", 0, 20);
            add("table", "member ", 0, 700);
            for (String key :
                    List.of("short", "wide", "widest", "shrunk", "ints", "listpack", "table")) {
                String dump = call("DUMP", key).string();
                theirs.call("RESTORE", key, "0", dump);
                String digest = call("DEBUG", "DIGEST-VALUE", key).toString();
                assertThat(theirs.call("DEBUG", "DIGEST-VALUE", key)).hasToString(digest);
                String back = theirs.call("DUMP", key).string();
                if (List.of("short", "wide", "shrunk").contains(key)) {
                    // Too short to be compressed, where each does as it likes.
                    assertThat(back).isEqualTo(dump);
                }
                assertThat(call("RESTORE", "back", "0", back, "REPLACE").text()).isEqualTo("OK");
                assertThat(call("DEBUG", "DIGEST-VALUE", "back")).hasToString(digest);
                assertThat(encoding("back")).isEqualTo(encoding(key));
            }
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import static dev.dunlin.node.command.CommandGenerator.options;
import static dev.dunlin.node.command.CommandGenerator.pick;
import static dev.dunlin.node.command.CommandGenerator.with;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.dunlin.node.testkit.Seeds;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// SORT beside a real server's.
@Tag("long-run")
class SortTest {
    private static final int COMMANDS = Integer.getInteger("differential.commands", 4000);
    private static final long SEED = Seeds.LONG_RUN;

    @Test
    void givenRandomCollections_whenSortedOnBothServers_thenRepliesAndListsAreEqual(
            @TempDir Path folder) throws IOException {
        assumeTrue(ReferenceServer.isInstalled(), "redis-server is not installed");
        var random = new Random(SEED);
        try (var redis = ReferenceServer.start(folder);
                var theirs = new RespConnection(redis.port());
                var ours = new CommandHarness(false)) {
            Client client = ours.client();
            for (int i = 0; i < 60; i++) {
                for (List<String> command :
                        List.of(
                                List.of("SET", "w_" + i, "" + (i * 37 % 100 - 50) + (i % 3) + ".5"),
                                List.of("SET", "a_" + i, "weight" + i * 7919 % 1000),
                                List.of("HSET", "h_" + i, "f", "" + (1000 - i), "g", "g" + i))) {
                    // Some have no weight.
                    if (i % 5 != 0 || !command.get(1).startsWith("w_")) {
                        ours.call(client, command);
                        theirs.call(command);
                    }
                }
            }
            for (int i = 0; i < COMMANDS; i++) {
                if (i % 10 == 0) {
                    collections(random, ours, client, theirs);
                }
                List<String> command = command(random);
                Reply our = ours.call(client, command);
                Reply their = theirs.call(command);
                boolean ordered = !command.contains("set") || !command.contains("nosort");
                // Which elements of a set a LIMIT leaves is its own affair.
                assertThat(ordered ? our : our.elements().size())
                        .as("-Dseed=%d, command %d: %s", SEED, i, command)
                        .isEqualTo(ordered ? their : their.elements().size());
                assertThat(ours.call(client, "LRANGE", "target", "0", "-1"))
                        .as("-Dseed=%d, command %d: %s", SEED, i, command)
                        .isEqualTo(theirs.call("LRANGE", "target", "0", "-1"));
            }
        }
    }

    private static void collections(
            Random random, CommandHarness ours, Client client, RespConnection theirs)
            throws IOException {
        List<List<String>> commands = new ArrayList<>();
        commands.add(List.of("DEL", "list", "set", "zset"));
        boolean numbers = random.nextInt(3) != 0;
        List<String> elements = new ArrayList<>();
        for (int i = random.nextInt(30); i >= 0; i--) {
            elements.add(element(random, numbers));
        }
        List<String> unique = new ArrayList<>(new LinkedHashSet<>(elements));
        commands.add(with(List.of("RPUSH", "list"), elements));
        commands.add(with(List.of("SADD", "set"), unique));
        for (int i = 0; i < unique.size(); i++) {
            commands.add(List.of("ZADD", "zset", "" + i, unique.get(i)));
        }
        for (List<String> command : commands) {
            ours.call(client, command);
            theirs.call(command);
        }
    }

    private static String element(Random random, boolean number) {
        return switch (number ? random.nextInt(5) : 5 + random.nextInt(3)) {
            case 0, 1, 2, 3, 5 -> "" + random.nextInt(60);
            case 4 ->
                    pick(
                            random, "1.5", "-3", "1e3", "inf", "-inf", "0x10", " 7", "-0", "0",
                            "+5", ".5", "0x.8p1", "5.");
            case 6 ->
                    pick(
                            random,
                            "abc",
                            "nan",
                            "7 ",
                            "1x",
                            "1e",
                            "",
                            "0x",
                            "infinite",
                            "--1",
                            "zz",
                            "B");
            default -> "text" + random.nextInt(60);
        };
    }

    private static List<String> command(Random r) {
        if (r.nextInt(40) == 0) {
            return CommandGenerator.nonsense(r, "SORT", "SORT_RO");
        }
        List<String> start =
                List.of(
                        pick(r, "SORT", "SORT", "SORT_RO"),
                        pick(r, "list", "set", "zset", "zset", "list", "none", "w_1", "h_1"));
        List<String> limit =
                List.of(
                        "LIMIT",
                        pick(r, "0", "1", "-3", "5", "40", "x", "9223372036854775807"),
                        pick(r, "0", "1", "-1", "10", "100", "-9223372036854775808"));
        List<String> by =
                pick(
                        r,
                        List.of("BY", "nosort"),
                        List.of("BY", "w_*"),
                        List.of("BY", "h_*->f"),
                        List.of("BY", "h_*->"),
                        List.of());
        List<String> all = with(start, by);
        all =
                with(
                        all,
                        options(
                                r,
                                5,
                                List.of(
                                        limit,
                                        limit,
                                        List.of("ASC"),
                                        List.of("DESC"),
                                        // Equal weights are in no order there.
                                        by.isEmpty() ? List.of("ALPHA") : List.of("DESC"),
                                        List.of("GET", "#"),
                                        List.of("GET", pick(r, "w_*", "h_*->g", "h_*->", "#", "x")),
                                        List.of(
                                                "GET",
                                                pick(r, "h_*->nothing", "none_*", "h_*", "w_*->f")),
                                        r.nextInt(10) == 0 ? List.of("bad") : List.of("asc"))));
        return r.nextInt(5) == 0 ? with(all, List.of("STORE", "target")) : all;
    }

    /// Not in the random test: a real server then says so of the next numbers as well, because it does not clear `errno`.
    @Test
    void givenNumbersOutOfRange_whenSorted_thenTheyAreNone() {
        try (var ours = new CommandHarness(false)) {
            for (String number : List.of("1e400", "-1e400", "1e-400", "0x1p-1080")) {
                Client client = ours.client();
                ours.call(client, "DEL", "list");
                ours.call(client, "RPUSH", "list", "1", number);
                assertThat(ours.call(client, "SORT", "list").text())
                        .isEqualTo("ERR One or more scores can't be converted into double");
            }
        }
    }

    @Test
    void givenCluster_whenPatternsAreGiven_thenTheyAreDenied() {
        try (var ours = new CommandHarness(true)) {
            Client client = ours.client();
            assertThat(ours.call(client, "SORT", "k", "BY", "w_*").text())
                    .isEqualTo("ERR BY option of SORT denied in Cluster mode.");
            assertThat(ours.call(client, "SORT_RO", "k", "GET", "#").text())
                    .isEqualTo("ERR GET option of SORT denied in Cluster mode.");
            assertThat(ours.call(client, "SORT", "k", "BY", "nosort").elements()).isEmpty();
        }
    }

    @Test
    void givenTextWeights_whenSortedByThem_thenMissingOnesComeFirst() {
        try (var ours = new CommandHarness(false)) {
            Client client = ours.client();
            ours.call(client, "MSET", "a_1", "z", "a_2", "y", "a_3", "\u00ff");
            ours.call(client, "RPUSH", "list", "1", "2", "3", "4");

            assertThat(ours.call(client, "SORT", "list", "BY", "a_*", "ALPHA").toString())
                    .isEqualTo("*[$\"4\", $\"2\", $\"1\", $\"3\"]");
            ours.takeLog();
            ours.call(client, "SORT", "list", "DESC", "STORE", "target");
            ours.call(client, "SORT", "none", "STORE", "target");
            ours.call(client, "SORT", "none", "STORE", "target");
            assertThat(ours.takeLog())
                    .containsExactly("0: SORT list DESC STORE target", "0: SORT none STORE target");
        }
    }
}

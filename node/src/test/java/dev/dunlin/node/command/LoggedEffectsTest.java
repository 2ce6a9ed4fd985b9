// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.dunlin.node.testkit.Seeds;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What goes into the log, against what a real server writes into its append-only file.
@Tag("long-run")
class LoggedEffectsTest {
    private static final int COMMANDS = Integer.getInteger("differential.commands", 4000);
    private static final long SEED = Seeds.LONG_RUN;

    /// Unix times from here on are compared by their place only: the servers run a command at different times.
    private static final BigInteger SOME_TIME_AGO_MS = BigInteger.valueOf(1_500_000_000_000L);

    private final CommandHarness harness = new CommandHarness(false);
    private final Client client = harness.client();

    @AfterEach
    void close() {
        harness.close();
    }

    private List<String> logOf(String... command) {
        harness.takeLog();
        harness.call(client, command);
        return harness.takeLog();
    }

    @Test
    void givenRelativeExpiry_whenSet_thenTheLogHasTheAbsoluteTime() {
        long at = harness.nowMs + 10_000;

        assertThat(logOf("SET", "k", "v", "EX", "10", "NX"))
                .containsExactly("0: SET k v PXAT " + at);
        assertThat(logOf("SETEX", "k", "10", "v")).containsExactly("0: SET k v PXAT " + at);
        assertThat(logOf("GETEX", "k", "PX", "10000")).containsExactly("0: PEXPIREAT k " + at);
        assertThat(logOf("EXPIRE", "k", "10", "xx"))
                .containsExactly("0: PEXPIREAT k " + at + " xx");
        assertThat(logOf("GETEX", "k")).isEmpty();
        assertThat(logOf("GETEX", "k", "EXAT", "1")).containsExactly("0: DEL k");
        assertThat(logOf("EXPIRE", "k", "10")).isEmpty();
    }

    @Test
    void givenNoKeys_whenFlushed_thenThatIsLoggedAlthoughItIsNoChange() {
        long before = harness.context.dirty();

        assertThat(logOf("FLUSHDB", "ASYNC")).containsExactly("0: FLUSHDB ASYNC");
        assertThat(harness.context.dirty()).isEqualTo(before);
        harness.call(client, "MSET", "a", "1", "b", "2");
        assertThat(logOf("FLUSHDB")).containsExactly("0: FLUSHDB");
    }

    @Test
    void givenExpiredKey_whenWritten_thenItsDeletionIsLoggedFirstAndBothAreOneUnit() {
        harness.call(client, "SET", "k", "v", "PX", "5");
        harness.nowMs += 10;

        assertThat(logOf("INCR", "k")).containsExactly("MULTI", "0: DEL k", "0: INCR k", "EXEC");
    }

    @Test
    void givenExpiredKeyInAnotherDatabase_whenCopiedOnto_thenItsDeletionIsLoggedThere() {
        harness.call(client, "SELECT", "1");
        harness.call(client, "SET", "k", "old", "PX", "5");
        harness.call(client, "SELECT", "0");
        harness.call(client, "SET", "a", "new");
        harness.nowMs += 10;

        assertThat(logOf("COPY", "a", "k", "DB", "1"))
                .containsExactly("MULTI", "1: DEL k", "0: COPY a k DB 1", "EXEC");
    }

    @Test
    void givenElementsOfOneOfManyLists_whenPopped_thenTheLogSaysOfWhichAndHowMany() {
        harness.call(client, "RPUSH", "l", "a", "b", "c");

        assertThat(logOf("LMPOP", "2", "none", "l", "RIGHT", "COUNT", "2"))
                .containsExactly("0: RPOP l 2");
        assertThat(logOf("LMOVE", "l", "m", "LEFT", "LEFT"))
                .containsExactly("0: LMOVE l m LEFT LEFT");
        assertThat(logOf("LMPOP", "1", "l", "LEFT")).isEmpty();
        assertThat(logOf("LMPOP", "1", "m", "LEFT", "COUNT", "9")).containsExactly("0: LPOP m 1");
        assertThat(logOf("LTRIM", "m", "0", "1")).isEmpty();
        assertThat(logOf("LPUSHX", "m", "x")).isEmpty();
    }

    @Test
    void givenTransactionOfOneWrite_whenExecuted_thenItIsLoggedBare() {
        harness.call(client, "MULTI");
        harness.call(client, "GET", "a");
        harness.call(client, "SET", "a", "1");

        assertThat(logOf("EXEC")).containsExactly("0: SET a 1");
    }

    @Test
    void givenTransactionOfSeveralWrites_whenExecuted_thenItIsOneUnitOverDatabases() {
        harness.call(client, "MULTI");
        harness.call(client, "SET", "a", "1");
        harness.call(client, "SELECT", "2");
        harness.call(client, "INCRBYFLOAT", "b", "1.5");
        harness.call(client, "SPOIL");

        assertThat(logOf("EXEC")).isEmpty();

        harness.call(client, "MULTI");
        harness.call(client, "SET", "a", "1");
        harness.call(client, "SELECT", "2");
        harness.call(client, "INCRBYFLOAT", "b", "1.5");
        assertThat(logOf("EXEC"))
                .containsExactly("MULTI", "0: SET a 1", "2: SET b 1.5 KEEPTTL", "EXEC");
    }

    @Test
    void givenReplica_whenKeyHasExpired_thenItIsHiddenAndNothingIsDeletedOrLogged() {
        harness.call(client, "SET", "k", "v", "PX", "5");
        harness.mayExpire = false;
        harness.nowMs += 10;

        assertThat(harness.call(client, "GET", "k").text()).isEqualTo("nil");
        assertThat(logOf("EXISTS", "k")).isEmpty();
        assertThat(harness.call(client, "DBSIZE").integer()).isEqualTo(1);
        Client primary = harness.client();
        primary.fromPrimary(true);
        assertThat(harness.call(primary, "GET", "k").string()).isEqualTo("v");
        assertThat(harness.runner.expireKeys(harness.nowMs, 1_000_000)).isFalse();
        assertThat(harness.call(client, "DBSIZE").integer()).isEqualTo(1);
    }

    @Test
    void givenRandomCommands_whenRunOnBothServers_thenTheLogsAreEqual(@TempDir Path folder)
            throws IOException {
        assumeTrue(ReferenceServer.isInstalled(), "redis-server is not installed");
        try (var redis =
                        ReferenceServer.start(
                                folder,
                                "--databases",
                                "" + CommandHarness.DATABASES,
                                "--appendonly",
                                "yes",
                                "--aof-use-rdb-preamble",
                                "no",
                                "--auto-aof-rewrite-percentage",
                                "0");
                var theirs = new RespConnection(redis.port())) {
            theirs.call("DEBUG", "SET-ACTIVE-EXPIRE", "0");
            // Strings of 512 MB would fill the file.
            theirs.call("CONFIG", "SET", "proto-max-bulk-len", "1mb");
            harness.call(client, "CONFIG", "SET", "proto-max-bulk-len", "1mb");
            var random = new Random(SEED);
            var families =
                    List.of(
                            CommandGenerator.STRINGS,
                            CommandGenerator.HASHES,
                            CommandGenerator.SETS,
                            CommandGenerator.BITMAPS,
                            CommandGenerator.HYPER_LOG_LOGS,
                            CommandGenerator.LISTS,
                            CommandGenerator.SORTED_SETS,
                            CommandGenerator.PLACES,
                            CommandGenerator.KEYS,
                            CommandGenerator.TRANSACTIONS);
            for (int i = 0; i < COMMANDS; i++) {
                List<String> command = families.get(random.nextInt(families.size())).next(random);
                // Which of several expired keys this one comes upon is chance.
                if (!command.getFirst().equals("RANDOMKEY")
                        && !command.getFirst().equals("SCAN")
                        && !mayFailHalfWay(command)
                        && !KnownDifferences.hasRankWithoutOpposite(command)) {
                    harness.nowMs = System.currentTimeMillis();
                    harness.call(client, command);
                    theirs.call(command);
                }
            }
            theirs.call("CONFIG", "SET", "appendfsync", "always");
            theirs.call("SET", "end", "1");
            harness.call(client, "SET", "end", "1");
            assertThat(withoutTimes(harness.takeLog()))
                    .as("-Dseed=%d", SEED)
                    .isEqualTo(withoutTimes(read(folder)));
        }
    }

    /// What such a command has done before it failed is logged by us, and not by Redis: there a replica misses it. That is a key that
    /// BITFIELD made to write nothing into it, and what PFADD put into a HyperLogLog before it noticed that it is corrupt.
    private static boolean mayFailHalfWay(List<String> command) {
        if (command.size() < 2) {
            return false;
        }
        String name = command.getFirst();
        return (name.equalsIgnoreCase("BITFIELD")
                        && command.stream().anyMatch(word -> word.equalsIgnoreCase("FAIL")))
                || (name.equals("SET") && command.getLast().startsWith("HYLL"))
                || ((name.equals("SETRANGE") || name.equals("APPEND"))
                        && command.get(1).startsWith("hll"));
    }

    static List<String> read(Path folder) throws IOException {
        List<String> commands = new ArrayList<>();
        Path file = folder.resolve("appendonlydir/appendonly.aof.1.incr.aof");
        String database = "0";
        try (var in = new DataInputStream(new BufferedInputStream(Files.newInputStream(file)))) {
            while (true) {
                List<String> words = Reply.read(in).elements().stream().map(Reply::string).toList();
                switch (words.getFirst()) {
                    case "SELECT" -> database = words.get(1);
                    case "MULTI", "EXEC" -> commands.add(words.getFirst());
                    default -> commands.add(database + ": " + String.join(" ", words));
                }
            }
        } catch (EOFException e) {
            return commands;
        }
    }

    static List<String> withoutTimes(List<String> log) {
        return log.stream()
                .map(line -> {
                    List<String> words = new ArrayList<>();
                    for (String word : line.split(" ", -1)) {
                        boolean time =
                                word.matches("[0-9]{13,19}")
                                        && new BigInteger(word).compareTo(SOME_TIME_AGO_MS) > 0;
                        words.add(time ? "<time>" : word);
                    }
                    return String.join(" ", words);
                })
                .toList();
    }
}

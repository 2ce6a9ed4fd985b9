// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.dunlin.node.Node;
import dev.dunlin.node.config.Directives;
import dev.dunlin.node.config.Settings;
import dev.dunlin.node.testkit.Seeds;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Random commands to a node of ours and to a real redis-server: the replies must be equal, and so must the keys in the end.
///
/// A failure prints its seed; `-Dseed=N` repeats it. `-Ddifferential.commands=1000000` is the long form.
@Tag("long-run")
class DifferentialTest {
    private static final int COMMANDS = Integer.getInteger("differential.commands", 25_000);
    private static final long SEED = Seeds.LONG_RUN;
    private static final int DATABASES = CommandHarness.DATABASES;

    /// How many commands before a difference are printed with it.
    private static final int RECENT_COMMANDS = 12;

    @TempDir static Path folder;

    private static Node node;
    private static ReferenceServer redis;
    private static int redisPort;

    @BeforeAll
    static void start() throws Exception {
        assumeTrue(ReferenceServer.isInstalled(), "redis-server is not installed");
        redis = ReferenceServer.start(folder, "--databases", "" + DATABASES);
        redisPort = redis.port();
        String before = System.setProperty("dunlin.debugAllocator", "true");
        try {
            node = Node.start(settings(), () -> {});
        } finally {
            if (before == null) {
                System.clearProperty("dunlin.debugAllocator");
            }
        }
    }

    private static Settings settings() {
        var settings = new Settings();
        settings.set(Directives.PORT, 0);
        settings.set(Directives.BIND, List.of("127.0.0.1"));
        settings.set(Directives.DIR, folder.toString());
        // As the other server is started.
        settings.set(Directives.SAVE, List.of());
        settings.set(Directives.DATABASES, DATABASES);
        settings.set(Directives.IO_TRANSPORT, "nio");
        settings.set(Directives.ENABLE_DEBUG_COMMAND, "yes");
        return settings;
    }

    @AfterAll
    static void stop() {
        if (redis != null) {
            redis.close();
        }
        if (node != null) {
            // Also checks that no block of native memory has leaked.
            node.close();
        }
    }

    /// A server, or what stands for one.
    @FunctionalInterface
    private interface Server {
        Reply call(List<String> command) throws IOException;

        default Reply call(String... command) throws IOException {
            return call(List.of(command));
        }
    }

    @ParameterizedTest
    @EnumSource
    void givenResp2_whenRandomCommandsRunOnBothServers_thenRepliesAndKeysAreEqual(
            CommandGenerator family) throws IOException {
        try (var ours = new RespConnection(node.port());
                var theirs = new RespConnection(redisPort)) {
            ours.call("FLUSHALL");
            compare(family, ours::call, theirs::call);
        }
    }

    @ParameterizedTest
    @EnumSource
    void givenResp3_whenRandomCommandsRunOnBothServers_thenRepliesAndKeysAreEqual(
            CommandGenerator family) throws IOException {
        try (var harness = new CommandHarness(false);
                var theirs = new RespConnection(redisPort)) {
            Client client = harness.client();
            client.resp3(true);
            theirs.call("HELLO", "3");
            Server ours =
                    command -> {
                        harness.nowMs = System.currentTimeMillis();
                        harness.keyspace.access().time(harness.nowMs);
                        return harness.call(client, command);
                    };
            compare(family, ours, theirs::call);
        }
    }

    private static void compare(CommandGenerator family, Server ours, Server theirs)
            throws IOException {
        // Only what a command comes upon expires, on both.
        ours.call(List.of("DEBUG", "SET-ACTIVE-EXPIRE", "0"));
        theirs.call("DEBUG", "SET-ACTIVE-EXPIRE", "0");
        theirs.call("FLUSHALL");
        // What an earlier run may have changed.
        ours.call("CONFIG", "SET", "set-max-intset-entries", "512");
        theirs.call("CONFIG", "SET", "set-max-intset-entries", "512");
        // What the families before this one have set.
        ours.call(List.of("CONFIG", "SET", "hll-sparse-max-bytes", "3000"));
        theirs.call("CONFIG", "SET", "hll-sparse-max-bytes", "3000");
        theirs.call("CONFIG", "SET", "list-max-listpack-size", "-2");
        // Families change these.
        for (Server server : List.of(ours, theirs)) {
            // Strings of 512 MB as replies are more than the test can hold; the limit is the same.
            server.call("CONFIG", "SET", "proto-max-bulk-len", "1mb");
            server.call("CONFIG", "SET", "zset-max-listpack-entries", "128");
            server.call("CONFIG", "SET", "zset-max-listpack-value", "64");
            server.call("CONFIG", "SET", "stream-node-max-bytes", "4096");
            server.call("CONFIG", "SET", "stream-node-max-entries", "100");
        }
        run(family, new Random(SEED), ours, theirs);
        compareKeys(ours, theirs);
    }

    private static void run(CommandGenerator family, Random random, Server ours, Server theirs)
            throws IOException {
        List<List<String>> recent = new ArrayList<>();
        for (int i = 0; i < COMMANDS; i++) {
            List<String> command = family.next(random);
            recent.add(command);
            if (recent.size() > RECENT_COMMANDS) {
                recent.removeFirst();
            }
            if (command.getFirst().equals("RANDOMKEY") || command.getFirst().equals("SCAN")) {
                // Which expired keys these come upon, and so delete, is chance: leave none.
                ours.call(CommandGenerator.touchAllKeys());
                theirs.call(CommandGenerator.touchAllKeys());
            }
            Reply our = ours.call(command);
            Reply their = theirs.call(command);
            if (!KnownDifferences.acceptable(command, our, their)) {
                fail(
                        "%s, command %d, -Dseed=%d: %s%n ours   %s%n theirs %s%n after%n%s",
                        family,
                        i,
                        SEED,
                        command,
                        our,
                        their,
                        recent.stream().map(Object::toString).collect(joining("\n  ")));
            }
        }
    }

    private static void compareKeys(Server ours, Server theirs) throws IOException {
        // Ends a transaction that is still open.
        ours.call("DISCARD");
        theirs.call("DISCARD");
        for (int database = 0; database < DATABASES; database++) {
            ours.call("SELECT", "" + database);
            theirs.call("SELECT", "" + database);
            var keys = new TreeSet<String>();
            ours.call("KEYS", "*").elements().forEach(key -> keys.add(key.string()));
            theirs.call("KEYS", "*").elements().forEach(key -> keys.add(key.string()));
            for (String key : keys) {
                compareKey(key, ours, theirs);
            }
        }
    }

    private static void compareKey(String key, Server ours, Server theirs) throws IOException {
        String type = theirs.call("TYPE", key).text();
        for (List<String> question :
                List.of(
                        List.of("TYPE", key),
                        List.of("OBJECT", "ENCODING", key),
                        List.of("PEXPIRETIME", key),
                        content(type, key))) {
            Reply our = ours.call(question);
            Reply their = theirs.call(question);
            assertThat(KnownDifferences.acceptable(question, our, their))
                    .as("-Dseed=%d: %s: ours %s, theirs %s", SEED, question, our, their)
                    .isTrue();
        }
        if (!type.equals("zset")
                && Set.of("listpack", "intset")
                        .contains(theirs.call("OBJECT", "ENCODING", key).string())
                && ours.call("OBJECT", "ENCODING", key)
                        .equals(theirs.call("OBJECT", "ENCODING", key))) {
            // Their order is a promise.
            assertThat(ours.call(content(type, key))).isEqualTo(theirs.call(content(type, key)));
        }
    }

    /// {@return the question whose answer is all of a value}
    static List<String> content(String type, String key) {
        return switch (type) {
            case "hash" -> List.of("HGETALL", key);
            case "list" -> List.of("LRANGE", key, "0", "-1");
            case "set" -> List.of("SMEMBERS", key);
            case "zset" -> List.of("ZRANGE", key, "0", "-1", "WITHSCORES");
            case "stream" -> List.of("XINFO", "STREAM", key, "FULL", "COUNT", "0");
            default -> List.of("GET", key);
        };
    }
}

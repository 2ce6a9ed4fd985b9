// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.dunlin.node.persistence.rdb.Mutations;
import dev.dunlin.node.testkit.Seeds;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Payloads of a real server's DUMP, spoiled at random and given to RESTORE: each becomes a value that is sound in every way, or is
/// refused and leaves what was there.
///
/// The checksum is right most of the time, so that the parser and the makers of values are reached. `-Drestore.mutations=N` for more, and
/// `-Dseed=N` to repeat one.
class RestoreFuzzTest {
    private static final int MUTATIONS = Integer.getInteger("restore.mutations", 6_000);

    /// After so many a keyspace is closed, which looks for leaks, and a new one begun.
    private static final int MUTATIONS_PER_KEYSPACE = 500;

    private static final int FOOTER_BYTES = 10;

    private final List<byte[]> payloads = new ArrayList<>();

    private final int[] outcomes = new int[3];

    private static void fill(RespConnection redis) throws IOException {
        redis.call("SET", "text", "hello");
        redis.call("SET", "empty", "");
        redis.call("SET", "int8", "-5");
        redis.call("SET", "int16", "1000");
        redis.call("SET", "int32", "100000");
        redis.call("SET", "decimal", "12345678901");
        redis.call("SET", "compressed", "abcdefgh".repeat(40));
        redis.call("SETBIT", "bits", "3000", "1");
        redis.call("PFADD", "hll", "a", "b", "c");
        redis.call("HSET", "packed-hash", "a", "1", "field", "value", "n", "-70000");
        redis.call("RPUSH", "packed-list", "a", "1", "-300", "x".repeat(70));
        redis.call("SADD", "intset", "1", "2", "70000");
        redis.call("SADD", "set", "a", "b", "c");
        redis.call("ZADD", "packed-zset", "1", "a", "2.5", "b", "-inf", "c");
        redis.call("XADD", "stream", "1-1", "f", "v");
        redis.call("XADD", "stream", "1-2", "f", "w", "g", "x");
        redis.call("XGROUP", "CREATE", "stream", "group", "0");
        redis.call("XREADGROUP", "GROUP", "group", "me", "COUNT", "1", "STREAMS", "stream", ">");
        for (int i = 0; i < 20; i++) {
            redis.call("HSET", "hash", "field" + i, "v".repeat(i) + "#".repeat(65));
            redis.call("RPUSH", "list", "element" + i, "y".repeat(900));
            redis.call("SADD", "large-set", "member" + i, "z".repeat(65 + i));
            redis.call("ZADD", "zset", i + ".25", "m".repeat(65) + i);
        }
    }

    private void dumpAll(RespConnection redis) throws IOException {
        List<String> keys =
                redis.call("KEYS", "*").elements().stream().map(Reply::string).sorted().toList();
        assertThat(keys).hasSize(19);
        for (String key : keys) {
            payloads.add(redis.call("DUMP", key).string().getBytes(ISO_8859_1));
        }
    }

    @Test
    void givenMutatedPayloads_whenRestored_thenEachIsSoundOrRefused(@TempDir Path folder)
            throws IOException {
        assumeTrue(ReferenceServer.isInstalled(), "redis-server is not installed");
        try (var redis = ReferenceServer.start(folder);
                var theirs = new RespConnection(redis.port())) {
            fill(theirs);
            dumpAll(theirs);
        }
        int rounds = Math.max(1, MUTATIONS / MUTATIONS_PER_KEYSPACE);
        Seeds.forEach(
                rounds,
                random -> {
                    try (var harness = new CommandHarness(false)) {
                        Client client = harness.client();
                        for (int i = 0; i < MUTATIONS_PER_KEYSPACE; i++) {
                            restoreOne(harness, client, random);
                        }
                    }
                });
        System.out.printf(
                "restored %d, refused as bad data %d, by the checksum %d%n",
                outcomes[0], outcomes[1], outcomes[2]);
        assertThat(outcomes[0]).isPositive();
        assertThat(outcomes[1]).isPositive();
    }

    private void restoreOne(CommandHarness harness, Client client, Random random) {
        byte[] original = payloads.get(random.nextInt(payloads.size()));
        byte[] body = Arrays.copyOf(original, original.length - FOOTER_BYTES);
        boolean checksumRight = random.nextInt(20) != 0;
        String payload =
                new String(
                        checksumRight
                                ? Mutations.sealed(Mutations.mutate(body, random))
                                : Mutations.mutate(original, random),
                        ISO_8859_1);
        boolean replaces = random.nextBoolean();
        if (replaces) {
            harness.call(client, "HSET", "key", "old", "value");
        }
        Reply reply = harness.call(client, "RESTORE", "key", "0", payload, "REPLACE");
        if (reply.isError()) {
            String text = reply.text();
            assertThat(text)
                    .isIn("ERR Bad data format", "ERR DUMP payload version or checksum are wrong");
            outcomes[text.equals("ERR Bad data format") ? 1 : 2]++;
            assertThat(harness.call(client, "HGET", "key", "old").text())
                    .isEqualTo(replaces ? "\"value\"" : "nil");
        } else {
            assertThat(reply.text()).isEqualTo("OK");
            outcomes[0]++;
            checkRestored(harness, client);
        }
        harness.call(client, "DEL", "copy");
        harness.call(client, "DEL", "key");
    }

    /// What was restored is read in several ways, and what DUMP makes of it means the same.
    private static void checkRestored(CommandHarness harness, Client client) {
        String type = harness.call(client, "TYPE", "key").text();
        Reply content = harness.call(client, DifferentialTest.content(type, "key"));
        assertThat(content.isError()).as("%s: %s", type, content).isFalse();
        if (type.equals("hash") && content.elements().isEmpty()) {
            // The times of all its fields have passed, and it goes with them; one without fields
            // would stay.
            assertThat(harness.call(client, "EXISTS", "key").integer()).isZero();
            return;
        }
        // Not earlier: a look at the content removes fields whose time has passed, which a digest
        // counts as Redis's does.
        Reply digest = harness.call(client, "DEBUG", "DIGEST-VALUE", "key");
        assertThat(harness.call(client, "OBJECT", "ENCODING", "key").isError()).isFalse();
        assertThat(harness.call(client, "MEMORY", "USAGE", "key").integer()).isPositive();

        String dump = harness.call(client, "DUMP", "key").string();
        assertThat(harness.call(client, "RESTORE", "copy", "0", dump).text()).isEqualTo("OK");
        assertThat(harness.call(client, "DEBUG", "DIGEST-VALUE", "copy")).isEqualTo(digest);
        assertThat(harness.call(client, "COPY", "key", "copy", "REPLACE").integer()).isEqualTo(1);
        assertThat(harness.call(client, "DEBUG", "DIGEST-VALUE", "copy")).isEqualTo(digest);
        assertThat(harness.call(client, "DEBUG", "DIGEST-VALUE", "key")).isEqualTo(digest);
        change(harness, client, type);
    }

    /// Whatever it was made of, it can be worked with.
    private static void change(CommandHarness harness, Client client, String type) {
        List<List<String>> changes =
                switch (type) {
                    case "string" ->
                            List.of(
                                    List.of("APPEND", "key", "more"),
                                    List.of("SETBIT", "key", "77", "1"),
                                    List.of("BITCOUNT", "key"));
                    case "hash" ->
                            List.of(
                                    List.of("HSET", "key", "new", "x".repeat(100)),
                                    List.of("HDEL", "key", "a", "field", "field3"));
                    case "list" -> List.of(List.of("RPUSH", "key", "new"), List.of("LPOP", "key"));
                    case "set" ->
                            List.of(
                                    List.of("SADD", "key", "new"),
                                    List.of("SREM", "key", "1", "a"));
                    case "zset" ->
                            List.of(
                                    List.of("ZADD", "key", "7", "new"),
                                    List.of("ZREM", "key", "a", "b"));
                    default -> List.of();
                };
        for (List<String> change : changes) {
            Reply reply = harness.call(client, change);
            assertThat(reply.isError()).as("%s: %s", change, reply).isFalse();
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.SocketException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A node at its `maxmemory`, beside redis-server at its own.
class EvictionTest {
    private static final long MEGABYTE = 1 << 20;

    @TempDir private Path folder;
    private NodeAndRedis servers;
    private RespConnection ours;

    @BeforeEach
    void start() throws Exception {
        servers = NodeAndRedis.start(folder);
        ours = servers.ours;
    }

    @AfterEach
    void stop() throws IOException {
        servers.close();
    }

    private static long info(RespConnection server, String field) throws IOException {
        String text = server.call("INFO", "everything").string();
        int at = text.indexOf("\r\n" + field + ":") + field.length() + 3;
        return Long.parseLong(text.substring(at, text.indexOf('\r', at)));
    }

    /// Gives a server so much more than it uses now.
    private static long limit(RespConnection server, long moreBytes) throws IOException {
        long limit = info(server, "used_memory") + moreBytes;
        assertThat(server.call("CONFIG", "SET", "maxmemory", "" + limit).text()).isEqualTo("OK");
        return limit;
    }

    private void policy(String name) throws IOException {
        for (RespConnection server : List.of(ours, servers.theirs)) {
            assertThat(server.call("CONFIG", "SET", "maxmemory-policy", name).text())
                    .isEqualTo("OK");
        }
    }

    private void same(String... command) throws IOException {
        assertThat(ours.call(command).toString())
                .describedAs(String.join(" ", command))
                .isEqualTo(servers.theirs.call(command).toString());
    }

    private static void fill(RespConnection server, String prefix, int from, int count, int bytes)
            throws IOException {
        String value = "v".repeat(bytes);
        for (int done = 0; done < count; done += 100) {
            List<List<String>> batch = new ArrayList<>();
            for (int i = from + done; i < from + Math.min(count, done + 100); i++) {
                batch.add(List.of("SET", prefix + i, value));
            }
            server.sendAll(batch);
            for (int i = 0; i < batch.size(); i++) {
                server.read();
            }
        }
    }

    private static void await(String what, BooleanSupplier condition) {
        long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).describedAs(what).isLessThan(deadlineNs);
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
        }
    }

    @Test
    void givenNoEviction_whenMemoryIsFull_thenTheSameCommandsAreRefusedAsByRedis()
            throws Exception {
        for (RespConnection server : List.of(ours, servers.theirs)) {
            server.call("SET", "s", "1");
            server.call("RPUSH", "l", "a", "b");
            server.call("CONFIG", "SET", "maxmemory", "1");
        }
        for (String command :
                List.of(
                        "SET s 2",
                        "GET s",
                        "INCR s",
                        "APPEND s x",
                        "DEL none",
                        "LPOP l",
                        "LPUSH l c",
                        "EXPIRE s 1000",
                        "PING",
                        "MULTI",
                        "GET s",
                        "EXEC",
                        "MULTI",
                        "PING",
                        "DISCARD",
                        "OBJECT FREQ s",
                        "OBJECT IDLETIME s",
                        "RENAME s t",
                        "COPY t u",
                        "SADD x 1",
                        "SREM x 1",
                        "TYPE t")) {
            same(command.split(" ", -1));
        }
        // What was queued while there was room is refused as a whole.
        for (RespConnection server : List.of(ours, servers.theirs)) {
            server.call("CONFIG", "SET", "maxmemory", "0");
            server.call("MULTI");
            server.call("SET", "q", "1");
        }
        try (var first = servers.another(ours);
                var second = servers.another(servers.theirs)) {
            first.call("CONFIG", "SET", "maxmemory", "1");
            second.call("CONFIG", "SET", "maxmemory", "1");
        }
        same("EXEC");
        same("PING");
    }

    @Test
    void givenPolicies_whenAccessesAreAskedFor_thenRepliesAreThoseOfRedis() throws Exception {
        for (String policy : List.of("allkeys-lru", "volatile-lfu", "noeviction", "allkeys-lfu")) {
            policy(policy);
            same("SET", "k", "v");
            same("OBJECT", "FREQ", "k");
            same("OBJECT", "IDLETIME", "k");
            same("OBJECT", "FREQ", "none");
            same("OBJECT", "IDLETIME", "none");
            String dump = ours.call("DUMP", "k").string();
            same("RESTORE", "r", "0", dump, "REPLACE", "IDLETIME", "1000");
            same("OBJECT", "FREQ", "r");
            same("RESTORE", "r", "0", dump, "REPLACE", "FREQ", "100");
            same("OBJECT", "FREQ", "r");
            same("RESTORE", "r", "0", dump, "REPLACE", "FREQ", "256");
            same("RESTORE", "r", "0", dump, "REPLACE", "IDLETIME", "-1");
            same("RESTORE", "r", "0", dump, "REPLACE", "FREQ", "7", "IDLETIME", "9");
            same("OBJECT", "FREQ", "r");
        }
        policy("allkeys-lru");
        String dump = ours.call("DUMP", "k").string();
        same("RESTORE", "r", "0", dump, "REPLACE", "IDLETIME", "1000");
        for (String looks :
                List.of("TTL r", "TYPE r", "EXISTS r", "OBJECT ENCODING r", "DEBUG OBJECT r")) {
            ours.call(looks.split(" ", -1));
        }
        assertThat(ours.call("OBJECT", "IDLETIME", "r").integer()).isBetween(1000L, 1020L);
        ours.call("CLIENT", "NO-TOUCH", "ON");
        ours.call("GET", "r");
        ours.call("APPEND", "r", "x");
        assertThat(ours.call("OBJECT", "IDLETIME", "r").integer()).isBetween(1000L, 1020L);
        ours.call("TOUCH", "r");
        assertThat(ours.call("OBJECT", "IDLETIME", "r").integer()).isLessThan(20);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "allkeys-lru",
                "allkeys-lfu",
                "allkeys-random",
                "volatile-lru",
                "volatile-lfu",
                "volatile-random",
                "volatile-ttl"
            })
    void givenPolicy_whenMoreIsWrittenThanFits_thenMemoryStaysWithinOnePercent(String policy)
            throws Exception {
        policy(policy);
        ours.call("SET", "kept", "forever");
        long limit = limit(ours, 6 * MEGABYTE);
        long most = 0;
        for (int i = 0; i < 40_000; i += 1000) {
            if (policy.startsWith("volatile")) {
                List<List<String>> batch = new ArrayList<>();
                for (int j = i; j < i + 1000; j++) {
                    batch.add(List.of("SET", "key:" + j, "v".repeat(500), "EX", "10000"));
                }
                ours.sendAll(batch);
                for (int j = 0; j < 1000; j++) {
                    assertThat(ours.read().text()).isEqualTo("OK");
                }
            } else {
                fill(ours, "key:", i, 1000, 500);
            }
            most = Math.max(most, info(ours, "used_memory"));
        }

        assertThat(most).isLessThan(limit + limit / 100).isGreaterThan(limit - MEGABYTE);
        long keys = ours.call("DBSIZE").integer();
        assertThat(info(ours, "evicted_keys")).isBetween(40_000 - keys, 40_001 - keys);
        if (policy.startsWith("volatile")) {
            assertThat(ours.call("GET", "kept").string()).isEqualTo("forever");
        }
    }

    @Test
    void givenOnlyKeysThatDoNotExpire_whenPolicyIsVolatile_thenWritesAreRefused() throws Exception {
        policy("volatile-lru");
        limit(ours, MEGABYTE);
        fill(ours, "key:", 0, 5000, 500);

        assertThat(ours.call("SET", "one", "more").text())
                .isEqualTo("OOM command not allowed when used memory > 'maxmemory'.");
        assertThat(info(ours, "evicted_keys")).isZero();
        assertThat(info(ours, "current_eviction_exceeded_time")).isPositive();

        ours.call("CONFIG", "SET", "maxmemory", "0");
        assertThat(ours.call("SET", "one", "more").text()).isEqualTo("OK");
    }

    @ParameterizedTest
    @ValueSource(strings = {"no", "yes"})
    void givenReplica_whenKeysAreEvicted_thenItLosesTheSame(String lazy) throws Exception {
        policy("allkeys-random");
        ours.call("CONFIG", "SET", "lazyfree-lazy-eviction", lazy);
        servers.replicate(ours);
        fill(ours, "key:", 0, 2000, 500);
        servers.awaitSameData(ours, 0);
        limit(ours, MEGABYTE);
        fill(ours, "key:", 2000, 10_000, 500);
        assertThat(info(ours, "evicted_keys")).isGreaterThan(1000);

        servers.awaitSameData(ours, 0);
        assertThat(info(servers.theirs, "evicted_keys")).isZero();
        String stats = servers.theirs.call("INFO", "commandstats").string();
        assertThat(stats).contains(lazy.equals("yes") ? "cmdstat_unlink:" : "cmdstat_del:");
    }

    @Test
    void givenReplicaOfRedis_whenItIsOverItsLimit_thenItEvictsNothingUnlessItIsTold()
            throws Exception {
        policy("allkeys-lru");
        servers.replicate(servers.theirs);
        fill(servers.theirs, "key:", 0, 5000, 500);
        servers.awaitSameData(servers.theirs, 0);
        ours.call("CONFIG", "SET", "maxmemory", "1mb");
        fill(servers.theirs, "key:", 5000, 1000, 500);

        servers.awaitSameData(servers.theirs, 0);
        assertThat(info(ours, "evicted_keys")).isZero();
        ours.call("CONFIG", "SET", "replica-ignore-maxmemory", "no");
        await("replica evicts by itself", () -> ask("evicted_keys") > 0);
        assertThat(servers.theirs.call("DBSIZE").integer()).isEqualTo(6000);
    }

    @Test
    void givenLargeValues_whenOneIsEvicted_thenNoOtherHasToGoWhileItIsBeingFreed()
            throws Exception {
        policy("volatile-lru");
        for (int key = 0; key < 8; key++) {
            for (int part = 0; part < 40; part++) {
                List<String> command = new ArrayList<>(List.of("HSET", "hash:" + key));
                for (int i = 0; i < 500; i++) {
                    command.add("field:" + (part * 500 + i));
                    command.add("value:" + i);
                }
                ours.call(command);
            }
            ours.call("EXPIRE", "hash:" + key, "10000");
        }
        limit(ours, 100_000);
        // Some 700 KB each: one makes room for all of this.
        fill(ours, "s:", 0, 800, 500);

        assertThat(info(ours, "evicted_keys")).isEqualTo(1);
        await("the rest is freed", () -> ask("lazyfreed_objects") > 0);
    }

    @Test
    void givenClientLimit_whenClientsTakeTooMuch_thenTheLargestGoesFirst() throws Exception {
        ours.call("SET", "v", "x".repeat((int) MEGABYTE));
        ours.call("CONFIG", "SET", "maxmemory-clients", "20mb");
        try (var small = servers.another(ours);
                var large = servers.another(ours);
                var kept = servers.another(ours)) {
            kept.call("CLIENT", "NO-EVICT", "ON");
            kept.call("CLIENT", "SETNAME", "kept");
            small.call("CLIENT", "SETNAME", "small");
            large.call("CLIENT", "SETNAME", "large");
            kept.sendAll(gets(12));
            small.sendAll(gets(9));
            await("waiting", () -> ask("mem_clients_normal") > 10 * MEGABYTE);
            large.sendAll(gets(100));

            await("evicted", () -> !clients().contains("name=large"));
            assertThat(clients()).contains("name=kept").contains("name=small");
            assertThat(info(ours, "evicted_clients")).isEqualTo(1);
            for (int i = 0; i < 9; i++) {
                assertThat(small.read().string()).hasSize((int) MEGABYTE);
            }
        }
    }

    @Test
    void givenClientLimit_whenHalfARequestIsTooLarge_thenItsClientGoes() throws Exception {
        ours.call("CONFIG", "SET", "maxmemory-clients", "1mb");
        try (var large = servers.another(ours)) {
            try {
                large.sendRaw(
                        "*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$10000000\r\n" + "x".repeat(3_000_000));
            } catch (SocketException e) {
                // It was gone before it had sent all.
                assertThat(e).hasMessageMatching("(?i).*(broken pipe|reset).*");
            }

            await("evicted", () -> ask("evicted_clients") == 1);
        }
        assertThat(ours.call("EXISTS", "k").integer()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"allkeys-lru", "allkeys-lfu", "noeviction"})
    void givenAccesses_whenDataGoesThroughFilesAndReplication_thenTheyAreKeptAsByRedis(
            String policy) throws Exception {
        policy(policy);
        ours.call("RPUSH", "list", "a");
        ours.call("SET", "k", "v", "EX", "1000");
        String dump = ours.call("DUMP", "k").string();
        String option = policy.equals("allkeys-lfu") ? "FREQ" : "IDLETIME";
        String question = policy.equals("allkeys-lfu") ? "FREQ" : "IDLETIME";
        ours.call("RESTORE", "r", "100000", dump, option, "200");

        servers.replicate(ours);
        servers.awaitSameData(ours, 0);
        same("OBJECT", question, "list");
        long theirs = servers.theirs.call("OBJECT", question, "r").integer();
        assertThat(ours.call("DEBUG", "RELOAD").text()).isEqualTo("OK");
        long reloaded = ours.call("OBJECT", question, "r").integer();

        // Without a policy that needs it, the file does not say it.
        long expected = policy.equals("noeviction") ? 0 : 200;
        assertThat(theirs).isBetween(expected, expected + 10);
        assertThat(reloaded).isBetween(expected, expected + 10);
    }

    private static List<List<String>> gets(int count) {
        return Collections.nCopies(count, List.of("GET", "v"));
    }

    private long ask(String field) {
        try {
            return info(ours, field);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String clients() {
        try {
            return ours.call("CLIENT", "LIST").string();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

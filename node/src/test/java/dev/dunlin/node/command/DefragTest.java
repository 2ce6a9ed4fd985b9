// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dunlin.node.Node;
import dev.dunlin.node.config.Directives;
import dev.dunlin.node.config.Settings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A real node gives memory back when much of it lies idle.
class DefragTest {
    private static final int KEYS = 60_000;

    @TempDir private Path folder;
    private Node node;
    private RespConnection client;

    @BeforeEach
    void start() throws Exception {
        var settings = new Settings();
        settings.set(Directives.PORT, 0);
        settings.set(Directives.BIND, List.of("127.0.0.1"));
        settings.set(Directives.DIR, folder.toString());
        settings.set(Directives.ACTIVE_DEFRAG, false);
        settings.set(Directives.DEFRAG_IGNORE_BYTES, 1L);
        settings.set(Directives.DEFRAG_CYCLE_MIN, 50);
        settings.set(Directives.DEFRAG_CYCLE_MAX, 99);
        node = Node.start(settings, () -> {});
        client = new RespConnection(node.port());
    }

    @AfterEach
    void stop() throws IOException {
        client.close();
        node.close();
    }

    private long info(String field) {
        try {
            String text = client.call("INFO", "everything").string();
            int at = text.indexOf("\r\n" + field + ":") + field.length() + 3;
            return Long.parseLong(text.substring(at, text.indexOf('\r', at)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void fillAndDeleteMost() throws IOException {
        var random = new SplittableRandom(1);
        for (int from = 0; from < KEYS; from += 500) {
            List<List<String>> batch = new ArrayList<>();
            for (int i = from; i < from + 500; i++) {
                batch.add(List.of("SET", "key:" + i, "v".repeat(random.nextInt(600))));
            }
            run(batch);
        }
        List<String> command = new ArrayList<>(List.of("RPUSH", "list"));
        List<String> scored = new ArrayList<>(List.of("ZADD", "scored"));
        for (int i = 0; i < 2000; i++) {
            command.add("element:" + i);
            scored.add("" + i % 100);
            scored.add("member:" + i);
        }
        run(List.of(command, scored));
        for (int from = 0; from < KEYS; from += 500) {
            List<List<String>> batch = new ArrayList<>();
            for (int i = from; i < from + 500; i++) {
                if (i % 10 != 0) {
                    batch.add(List.of("DEL", "key:" + i));
                }
            }
            run(batch);
        }
    }

    private void run(List<List<String>> batch) throws IOException {
        client.sendAll(batch);
        for (int i = 0; i < batch.size(); i++) {
            assertThat(client.read().isError()).isFalse();
        }
    }

    private void await(String what, java.util.function.BooleanSupplier condition) {
        long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).describedAs(what).isLessThan(deadlineNs);
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
        }
    }

    @Test
    void givenMostKeysDeleted_whenDefragIsTurnedOn_thenTheirMemoryGoesBack() throws Exception {
        fillAndDeleteMost();
        long used = info("allocator_allocated");
        // Of some 18 MB a tenth is used.
        assertThat(info("allocator_resident")).isGreaterThan(used + 8_000_000);
        assertThat(info("active_defrag_running")).isZero();

        client.call("CONFIG", "SET", "activedefrag", "yes");

        // What may stay is one slab that is not full, and one more, for each of the 75 sizes.
        await("given back", () -> info("allocator_resident") < used + 150 * 65_536L + 1_000_000);
        assertThat(info("active_defrag_hits")).isPositive();
        assertThat(info("active_defrag_key_hits")).isPositive();
        assertThat(info("total_active_defrag_time")).isNotNegative();
        for (int i = 0; i < KEYS; i += 10) {
            assertThat(client.call("EXISTS", "key:" + i).integer()).isEqualTo(1);
        }
        assertThat(client.call("LLEN", "list").integer()).isEqualTo(2000);
        assertThat(client.call("ZCOUNT", "scored", "10", "19").integer()).isEqualTo(200);
    }

    @Test
    void givenFreePagesKeptForReuse_whenPurgeIsAskedFor_thenTheyGoBack() throws Exception {
        // Values of 40 KB: not in slabs, and the gaps between them are too short to go back at
        // once.
        List<List<String>> batch = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            batch.add(List.of("SET", "key:" + i, "v".repeat(40_000)));
        }
        for (int i = 0; i < 200; i += 2) {
            batch.add(List.of("DEL", "key:" + i));
        }
        run(batch);
        long used = info("allocator_allocated");
        assertThat(info("allocator_resident")).isGreaterThan(used + 4_000_000);

        assertThat(client.call("MEMORY", "PURGE").text()).isEqualTo("OK");

        await("given back", () -> info("allocator_resident") < used + 2_500_000);
    }
}

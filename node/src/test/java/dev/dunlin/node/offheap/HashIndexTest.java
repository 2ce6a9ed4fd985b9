// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.offheap;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HashIndexTest {
    /// Operations of each model run; `-Dmodel.operations=50000000` is the long form.
    private static final int OPERATIONS = Integer.getInteger("model.operations", 200_000);

    private DebugAllocator allocator;
    private HashIndex index;
    private int root;
    private int scratch;

    @BeforeEach
    void open() {
        allocator = new DebugAllocator(SlabAllocator.create(4L << 30));
        index = new HashIndex(allocator, 42);
        root = index.create();
        scratch = allocator.allocate(1024);
    }

    @AfterEach
    void close() {
        while (!index.drain(root, 100, allocator::free)) {}
        index.destroy(root);
        allocator.free(scratch);
        allocator.checkNoLeaks();
        allocator.close();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void givenRandomOperations_whenComparedWithAMap_thenTheyAgree(long seed) {
        var random = new SplittableRandom(seed);
        Map<String, Integer> model = new HashMap<>();
        for (int i = 0; i < OPERATIONS; i++) {
            // Phases of growth and of shrinking, over a key space that makes both hits and misses.
            boolean growing = (i / (OPERATIONS / 6) & 1) == 0;
            String key = "k" + random.nextInt(OPERATIONS / 8);
            if (random.nextInt(100) < (growing ? 60 : 15)) {
                put(key, model);
            } else if (random.nextInt(100) < (growing ? 20 : 80)) {
                remove(key, model);
            } else {
                assertThat(find(key)).isEqualTo(model.getOrDefault(key, Allocator.NULL));
            }
        }

        assertThat(index.size(root)).isEqualTo(model.size());
        model.forEach((key, ref) -> assertThat(find(key)).isEqualTo(ref));
        var seen = new ArrayList<Integer>();
        index.forEach(root, seen::add);
        assertThat(seen).containsExactlyInAnyOrderElementsOf(model.values());
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void givenTableThatChangesDuringScan_whenScanned_thenEveryStayingEntryIsSeen(long seed) {
        var random = new SplittableRandom(seed);
        Map<String, Integer> staying = new HashMap<>();
        Map<String, Integer> passing = new HashMap<>();
        int count = 1 + random.nextInt(3000);
        for (int i = 0; i < count; i++) {
            put("stay" + i, staying);
        }
        for (int i = 0; i < count; i++) {
            put("pass" + i, passing);
        }
        var seen = new HashSet<Integer>();
        boolean growing = random.nextBoolean();

        long cursor = 0;
        int steps = 0;
        do {
            cursor = index.scan(root, cursor, seen::add);
            for (int i = 0; i < 20; i++) {
                if (growing) {
                    put("more" + steps + "." + i, passing);
                } else if (!passing.isEmpty()) {
                    remove(passing.keySet().iterator().next(), passing);
                }
            }
            steps++;
        } while (cursor != 0 && steps < 100_000);

        assertThat(cursor).isZero();
        assertThat(seen).containsAll(staying.values());
    }

    @Test
    void givenKeysOfAllLengths_whenInserted_thenFound() {
        Map<String, Integer> model = new HashMap<>();
        for (int length = 0; length < 700; length++) {
            put("x".repeat(length), model);
        }

        model.forEach((key, ref) -> assertThat(find(key)).isEqualTo(ref));
    }

    @Test
    void givenSequentialKeys_whenHashed_thenTagsAndBucketsAreSpread() {
        int[] tags = new int[256];
        int[] buckets = new int[1024];
        int keys = 1 << 18;
        for (int i = 0; i < keys; i++) {
            byte[] key = "key:%012d".formatted(i).getBytes(UTF_8);
            Memory.copyIn(key, 0, allocator.address(scratch), key.length);
            long hash = index.hash(allocator.address(scratch), key.length);
            tags[(int) (hash >>> 56)]++;
            buckets[(int) hash & 1023]++;
        }

        assertThat(Arrays.stream(tags)).allMatch(n -> n > 800 && n < 1250);
        assertThat(Arrays.stream(buckets)).allMatch(n -> n > 150 && n < 370);
    }

    @Test
    void givenHundredThousandKeys_whenMeasured_thenTheTableTakesUnderTenBytesEach() {
        Map<String, Integer> model = new HashMap<>();
        for (int i = 0; i < 100_000; i++) {
            put("key:" + i, model);
        }

        assertThat(index.tableBytes(root) / 100_000.0).isLessThan(7.0);
    }

    private long hashOf(String key) {
        byte[] bytes = key.getBytes(UTF_8);
        long address = allocator.address(scratch);
        Memory.copyIn(bytes, 0, address, bytes.length);
        return index.hash(address, bytes.length);
    }

    private int find(String key) {
        byte[] bytes = key.getBytes(UTF_8);
        long address = allocator.address(scratch);
        Memory.copyIn(bytes, 0, address, bytes.length);
        return index.find(root, address, bytes.length, index.hash(address, bytes.length));
    }

    private void put(String key, Map<String, Integer> model) {
        int old = find(key);
        byte[] bytes = key.getBytes(UTF_8);
        int ref = allocator.allocate(Entry.bytes(bytes.length, 0, false));
        long entry = allocator.address(ref);
        Entry.initialize(entry, 0, bytes.length, 0, false, 0);
        Memory.copyIn(bytes, 0, Entry.key(entry), bytes.length);
        if (old != Allocator.NULL) {
            index.replace(root, old, hashOf(key), ref);
            allocator.free(old);
        } else {
            index.insert(root, ref, index.hash(Entry.key(entry), bytes.length));
        }
        model.put(key, ref);
    }

    private void remove(String key, Map<String, Integer> model) {
        int old = find(key);
        Integer expected = model.remove(key);
        assertThat(old).isEqualTo(expected == null ? Allocator.NULL : expected);
        if (old != Allocator.NULL) {
            assertThat(index.remove(root, old, hashOf(key))).isTrue();
            allocator.free(old);
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.eviction;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dunlin.node.command.KeySlot;
import dev.dunlin.node.keyspace.AccessStamp;
import dev.dunlin.node.keyspace.Database;
import dev.dunlin.node.keyspace.Keyspace;
import dev.dunlin.node.keyspace.ValueKind;
import dev.dunlin.node.offheap.DebugAllocator;
import dev.dunlin.node.offheap.Entry;
import dev.dunlin.node.offheap.Memory;
import dev.dunlin.node.offheap.SlabAllocator;
import java.util.HashSet;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class VictimsTest {
    private static final int KEYS = 2000;

    /// A keyspace of keys that are numbers, and who is evicted from it.
    private static final class World implements AutoCloseable {
        final Keyspace keyspace;
        final Victims victims;
        private final long scratch;

        World(boolean cluster, EvictionPolicy policy) {
            keyspace =
                    new Keyspace(
                            new DebugAllocator(SlabAllocator.create()),
                            cluster ? 1 : 4,
                            cluster ? KeySlot.COUNT : 1,
                            42);
            keyspace.access().time(1_700_000_000_000L);
            keyspace.access()
                    .configure(
                            policy.order() == EvictionPolicy.Order.FREQUENCY
                                    ? AccessStamp.Recorded.FREQUENCY
                                    : AccessStamp.Recorded.IDLE_TIME,
                            10,
                            1);
            victims = new Victims(keyspace, new SplittableRandom(7));
            victims.configure(policy, 5);
            scratch = keyspace.allocateScratch(8);
        }

        int add(int number, long expireAtMs) {
            Memory.putLong(scratch, number);
            Database database = keyspace.database(number % keyspace.databases());
            int slot = database.slots() == 1 ? 0 : KeySlot.of(scratch, 8);
            long hash = keyspace.hash(scratch, 8);
            return database.insert(slot, scratch, 8, hash, ValueKind.STRING, 0, expireAtMs);
        }

        /// {@return the number of the key that was evicted}
        int evict() {
            assertThat(victims.find()).isTrue();
            int number =
                    (int) Memory.getLong(Entry.key(keyspace.allocator().address(victims.ref())));
            victims.database().delete(victims.slot(), victims.ref(), victims.hash());
            return number;
        }

        @Override
        public void close() {
            keyspace.close();
        }
    }

    @ParameterizedTest
    @EnumSource(value = EvictionPolicy.class, names = "NOEVICTION", mode = EnumSource.Mode.EXCLUDE)
    void givenAnyPolicy_whenAllAreEvicted_thenEachComesOnceAndOnlyThoseThatMay(
            EvictionPolicy policy) {
        for (boolean cluster : new boolean[] {false, true}) {
            try (var world = new World(cluster, policy)) {
                Set<Integer> expected = new HashSet<>();
                for (int i = 0; i < KEYS; i++) {
                    boolean expires = i % 3 == 0;
                    world.add(i, expires ? 1_800_000_000_000L + i : Database.NO_EXPIRY);
                    if (expires || !policy.onlyExpiring()) {
                        expected.add(i);
                    }
                }
                Set<Integer> evicted = new HashSet<>();
                for (int i = expected.size(); i > 0; i--) {
                    evicted.add(world.evict());
                }

                assertThat(evicted).isEqualTo(expected);
                assertThat(world.victims.find()).isFalse();
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "ALLKEYS_LRU, false",
        "ALLKEYS_LRU, true",
        "ALLKEYS_LFU, false",
        "ALLKEYS_LFU, true",
        "VOLATILE_LRU, false",
        "VOLATILE_LFU, true",
        "VOLATILE_TTL, false",
        "VOLATILE_TTL, true"
    })
    void givenOrder_whenATenthIsEvicted_thenItIsOfThoseWhoShouldGoFirst(
            EvictionPolicy policy, boolean cluster) {
        try (var world = new World(cluster, policy)) {
            for (int i = 0; i < KEYS; i++) {
                int ref = world.add(i, 1_800_000_000_000L + i);
                // The lower the number, the longer idle, the more rarely used, the sooner expired.
                Entry.access(
                        world.keyspace.allocator().address(ref),
                        world.keyspace.access().restored(KEYS - i, i * 255 / KEYS));
            }
            int good = 0;
            for (int i = 0; i < KEYS / 10; i++) {
                if (world.evict() < KEYS / 3) {
                    good++;
                }
            }

            assertThat(good).isGreaterThan(KEYS / 10 * 97 / 100);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = EvictionPolicy.class,
            names = {"ALLKEYS_LRU", "ALLKEYS_LFU"})
    void givenCandidate_whenItIsUsedOrMovedMeanwhile_thenItIsNotTheVictim(EvictionPolicy policy) {
        try (var world = new World(false, policy)) {
            int[] refs = new int[40];
            for (int i = 0; i < refs.length; i++) {
                refs[i] = world.add(i * 4, Database.NO_EXPIRY);
                Entry.access(
                        world.keyspace.allocator().address(refs[i]),
                        world.keyspace.access().restored(i < 20 ? 1000 : 500, i < 20 ? 1 : 3));
            }
            assertThat(world.evict()).isLessThan(20 * 4);
            // All that the pool remembers are used now.
            for (int i = 0; i < 20; i++) {
                if (world.keyspace.database(0).holds(0, refs[i], hash(world, refs[i]))) {
                    Entry.access(
                            world.keyspace.allocator().address(refs[i]),
                            world.keyspace.access().restored(0, 200));
                }
            }

            for (int i = 0; i < 10; i++) {
                assertThat(world.evict()).isGreaterThanOrEqualTo(20 * 4);
            }
        }
    }

    private static long hash(World world, int ref) {
        long entry = world.keyspace.allocator().address(ref);
        return world.keyspace.hash(Entry.key(entry), Entry.keyBytes(entry));
    }
}

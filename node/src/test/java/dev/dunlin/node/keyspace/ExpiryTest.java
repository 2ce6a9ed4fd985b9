// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.keyspace;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dunlin.node.offheap.DebugAllocator;
import dev.dunlin.node.offheap.Entry;
import dev.dunlin.node.offheap.Memory;
import dev.dunlin.node.offheap.SlabAllocator;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ExpiryTest {
    private static final long NOW_MS = 1_000_000;
    private static final long MUCH_TIME_NS = 1_000_000_000;

    private final Keyspace keyspace =
            new Keyspace(new DebugAllocator(SlabAllocator.create()), 4, 1, 42);
    private final long scratch = keyspace.allocateScratch(8);
    private final AtomicLong clockNs = new AtomicLong();
    private final Expiry expiry = new Expiry(keyspace, clockNs::get);

    @AfterEach
    void close() {
        keyspace.close();
    }

    private void add(Database database, int first, int count, long expireAtMs) {
        for (int i = first; i < first + count; i++) {
            Memory.putLong(scratch, i);
            long hash = keyspace.hash(scratch, 8);
            database.insert(0, scratch, 8, hash, ValueKind.STRING, 0, expireAtMs);
        }
    }

    private boolean delete(Database database, int ref) {
        clockNs.addAndGet(1000);
        long entry = keyspace.allocator().address(ref);
        database.delete(0, ref, keyspace.hash(Entry.key(entry), Entry.keyBytes(entry)));
        return true;
    }

    private boolean run(long budgetNs) {
        return expiry.run(NOW_MS, 1, budgetNs, this::delete);
    }

    @Test
    void givenAllKeysExpired_whenThereIsTime_thenOneRunDeletesThem() {
        add(keyspace.database(0), 0, 5000, NOW_MS - 1);
        add(keyspace.database(3), 0, 5000, NOW_MS - 1);

        assertThat(run(MUCH_TIME_NS)).isFalse();

        assertThat(keyspace.database(0).size()).isZero();
        assertThat(keyspace.database(3).size()).isZero();
    }

    @Test
    void givenMoreExpiredKeysThanTime_whenRun_thenItStopsAndSaysSoAndGoesOnLater() {
        add(keyspace.database(0), 0, 5000, NOW_MS - 1);

        boolean more = run(100_000);

        assertThat(more).isTrue();
        assertThat(keyspace.database(0).size()).isBetween(4800, 4950);
        int runs = 0;
        while (run(100_000)) {
            assertThat(runs++).isLessThan(100);
        }
        assertThat(keyspace.database(0).size()).isZero();
    }

    @Test
    void givenExpiredKeysAmongOthers_whenRunAgainAndAgain_thenAllExpiredGoAndNoOther() {
        add(keyspace.database(1), 0, 2000, NOW_MS);
        add(keyspace.database(1), 2000, 50, NOW_MS - 1);
        add(keyspace.database(1), 3000, 10, Database.NO_EXPIRY);

        for (int i = 0; i < 2100 / 20 + 1; i++) {
            assertThat(run(MUCH_TIME_NS)).isFalse();
        }

        assertThat(keyspace.database(1).size()).isEqualTo(2010);
        assertThat(keyspace.database(1).expiringCount()).isEqualTo(2000);
    }

    @Test
    void givenEntriesThatCannotBeDeleted_whenRun_thenItEnds() {
        add(keyspace.database(0), 0, 5000, NOW_MS - 1);

        assertThat(expiry.run(NOW_MS, 10, MUCH_TIME_NS, (database, ref) -> false)).isFalse();

        assertThat(keyspace.database(0).size()).isEqualTo(5000);
    }
}

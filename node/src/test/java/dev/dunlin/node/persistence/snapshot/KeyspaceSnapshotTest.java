// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.persistence.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.dunlin.node.persistence.rdb.RealRedis;
import dev.dunlin.node.testkit.Seeds;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Snapshots in slices while everything changes, on the allocator that notices damage and leaks.
class KeyspaceSnapshotTest {
    private static final int SEEDS = Integer.getInteger("snapshot.seeds", 25);

    /// Per tag; so few that the large ones are hit often.
    private static final int KEYS = 3;

    private static final int LARGE = 20_000;

    /// A command may touch two keys, each of which is measured and marked once and asked for a few times more.
    private static final long VISITS_OF_A_COMMAND_MAX =
            2 * (2 * KeyspaceSnapshot.SMALL_ELEMENTS_MAX + 64);

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void givenRandomChangesBetweenSlices_whenLoadedBack_thenItIsTheKeyspaceAtTheCut(
            boolean cluster) {
        Seeds.forEach(
                SEEDS,
                random -> {
                    try (var box = new SnapshotBox(cluster)) {
                        for (int round = 0; round < 4; round++) {
                            fill(box, random, cluster);
                            round(box, random, cluster);
                        }
                        if (random.nextBoolean()) {
                            box.begin();
                            change(box, random, cluster);
                            box.next();
                            change(box, random, cluster);
                        }
                    }
                });
    }

    private static void round(SnapshotBox box, Random random, boolean cluster) throws Exception {
        if (random.nextInt(3) == 0) {
            giveUp(box, random, cluster);
        }
        box.fieldTimes = random.nextBoolean();
        List<String> cut = box.content();
        KeyspaceSnapshot snapshot = box.begin();
        int changesMax = random.nextInt(40);
        while (!snapshot.ended()) {
            assertThat(snapshot.failure()).isNull();
            for (int i = random.nextInt(changesMax + 1); i > 0; i--) {
                change(box, random, cluster);
            }
            if (random.nextBoolean()) {
                box.keyspace.reclaim(100);
            }
            box.next();
        }
        box.finish();
        assertThat(box.loaded()).isEqualTo(cut);
    }

    /// A snapshot that ends early, by its reader or because all is emptied.
    private static void giveUp(SnapshotBox box, Random random, boolean cluster) {
        KeyspaceSnapshot snapshot = box.begin();
        for (int i = random.nextInt(20); i > 0 && !snapshot.ended(); i--) {
            change(box, random, cluster);
            box.next();
        }
        if (random.nextBoolean()) {
            box.keyspace.clear();
            change(box, random, cluster);
            change(box, random, cluster);
        }
        snapshot.close();
        while (snapshot.needsSweep()) {
            change(box, random, cluster);
            if (random.nextBoolean()) {
                box.keyspace.reclaim(100);
            }
            long before = snapshot.visits();
            snapshot.sweep();
            assertThat(snapshot.visits() - before)
                    .isLessThanOrEqualTo(SnapshotBox.VISITS_OF_A_SLICE_MAX);
        }
        assertThat(box.released()).isTrue();
    }

    private static void fill(SnapshotBox box, Random random, boolean cluster) {
        for (int i = 0; i < 60; i++) {
            edit(box, random, cluster);
        }
        int db = anyDatabase(random, cluster);
        String large = anyKey(random);
        if (random.nextInt(3) == 0) {
            int elements = 100 + random.nextInt(2000);
            for (int i = 0; i < elements; i++) {
                box.zadd(db, large, "f" + i, random.nextInt(100));
            }
            return;
        }
        int pairs = 100 + random.nextInt(random.nextInt(3) == 0 ? 6000 : 1000);
        int bytes = random.nextInt(pairs > 600 ? 60 : 1500);
        for (int i = 0; i < pairs; i++) {
            box.hset(db, large, "f" + i, "x".repeat(bytes) + i);
        }
        for (int i = random.nextInt(2) * pairs; i > 0; i--) {
            box.hexpire(db, large, "f" + random.nextInt(pairs), 1 + random.nextInt(1_000_000));
        }
        String largeSet = anyKey(random);
        for (int i = 0; i < pairs / 4; i++) {
            box.sadd(db, largeSet, "f" + i);
        }
        String list = anyKey(random);
        for (int i = 0; i < pairs; i++) {
            box.push(db, list, i % 3 == 0, element(random));
        }
        String stream = anyKey(random);
        for (int i = 0; i < pairs; i++) {
            box.xadd(db, stream, "f" + i / 50, element(random));
        }
    }

    private static String element(Random random) {
        return random.nextInt(300) == 0
                ? "long".repeat(2500)
                : "e".repeat(random.nextInt(100)) + random.nextInt(40);
    }

    private static void change(SnapshotBox box, Random random, boolean cluster) {
        KeyspaceSnapshot snapshot = box.running();
        long before = snapshot.visits();
        edit(box, random, cluster);
        assertThat(snapshot.visits() - before).isLessThanOrEqualTo(VISITS_OF_A_COMMAND_MAX);
    }

    private static int anyDatabase(Random random, boolean cluster) {
        return cluster ? 0 : random.nextInt(SnapshotBox.DATABASES);
    }

    private static String anyKey(Random random) {
        return "{" + random.nextInt(4) + "}key" + random.nextInt(KEYS);
    }

    private static void edit(SnapshotBox box, Random random, boolean cluster) {
        int db = anyDatabase(random, cluster);
        int other = anyDatabase(random, cluster);
        String key = anyKey(random);
        String field = "f" + random.nextInt(random.nextBoolean() ? 6000 : 700);
        String value = "v".repeat(random.nextInt(100)) + random.nextInt();
        int index = random.nextInt(random.nextBoolean() ? 5 : 1000);
        boolean first = random.nextBoolean();
        switch (random.nextInt(51)) {
            case 0 -> box.del(db, key);
            case 1 -> box.set(db, key, value);
            case 2, 3 -> box.rename(db, key, other, anyKey(random));
            case 4 -> box.copy(db, key, other, anyKey(random));
            case 5, 6 -> box.expire(db, key, random.nextInt(3) == 0 ? -1 : 4_000_000_000_000L);
            case 7 -> {
                if (random.nextInt(8) == 0) {
                    box.keyspace.database(db).clear();
                } else if (!cluster) {
                    box.keyspace.swap(db, other);
                } else if (random.nextInt(4) == 0) {
                    box.keyspace.database(0).dropSlot(box.slot(key));
                }
            }
            case 30, 31 -> box.srem(db, key, field);
            case 32, 33 -> box.sadd(db, key, field);
            case 34 -> box.sadd(db, key, "" + random.nextInt(700));
            case 35 -> box.spop(db, key, random.nextInt(20), random);
            case 20, 21 -> box.push(db, key, first, element(random));
            case 22, 23 -> box.linsert(db, key, first ? index : -index, element(random));
            case 24, 25 -> box.lset(db, key, first ? index : -index, element(random));
            case 26 -> box.lrem(db, key, first, element(random));
            case 27, 28 -> box.removeFromEnd(db, key, first, 1 + random.nextInt(5));
            case 29 -> {
                if (random.nextInt(10) == 0) {
                    box.removeFromEnd(db, key, first, index);
                }
            }
            case 8, 9, 10, 11, 12 -> {
                box.hdel(db, key, field);
                box.zrem(db, key, field);
            }
            case 13, 14, 15 -> box.zadd(db, key, field, random.nextInt(100) / 4.0);
            case 36, 37, 38, 39, 40 -> box.xadd(db, key, "f" + random.nextInt(3), element(random));
            case 41, 42 -> box.xdel(db, key, index);
            case 43 -> box.xtrim(db, key, random.nextInt(200));
            case 47, 48, 49 -> box.hexpire(db, key, field, random.nextInt(4) * 1_000_000L);
            case 44, 45, 46 -> box.deliver(db, key, index, "c" + random.nextInt(3));
            default -> box.hset(db, key, field, value);
        }
    }

    private static SnapshotBox withLargeHash() {
        var box = new SnapshotBox(false);
        for (int i = 0; i < LARGE; i++) {
            box.hset(0, "large", "f" + i, "value " + i);
        }
        return box;
    }

    @Test
    void givenALargeHash_whenItsKeyIsDeleted_thenItIsKeptWrittenInSlicesAndFreed()
            throws Exception {
        try (var box = withLargeHash()) {
            List<String> cut = box.content();
            KeyspaceSnapshot snapshot = box.begin();
            box.del(0, "large");
            assertThat(snapshot.visits()).isLessThan(10);
            assertThat(box.keyspace.hasGarbage()).isFalse();
            // As far as some elements tell.
            long used = box.keyspace.usedBytes();
            assertThat(used - box.keyspace.keptBytes())
                    .isBetween(emptyBytes() - used / 10, emptyBytes() + used / 10);
            box.next();
            assertThat(snapshot.ended()).isFalse();

            box.finish();
            assertThat(box.loaded()).isEqualTo(cut);
            while (!box.keyspace.reclaim(1000)) {
                // As the loop does, a slice per turn.
            }
            assertThat(box.keyspace.usedBytes()).isLessThan(emptyBytes() + 1024);
            assertThat(box.keyspace.keptBytes()).isZero();
        }
    }

    @Test
    void givenALargeHash_whenEachFieldChangesBeforeItIsWritten_thenTheOldOnesAreInTheFile()
            throws Exception {
        try (var box = withLargeHash()) {
            List<String> cut = box.content();
            KeyspaceSnapshot snapshot = box.begin();
            for (int i = 0; i < LARGE; i++) {
                long before = snapshot.visits();
                if (i % 2 == 0) {
                    box.hset(0, "large", "f" + i, "another " + i);
                } else {
                    box.hdel(0, "large", "f" + i);
                }
                box.hset(0, "large", "new" + i, "not of the cut");
                assertThat(snapshot.visits() - before).isLessThan(10);
            }

            box.finish();
            assertThat(box.loaded()).isEqualTo(cut);
        }
    }

    private static SnapshotBox withLargeList() {
        var box = new SnapshotBox(false);
        for (int i = 0; i < LARGE; i++) {
            box.push(0, "list", false, "element number " + i);
        }
        return box;
    }

    /// {@return what a keyspace without keys takes}
    private static long emptyBytes() {
        try (var box = new SnapshotBox(false)) {
            return box.keyspace.usedBytes();
        }
    }

    @Test
    void givenALargeList_whenItsKeyIsDeleted_thenItIsKeptWrittenInSlicesAndFreed()
            throws Exception {
        try (var box = withLargeList()) {
            List<String> cut = box.content();
            KeyspaceSnapshot snapshot = box.begin();
            box.del(0, "list");
            while (!box.keyspace.reclaim(1000)) {
                // Nothing of it may be gone by that.
            }
            assertThat(box.keyspace.usedBytes() - box.keyspace.keptBytes())
                    .isLessThan(emptyBytes() + 1024);
            box.next();
            assertThat(snapshot.ended()).isFalse();

            box.finish();
            assertThat(box.loaded()).isEqualTo(cut);
            assertThat(box.keyspace.usedBytes()).isLessThan(emptyBytes() + 1024);
            assertThat(box.keyspace.keptBytes()).isZero();
        }
    }

    @Test
    void givenALargeList_whenEachNodeChangesBeforeItIsWritten_thenTheOldOnesAreInTheFile()
            throws Exception {
        try (var box = withLargeList()) {
            List<String> cut = box.content();
            KeyspaceSnapshot snapshot = box.begin();
            box.push(0, "list", true, "new");
            for (int i = 0; i < LARGE; i += 17) {
                long before = snapshot.visits();
                switch (i % 3) {
                    case 0 -> box.lset(0, "list", i, "changed");
                    case 1 -> box.linsert(0, "list", i, "inserted");
                    default -> box.removeFromEnd(0, "list", i % 2 == 0, 2);
                }
                assertThat(snapshot.visits() - before).isLessThan(10);
            }

            box.finish();
            assertThat(box.loaded()).isEqualTo(cut);
        }
    }

    @Test
    void givenALargeListThatIsPinned_whenTheSnapshotIsGivenUp_thenTheSweepFreesWhatIsLeft()
            throws Exception {
        try (var box = withLargeList()) {
            KeyspaceSnapshot snapshot = box.begin();
            box.next();
            box.lset(0, "list", 5, "changed");
            box.del(0, "list");
            snapshot.close();
            while (snapshot.needsSweep()) {
                assertThat(box.released()).isFalse();
                snapshot.sweep();
                box.keyspace.reclaim(20);
            }
            while (!box.keyspace.reclaim(1000)) {
                // As the loop does, a slice per turn.
            }
            assertThat(box.keyspace.usedBytes()).isLessThan(emptyBytes() + 1024);
            assertThat(box.keyspace.keptBytes()).isZero();
        }
    }

    private static SnapshotBox withLargeStream() {
        var box = new SnapshotBox(false);
        for (int i = 0; i < LARGE; i++) {
            box.xadd(0, "stream", "field", "the value of entry " + i);
        }
        for (int i = 2; i < 300; i++) {
            box.deliver(0, "stream", 1 + 30 * i, "consumer" + i % 3);
        }
        return box;
    }

    @Test
    void givenALargeStream_whenItsKeyIsDeleted_thenItIsKeptWrittenInSlicesAndFreed()
            throws Exception {
        try (var box = withLargeStream()) {
            List<String> cut = box.content();
            KeyspaceSnapshot snapshot = box.begin();
            box.del(0, "stream");
            while (!box.keyspace.reclaim(1000)) {
                // Nothing of it may be gone by that.
            }
            box.next();
            assertThat(snapshot.ended()).isFalse();

            box.finish();
            assertThat(box.loaded()).isEqualTo(cut);
            assertThat(box.keyspace.usedBytes()).isLessThan(emptyBytes() + 1024);
            assertThat(box.keyspace.keptBytes()).isZero();
        }
    }

    @Test
    void givenALargeStream_whenItChangesEverywhereBeforeItIsWritten_thenTheOldOneIsInTheFile()
            throws Exception {
        try (var box = withLargeStream()) {
            List<String> cut = box.content();
            KeyspaceSnapshot snapshot = box.begin();
            box.xadd(0, "stream", "field", "new");
            for (int i = 0; i < LARGE; i += 170) {
                long before = snapshot.visits();
                box.xdel(0, "stream", i);
                box.xtrim(0, "stream", 30);
                box.xadd(0, "stream", "field", "new");
                box.deliver(0, "stream", i, "consumer" + i % 4);
                assertThat(snapshot.visits() - before).isLessThan(10);
            }

            box.finish();
            assertThat(box.loaded()).isEqualTo(cut);
        }
    }

    @Test
    void givenALargeSortedSet_whenItsScoresChangeBeforeTheyAreWritten_thenTheOldOnesAreInTheFile()
            throws Exception {
        try (var box = new SnapshotBox(false)) {
            for (int i = 0; i < LARGE; i++) {
                box.zadd(0, "large", "m" + i, i / 3.0);
            }
            List<String> cut = box.content();
            KeyspaceSnapshot snapshot = box.begin();
            for (int i = 0; i < LARGE; i++) {
                long before = snapshot.visits();
                if (i % 3 == 0) {
                    box.zrem(0, "large", "m" + i);
                } else {
                    box.zadd(0, "large", "m" + i, -i);
                }
                box.zadd(0, "large", "new" + i, i);
                assertThat(snapshot.visits() - before).isLessThan(10);
                if (i == LARGE / 2) {
                    box.next();
                }
            }
            box.del(0, "large");

            box.finish();
            assertThat(box.loaded()).isEqualTo(cut);
        }
    }

    @Test
    void givenMoreHeldThanTheLimit_whenWritesGoOn_thenItFailsAndTheNextOneIsWhole()
            throws Exception {
        try (var box = withLargeHash()) {
            KeyspaceSnapshot snapshot = box.begin(10_000);
            for (int i = 0; i < 2000; i++) {
                box.hset(0, "large", "f" + i, "another");
            }
            assertThat(snapshot.failure()).contains("10000 bytes");
            assertThat(snapshot.next(1000)).isNull();
            assertThat(snapshot.heldBytes()).isZero();
            snapshot.close();
            while (snapshot.needsSweep()) {
                assertThat(box.released()).isFalse();
                snapshot.sweep();
            }

            List<String> cut = box.content();
            box.begin();
            box.finish();
            assertThat(box.loaded()).isEqualTo(cut);
        }
    }

    @Test
    void givenAFileThatWasCutWhileAllChanged_whenRedisStartsWithIt_thenTheCutIsThere(
            @TempDir Path home) throws Exception {
        assumeTrue(RealRedis.isInstalled("redis-server"), "redis-server is not installed");
        try (var box = withLargeHash()) {
            box.set(1, "string", "old");
            box.expire(0, "large", 4_000_000_000_000L);
            for (int i = 0; i < LARGE; i++) {
                box.push(2, "list", false, i % 1000 == 0 ? "l".repeat(9000) : "element" + i);
            }
            box.push(2, "short", false, "one");
            KeyspaceSnapshot snapshot = box.begin();
            box.next();
            box.next();
            for (int i = 0; i < LARGE; i += 7) {
                box.hset(0, "large", "f" + i, "another");
            }
            box.rename(0, "large", 2, "moved");
            box.set(1, "string", "new");
            box.removeFromEnd(2, "list", true, 9000);
            box.lset(2, "list", 77, "changed");
            box.push(2, "short", false, "two");
            box.hdel(2, "moved", "f5");
            assertThat(snapshot.ended()).isFalse();
            box.finish();
            Files.write(home.resolve("dump.rdb"), box.file.toByteArray());
        }

        try (RealRedis redis = RealRedis.start(home)) {
            assertThat(redis.client().hlen("large")).isEqualTo(LARGE);
            for (int i = 0; i < LARGE; i += 97) {
                assertThat(redis.client().hget("large", "f" + i)).isEqualTo("value " + i);
            }
            assertThat(redis.client().pexpireTime("large")).isEqualTo(4_000_000_000_000L);
            redis.client().select(1);
            assertThat(redis.client().get("string")).isEqualTo("old");
            redis.client().select(2);
            assertThat(redis.client().dbSize()).isEqualTo(2);
            assertThat(redis.client().lrange("short", 0, -1)).containsExactly("one");
            List<String> list = redis.client().lrange("list", 0, -1);
            assertThat(list).hasSize(LARGE);
            for (int i = 0; i < LARGE; i++) {
                assertThat(list.get(i)).isEqualTo(i % 1000 == 0 ? "l".repeat(9000) : "element" + i);
            }
        }
    }
}

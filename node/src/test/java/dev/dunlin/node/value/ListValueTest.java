// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.value;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.dunlin.node.keyspace.Database;
import dev.dunlin.node.keyspace.Keyspace;
import dev.dunlin.node.keyspace.ValueKind;
import dev.dunlin.node.offheap.Allocator;
import dev.dunlin.node.offheap.DebugAllocator;
import dev.dunlin.node.offheap.Entry;
import dev.dunlin.node.offheap.Memory;
import dev.dunlin.node.offheap.NodeChain;
import dev.dunlin.node.offheap.SlabAllocator;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Lists against `ArrayList`, on the allocator that notices damage and leaks.
class ListValueTest {
    private static final int OPERATIONS = Integer.getInteger("model.operations", 4000);
    private static final int TEXT_BYTES_MAX = 70_000;
    private static final int KEY_HASH = 99;

    /// What blocks of more than 8 KiB are rounded up to.
    private static final int PAGE_BYTES = 4096;

    /// A list under the key `k`, and the memory that texts are handed over in.
    private static final class Box implements AutoCloseable {
        final Keyspace keyspace =
                new Keyspace(new DebugAllocator(SlabAllocator.create()), 1, 1, 42);
        final Values values = new Values(keyspace);
        final Database database = keyspace.database(0);
        final long key = keyspace.allocateScratch(1);
        final long text = keyspace.allocateScratch(TEXT_BYTES_MAX);
        final List<String> model = new ArrayList<>();
        final int limit;

        Box(int limit) {
            this.limit = limit;
            values.lists().limit(limit);
            Memory.putByte(key, (byte) 'k');
        }

        int find() {
            return database.find(0, key, 1, KEY_HASH);
        }

        ListValue list() {
            int ref = find();
            return ref == Allocator.NULL
                    ? values.lists().create(database, 0, key, 1, KEY_HASH, Database.NO_EXPIRY)
                    : values.lists().open(database, 0, ref, KEY_HASH);
        }

        int hand(String word) {
            byte[] bytes = word.getBytes(ISO_8859_1);
            Memory.copyIn(bytes, 0, text, bytes.length);
            return bytes.length;
        }

        void push(boolean first, String word) {
            ListValue list = list();
            int bytes = hand(word);
            list.makeRoom(bytes, list.entryBytes(text, bytes), 1);
            list.push(first, text, bytes);
            model.add(first ? 0 : model.size(), word);
        }

        void pushAll(List<String> words) {
            list().pushAll(words.stream().map(word -> word.getBytes(ISO_8859_1)).toList());
            model.addAll(words);
        }

        void insert(boolean behind, int at, String word) {
            ListValue list = list();
            int bytes = hand(word);
            list.makeRoom(bytes, list.entryBytes(text, bytes), 1);
            assertThat(list.seek(at)).isTrue();
            list.insert(behind, text, bytes);
            model.add(behind ? at + 1 : at, word);
        }

        void set(int at, String word) {
            ListValue list = list();
            int bytes = hand(word);
            list.makeRoom(bytes, 0, 1);
            assertThat(list.seek(at)).isTrue();
            list.set(text, bytes);
            list.shrink();
            model.set(at, word);
        }

        void removeFromEnd(boolean first, int elements) {
            ListValue list = list();
            list.removeFromEnd(first, elements);
            removed(list);
            int gone = Math.min(elements, model.size());
            model.subList(first ? 0 : model.size() - gone, first ? gone : model.size()).clear();
        }

        void remove(boolean first, String word, int max) {
            ListValue list = list();
            list.want(text, hand(word));
            long removed = list.remove(first, max);
            removed(list);
            int expected = 0;
            while (expected < max && model.contains(word)) {
                model.remove(first ? model.indexOf(word) : model.lastIndexOf(word));
                expected++;
            }
            assertThat(removed).isEqualTo(expected);
        }

        private void removed(ListValue list) {
            if (list.count() == 0) {
                database.delete(0, list.ref(), KEY_HASH);
            } else {
                list.shrink();
            }
        }

        void check(Random random) {
            int ref = find();
            assertThat(ref == Allocator.NULL).isEqualTo(model.isEmpty());
            if (ref == Allocator.NULL) {
                return;
            }
            ListValue list = list();
            assertThat(list.count()).isEqualTo(model.size());
            assertThat(list.seek(model.size())).isFalse();
            assertThat(list.seek(-model.size() - 1)).isFalse();
            assertThat(content(list)).isEqualTo(model);
            int at = random.nextInt(model.size());
            assertThat(list.seek(at - model.size())).isTrue();
            for (int i = at; i >= Math.max(0, at - 20); i--) {
                assertThat(shown(list)).isEqualTo(model.get(i));
                assertThat(list.previous()).isEqualTo(i > 0);
            }
            checkShape();
        }

        List<String> content(ListValue list) {
            List<String> words = new ArrayList<>();
            for (boolean there = list.seek(0); there; there = list.next()) {
                words.add(shown(list));
            }
            return words;
        }

        private static String shown(ListValue list) {
            list.show();
            byte[] bytes = new byte[list.elementBytes()];
            Memory.copyOut(list.elementAddress(), bytes, 0, bytes.length);
            return new String(bytes, ISO_8859_1);
        }

        /// Listpacks are sound and within the limit, and blocks are not much larger than what is in them.
        private void checkShape() {
            long entry = keyspace.allocator().address(find());
            long value = Entry.value(entry);
            ListLimit rule = ListLimit.of(limit);
            if (Entry.kind(entry) == ValueKind.LIST_LISTPACK) {
                assertThat(ListpackCheck.deep(value, Entry.valueBytes(entry)))
                        .isInstanceOf(ListpackCheck.Sound.class);
                return;
            }
            NodeChain chains = keyspace.chains();
            int nodes = 0;
            int before = Allocator.NULL;
            for (int node = NodeChain.first(value);
                    node != Allocator.NULL;
                    node = chains.next(node)) {
                assertThat(chains.previous(node)).isEqualTo(before);
                if (!ListValue.isPlain(chains, node)) {
                    int bytes = chains.bytes(node);
                    assertThat(ListpackCheck.deep(chains.content(node), bytes))
                            .isInstanceOf(ListpackCheck.Sound.class);
                    assertThat(bytes)
                            .isGreaterThan(Listpack.EMPTY_BYTES)
                            .isLessThanOrEqualTo(rule.nodeBytesMax());
                    assertThat((long) Listpack.count(chains.content(node)))
                            .isLessThanOrEqualTo(rule.elementsMax());
                    assertThat(chains.capacity(node))
                            .isLessThanOrEqualTo(2L * bytes + 1100 + PAGE_BYTES);
                }
                before = node;
                nodes++;
            }
            assertThat(NodeChain.last(value)).isEqualTo(before);
            assertThat(NodeChain.nodes(value)).isEqualTo(nodes);
        }

        int nodes() {
            return NodeChain.nodes(Entry.value(keyspace.allocator().address(find())));
        }

        boolean isPacked() {
            return list().isPacked();
        }

        @Override
        public void close() {
            keyspace.close();
        }
    }

    private static String word(Random random) {
        return switch (random.nextInt(12)) {
            case 0 -> "";
            case 1, 2, 3 -> "" + random.nextInt(20);
            case 4 -> "" + random.nextLong();
            case 5 -> "x".repeat(random.nextInt(random.nextInt(8) == 0 ? 20_000 : 3000));
            default -> "w" + random.nextInt(60);
        };
    }

    @ParameterizedTest
    @CsvSource({"1, -2", "2, -2", "3, -1", "4, -5", "5, 1", "6, 7", "7, 100", "8, 0", "9, -3"})
    void givenRandomChanges_whenComparedWithAnArray_thenTheyAgreeAndNothingLeaks(
            long seed, int limit) {
        var random = new Random(seed);
        try (var box = new Box(limit)) {
            for (int i = 0; i < OPERATIONS; i++) {
                step(box, random);
                if (random.nextInt(4) == 0) {
                    pinSome(box, random);
                }
                if (i % 20 == 0) {
                    box.check(random);
                }
                if (i % 100 == 0) {
                    box.keyspace.reclaim(10);
                }
            }
            unpinAll(box);
            box.check(random);
        }
    }

    private static void step(Box box, Random random) {
        int size = box.model.size();
        boolean first = random.nextBoolean();
        switch (random.nextInt(size > 3000 ? 20 : 14)) {
            case 0, 1, 2 -> box.push(first, word(random));
            case 3 -> box.pushAll(random.ints(200).mapToObj(_ -> word(random)).toList());
            case 4, 5, 6, 7 -> {
                if (size > 0) {
                    box.insert(first, random.nextInt(size), word(random));
                }
            }
            case 8, 9 -> {
                if (size > 0) {
                    box.set(random.nextInt(size), word(random));
                }
            }
            case 10 -> {
                if (size > 0) {
                    box.removeFromEnd(first, 1 + random.nextInt(3));
                }
            }
            case 11, 12 -> {
                if (size > 0) {
                    box.remove(first, word(random), 1 + random.nextInt(4));
                }
            }
            case 13 -> {
                if (size > 0 && random.nextInt(8) == 0) {
                    box.removeFromEnd(first, random.nextInt(size + 2));
                }
            }
            default -> box.removeFromEnd(first, 1 + random.nextInt(400));
        }
    }

    private final List<Integer> pinned = new ArrayList<>();
    private final List<byte[]> asPinned = new ArrayList<>();

    /// As a snapshot does, without writing: what is pinned must stay as it is.
    private void pinSome(Box box, Random random) {
        unpinAll(box);
        if (box.find() == Allocator.NULL || box.isPacked() || random.nextInt(3) > 0) {
            return;
        }
        NodeChain chains = box.keyspace.chains();
        int node = NodeChain.first(Entry.value(box.keyspace.allocator().address(box.find())));
        while (node != Allocator.NULL) {
            if (random.nextBoolean()) {
                chains.pin(node);
                pinned.add(node);
                asPinned.add(bytes(chains, node));
            }
            node = chains.next(node);
        }
    }

    private void unpinAll(Box box) {
        for (int i = 0; i < pinned.size(); i++) {
            assertThat(bytes(box.keyspace.chains(), pinned.get(i))).isEqualTo(asPinned.get(i));
            box.keyspace.chains().unpin(pinned.get(i));
        }
        pinned.clear();
        asPinned.clear();
    }

    private static byte[] bytes(NodeChain chains, int node) {
        byte[] bytes = new byte[chains.bytes(node)];
        Memory.copyOut(chains.content(node), bytes, 0, bytes.length);
        return bytes;
    }

    @Test
    void givenAList_whenItOutgrowsTheLimitAndShrinksToHalf_thenItsFormFollows() {
        try (var box = new Box(-2)) {
            while (box.model.size() < 800) {
                box.push(false, "element" + box.model.size() % 10);
            }
            assertThat(box.isPacked()).isTrue();
            while (box.isPacked()) {
                box.push(true, "element");
            }
            assertThat(box.nodes()).isEqualTo(2);
            box.removeFromEnd(true, 400);
            assertThat(box.isPacked()).isFalse();
            box.removeFromEnd(false, 100);
            assertThat(box.isPacked()).isTrue();
            box.check(new Random(1));
        }
    }

    @Test
    void givenAManyNodeList_whenMostElementsGoOneByOne_thenFewNodesAreLeft() {
        try (var box = new Box(-2)) {
            for (int i = 0; i < 20_000; i++) {
                box.push(false, i % 20 == 0 ? "stays" : "goes" + i % 50);
            }
            int nodes = box.nodes();
            for (int i = 0; i < 50; i++) {
                box.remove(i % 2 == 0, "goes" + i, Integer.MAX_VALUE);
            }
            assertThat(box.model).hasSize(1000);
            box.check(new Random(1));
            assertThat(box.isPacked() ? 1 : box.nodes()).isLessThan(nodes / 8);
        }
    }

    @Test
    void givenALongList_whenAllButAFewElementsAreCutOff_thenTheRestIsFreedInSlices() {
        try (var box = new Box(-2)) {
            for (int i = 0; i < 60_000; i++) {
                box.push(false, "element" + i);
            }
            long bytes = box.keyspace.usedBytes();
            box.removeFromEnd(false, 59_900);
            assertThat(box.keyspace.hasGarbage()).isTrue();
            assertThat(box.keyspace.reclaim(10)).isFalse();
            while (!box.keyspace.reclaim(10)) {
                // As the loop does, a slice per turn.
            }
            assertThat(box.keyspace.usedBytes()).isLessThan(bytes / 5);
            box.check(new Random(1));
        }
    }

    @Test
    void givenAPlainAndAPackedList_whenCopied_thenTheCopyIsOneOfItsOwn() {
        try (var box = new Box(-1)) {
            box.push(true, "a very long one at first".repeat(500));
            box.pushAll(List.of("a", "b".repeat(9000), "c", "17", "d".repeat(5000)));
            int ref = box.find();
            Memory.putByte(box.text, (byte) 'c');
            int copy =
                    box.database.insert(
                            0,
                            box.text,
                            1,
                            7,
                            ValueKind.LIST_QUICKLIST,
                            ListNodes.HEADER_BYTES,
                            Database.NO_EXPIRY);
            box.values.lists().open(ref).copyTo(copy);
            List<String> content = List.copyOf(box.model);
            box.remove(true, "c", 1);
            box.removeFromEnd(true, 3);
            assertThat(box.content(box.values.lists().open(copy))).isEqualTo(content);
        }
    }
}

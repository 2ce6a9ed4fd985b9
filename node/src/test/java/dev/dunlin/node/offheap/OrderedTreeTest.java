// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.offheap;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.dunlin.node.offheap.OrderedTree.Tie;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OrderedTreeTest {
    /// Operations of each model run; `-Dmodel.operations=5000000` is the long form.
    private static final int OPERATIONS = Integer.getInteger("model.operations", 200_000);

    private static final Comparator<Item> ORDER =
            Comparator.<Item, Long>comparing(Item::high, Long::compareUnsigned)
                    .thenComparing(Item::low, Long::compareUnsigned)
                    .thenComparing((left, right) ->
                            Arrays.compareUnsigned(
                                    left.name().getBytes(UTF_8), right.name().getBytes(UTF_8)));

    /// What is in a tree; items of one key are told apart by their names.
    private record Item(long high, long low, String name) {}

    /// A tree whose payloads are references of names: a length, then bytes.
    private static final class NamedTree extends OrderedTree {
        private byte[] sought = {};

        NamedTree(Allocator allocator, boolean wide) {
            super(allocator, wide);
        }

        NamedTree seeking(String name) {
            sought = name.getBytes(UTF_8);
            return this;
        }

        @Override
        protected int compareTie(int payload) {
            long address = allocator().address(payload);
            byte[] name = new byte[Memory.getInt(address)];
            Memory.copyOut(address + 4, name, 0, name.length);
            return Arrays.compareUnsigned(name, sought);
        }
    }

    private DebugAllocator allocator;
    private final TreeMap<Item, Integer> model = new TreeMap<>(ORDER);

    @BeforeEach
    void open() {
        allocator = new DebugAllocator(SlabAllocator.create(4L << 30));
    }

    @AfterEach
    void close() {
        allocator.checkNoLeaks();
        allocator.close();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void givenRandomOperations_whenComparedWithATreeMap_thenTheyAgree(long seed) {
        var random = new SplittableRandom(seed);
        boolean wide = seed % 2 == 0;
        var tree = new NamedTree(allocator, wide);
        int root = tree.create();
        // Few keys make many ties, many make few.
        int keys = seed > 2 ? 50 : OPERATIONS / 8;
        int names = seed > 2 ? OPERATIONS / 400 : 4;
        for (int i = 0; i < OPERATIONS; i++) {
            boolean growing = (i / (OPERATIONS / 6 + 1) & 1) == 0;
            Item item = randomItem(random, keys, names, wide);
            if (random.nextInt(100) < (growing ? 65 : 30)) {
                insert(tree, root, item);
            } else {
                // What is there, more often than not.
                Item there = random.nextInt(3) > 0 ? model.ceilingKey(item) : null;
                remove(tree, root, there == null ? item : there);
            }
            if (i % 256 == 0) {
                compareSearches(tree, root, randomItem(random, keys, names, wide));
            }
            if (i % (OPERATIONS / 20 + 1) == 0) {
                compareAll(tree, root);
            }
        }
        compareAll(tree, root);
        for (Item item : new ArrayList<>(model.keySet())) {
            if (model.size() > 10) {
                remove(tree, root, item);
            }
        }
        compareAll(tree, root);
        drain(tree, root);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void givenItemsInOrder_whenInserted_thenNodesAreFull(boolean ascending) {
        var tree = new NamedTree(allocator, false);
        int root = tree.create();
        for (int i = 0; i < 100_000; i++) {
            insert(tree, root, new Item(ascending ? i : 100_000 - i, 0, ""));
        }

        // Twelve bytes of each are key and payload.
        assertThat(tree.treeBytes(root) / 100_000.0).isLessThan(13.0);
        compareAll(tree, root);
        drain(tree, root);
    }

    @Test
    void givenItemsAtRandom_whenMeasured_thenTheTreeTakesUnderTwentyBytesEach() {
        var tree = new NamedTree(allocator, false);
        int root = tree.create();
        var random = new SplittableRandom(1);
        for (int i = 0; i < 100_000; i++) {
            insert(tree, root, new Item(random.nextLong(), 0, ""));
        }

        assertThat(tree.treeBytes(root) / 100_000.0).isLessThan(20.0);
        drain(tree, root);
    }

    @Test
    void givenTree_whenItsEndsAreTakenAwayInTurn_thenTheRestStaysInOrder() {
        var tree = new NamedTree(allocator, true);
        int root = tree.create();
        for (int i = 0; i < 20_000; i++) {
            insert(tree, root, new Item(i / 7, i % 7, ""));
        }

        while (!model.isEmpty()) {
            remove(tree, root, model.firstKey());
            if (!model.isEmpty()) {
                remove(tree, root, model.lastKey());
            }
            if (model.size() % 1000 == 0) {
                compareAll(tree, root);
            }
        }

        assertThat(tree.first(root)).isEqualTo(OrderedTree.NONE);
        assertThat(tree.last(root)).isEqualTo(OrderedTree.NONE);
        drain(tree, root);
    }

    @Test
    void givenItem_whenItsPayloadIsReplaced_thenTheOldOneIsNotLookedAtAgain() {
        var tree = new NamedTree(allocator, false);
        int root = tree.create();
        for (int i = 0; i < 5_000; i++) {
            insert(tree, root, new Item(i / 100, 0, "name" + i));
        }

        for (var entry : model.entrySet()) {
            Item item = entry.getKey();
            int fresh = name(item.name());
            assertThat(tree.seeking(item.name()).replace(root, item.high(), 0, fresh)).isTrue();
            // The debugging allocator overwrites what is freed.
            allocator.free(entry.setValue(fresh));
        }

        for (Item item : List.copyOf(model.keySet())) {
            compareSearches(tree, root, item);
        }
        drain(tree, root);
    }

    private static Item randomItem(SplittableRandom random, int keys, int names, boolean wide) {
        // Spread, so that half of the keys are negative when compared with sign.
        long high = random.nextInt(keys) * 0x9E37_79B9_7F4A_7C15L;
        return new Item(high, wide ? random.nextInt(3) - 1 : 0, "n" + random.nextInt(names));
    }

    private int name(String text) {
        byte[] bytes = text.getBytes(UTF_8);
        int ref = allocator.allocate(4 + bytes.length);
        Memory.putInt(allocator.address(ref), bytes.length);
        Memory.copyIn(bytes, 0, allocator.address(ref) + 4, bytes.length);
        return ref;
    }

    private void insert(NamedTree tree, int root, Item item) {
        int ref = name(item.name());
        boolean fresh = tree.seeking(item.name()).insert(root, item.high(), item.low(), ref);
        assertThat(fresh).isEqualTo(!model.containsKey(item));
        if (fresh) {
            model.put(item, ref);
        } else {
            allocator.free(ref);
        }
    }

    private void remove(NamedTree tree, int root, Item item) {
        Integer ref = model.remove(item);
        assertThat(tree.seeking(item.name()).remove(root, item.high(), item.low()))
                .isEqualTo(ref != null);
        if (ref != null) {
            allocator.free(ref);
        }
    }

    private void compareSearches(NamedTree tree, int root, Item item) {
        tree.seeking(item.name());
        long found = tree.find(root, item.high(), item.low());
        assertThat(payloadOrNull(tree, found)).isEqualTo(model.get(item));
        assertThat(tree.rank()).isEqualTo(model.headMap(item).size());
        long position = tree.seek(root, item.high(), item.low(), Tie.COMPARE);
        assertThat(payloadOrNull(tree, position)).isEqualTo(refOf(model.ceilingEntry(item)));
        position = tree.seekBefore(root, item.high(), item.low(), Tie.COMPARE);
        assertThat(payloadOrNull(tree, position)).isEqualTo(refOf(model.lowerEntry(item)));

        Item lowest = new Item(item.high(), item.low(), "");
        position = tree.seek(root, item.high(), item.low(), Tie.BEFORE);
        assertThat(payloadOrNull(tree, position)).isEqualTo(refOf(model.ceilingEntry(lowest)));
        Item highest = new Item(item.high(), item.low(), "~");
        position = tree.seek(root, item.high(), item.low(), Tie.BEHIND);
        assertThat(payloadOrNull(tree, position)).isEqualTo(refOf(model.ceilingEntry(highest)));
        position = tree.seekBefore(root, item.high(), item.low(), Tie.BEHIND);
        assertThat(payloadOrNull(tree, position)).isEqualTo(refOf(model.lowerEntry(highest)));
    }

    private static @Nullable Integer refOf(Map.@Nullable Entry<Item, Integer> entry) {
        return entry == null ? null : entry.getValue();
    }

    private static @Nullable Integer payloadOrNull(NamedTree tree, long position) {
        return position == OrderedTree.NONE ? null : tree.payload(position);
    }

    private void compareAll(NamedTree tree, int root) {
        assertThat(tree.size(root)).isEqualTo(model.size());
        long position = tree.first(root);
        int index = 0;
        for (var entry : model.entrySet()) {
            Item item = entry.getKey();
            assertThat(tree.payload(position)).isEqualTo(entry.getValue());
            assertThat(tree.high(position)).isEqualTo(item.high());
            assertThat(tree.low(position)).isEqualTo(item.low());
            if (index % 17 == 0) {
                assertThat(tree.at(root, index)).isEqualTo(position);
                tree.seeking(item.name());
                assertThat(tree.rank(root, item.high(), item.low(), Tie.COMPARE)).isEqualTo(index);
            }
            position = tree.next(position);
            index++;
        }
        assertThat(position).isEqualTo(OrderedTree.NONE);
        assertThat(tree.at(root, index)).isEqualTo(OrderedTree.NONE);
        position = tree.last(root);
        for (Integer ref : model.descendingMap().values()) {
            assertThat(tree.payload(position)).isEqualTo(ref);
            position = tree.previous(position);
        }
        assertThat(position).isEqualTo(OrderedTree.NONE);
        comparePayloads(tree, root);
    }

    /// Reads all payloads in groups, from the first item on and from the last one back.
    private void comparePayloads(NamedTree tree, int root) {
        for (boolean backwards : List.of(false, true)) {
            long position = backwards ? tree.last(root) : tree.first(root);
            int[] group = new int[7];
            var expected = (backwards ? model.descendingMap() : model).values().iterator();
            for (int left = model.size(); left > 0; left -= group.length) {
                int items = Math.min(left, group.length);
                position = tree.payloads(position, backwards, group, items);
                for (int i = 0; i < items; i++) {
                    assertThat(group[i]).isEqualTo(expected.next());
                }
            }
            assertThat(position).isEqualTo(OrderedTree.NONE);
        }
    }

    private void drain(NamedTree tree, int root) {
        while (!tree.drain(root, 100, allocator::free)) {
            assertThat(tree.size(root)).isPositive();
        }
        assertThat(tree.size(root)).isZero();
        tree.destroy(root);
    }
}

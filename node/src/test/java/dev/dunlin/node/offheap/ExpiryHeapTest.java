// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.offheap;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dunlin.node.testkit.Seeds;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Random changes to a heap, against a list, on the allocator that notices damage and leaks.
class ExpiryHeapTest {
    private static final int SEEDS = 20;

    /// An item is a block: its time, then its position.
    private record Blocks(Allocator allocator) implements ExpiryHeap.Items {
        @Override
        public long timeMs(int ref) {
            return Memory.getLong(allocator.address(ref));
        }

        @Override
        public void position(int ref, int position) {
            Memory.putInt(allocator.address(ref) + 8, position);
        }

        int position(int ref) {
            return Memory.getInt(allocator.address(ref) + 8);
        }

        int make(long timeMs) {
            int ref = allocator.allocate(12);
            Memory.putLong(allocator.address(ref), timeMs);
            return ref;
        }
    }

    @Test
    void givenRandomChanges_whenTheFirstIsAsked_thenNoneExpiresBeforeIt() {
        Seeds.forEach(
                SEEDS,
                random -> {
                    var allocator = new DebugAllocator(SlabAllocator.create());
                    var blocks = new Blocks(allocator);
                    var heaps = new ExpiryHeap(allocator, blocks);
                    int heap = heaps.create();
                    List<Integer> model = new ArrayList<>();
                    int growth = 2 + random.nextInt(3);
                    for (int i = 0; i < 4000; i++) {
                        int pick = model.isEmpty() ? 0 : random.nextInt(model.size());
                        if (model.isEmpty() || random.nextInt(growth) > 0) {
                            int ref = blocks.make(random.nextInt(1000));
                            heaps.add(heap, ref);
                            model.add(ref);
                        } else if (random.nextBoolean()) {
                            int ref = model.set(pick, model.getLast());
                            model.removeLast();
                            heaps.remove(heap, blocks.position(ref));
                            allocator.free(ref);
                        } else if (random.nextBoolean()) {
                            int ref = model.get(pick);
                            Memory.putLong(allocator.address(ref), random.nextInt(1000));
                            heaps.changed(heap, blocks.position(ref));
                        } else {
                            int old = model.get(pick);
                            int ref = blocks.make(blocks.timeMs(old));
                            heaps.replace(heap, blocks.position(old), ref);
                            allocator.free(old);
                            model.set(pick, ref);
                        }
                        check(heaps, heap, blocks, model);
                    }
                    model.sort(Comparator.comparingLong(blocks::timeMs));
                    for (int ref : model) {
                        int first = heaps.first(heap);
                        assertThat(blocks.timeMs(first)).isEqualTo(blocks.timeMs(ref));
                        heaps.remove(heap, 0);
                    }
                    model.forEach(allocator::free);
                    while (!heaps.free(heap, 2)) {
                        // A slice at a time.
                    }
                    allocator.checkNoLeaks();
                    allocator.close();
                });
    }

    private static void check(ExpiryHeap heaps, int heap, Blocks blocks, List<Integer> model) {
        assertThat(heaps.size(heap)).isEqualTo(model.size());
        long least = model.stream().mapToLong(blocks::timeMs).min().orElse(0);
        int first = heaps.first(heap);
        assertThat(first == Allocator.NULL ? 0 : blocks.timeMs(first)).isEqualTo(least);
    }
}

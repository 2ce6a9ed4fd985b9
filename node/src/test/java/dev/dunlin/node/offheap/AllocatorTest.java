// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.offheap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AllocatorTest {
    @Test
    void givenEverySize_whenClassIsChosen_thenItFitsWithBoundedWaste() {
        for (int bytes = 1; bytes <= SlabAllocator.SLAB_BLOCK_BYTES_MAX; bytes++) {
            int block = SlabAllocator.classBytes(SlabAllocator.classOf(bytes));

            assertThat(block).isGreaterThanOrEqualTo(bytes).isEqualTo(block & -8);
            assertThat(block - bytes).isLessThanOrEqualTo(Math.max(7, bytes / 8));
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void givenRandomAllocations_whenFilledAndFreed_thenNoBlockTouchesAnother(long seed) {
        var random = new SplittableRandom(seed);
        try (var allocator = SlabAllocator.create(1L << 30)) {
            record Block(int ref, int bytes, byte mark) {}
            var live = new ArrayList<Block>();
            for (int i = 0; i < 60_000; i++) {
                if (live.isEmpty() || random.nextInt(100) < 55) {
                    int bytes =
                            random.nextInt(100) < 95
                                    ? 1 + random.nextInt(300)
                                    : 1 + random.nextInt(60_000);
                    int ref = allocator.allocate(bytes);
                    var block = new Block(ref, bytes, (byte) random.nextInt(256));
                    assertThat(allocator.capacity(ref)).isEqualTo(allocator.capacityFor(bytes));
                    Memory.fill(allocator.address(ref), bytes, block.mark);
                    live.add(block);
                } else {
                    int index = random.nextInt(live.size());
                    Block block = live.get(index);
                    live.set(index, live.getLast());
                    live.removeLast();
                    long address = allocator.address(block.ref);
                    assertThat(Memory.getByte(address)).isEqualTo(block.mark);
                    assertThat(Memory.getByte(address + block.bytes - 1)).isEqualTo(block.mark);
                    allocator.free(block.ref);
                }
            }
            long expected = live.stream().mapToLong(b -> allocator.capacity(b.ref)).sum();
            assertThat(allocator.usedBytes()).isEqualTo(expected);

            live.forEach(block -> allocator.free(block.ref));

            assertThat(allocator.usedBytes()).isZero();
            // One slab of each class that was used may stay.
            assertThat(allocator.residentBytes()).isLessThan(180L * SlabAllocator.SLAB_BYTES);
        }
    }

    @Test
    void givenFullRegion_whenAllocated_thenSaysSo() {
        try (var allocator = SlabAllocator.create(1 << 20)) {
            assertThatThrownBy(() -> allocator.allocate(2 << 20))
                    .isInstanceOf(OutOfMemoryError.class)
                    .hasMessageContaining("region");
        }
    }

    @Test
    void givenDebugAllocator_whenBlockIsOverrun_thenItIsFound() {
        var allocator = new DebugAllocator(SlabAllocator.create(1 << 20));
        int ref = allocator.allocate(24);
        Memory.putByte(allocator.address(ref) + allocator.capacity(ref), (byte) 1);

        assertThatThrownBy(() -> allocator.free(ref)).hasMessageContaining("past its end");
    }

    @Test
    void givenDebugAllocator_whenFreedTwiceOrLeaked_thenItIsFound() {
        try (var allocator = new DebugAllocator(SlabAllocator.create(1 << 20))) {
            int ref = allocator.allocate(24);

            assertThatThrownBy(allocator::checkNoLeaks).hasMessageContaining("leaked");
            allocator.free(ref);
            assertThatThrownBy(() -> allocator.free(ref)).hasMessageContaining("not live");
            allocator.checkNoLeaks();
        }
    }

    @Test
    void givenDebugAllocator_whenWrittenAfterFree_thenItIsFound() {
        var allocator = new DebugAllocator(SlabAllocator.create(1 << 20));
        int ref = allocator.allocate(24);
        allocator.free(ref);
        Memory.putByte(allocator.address(ref) + 3, (byte) 1);

        assertThatThrownBy(allocator::checkAll).hasMessageContaining("after it was freed");
    }
}

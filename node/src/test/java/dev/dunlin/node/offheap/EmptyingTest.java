// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.offheap;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Slabs that are nearly empty are emptied, and their pages go back to the system.
class EmptyingTest {
    private record Block(int ref, int bytes, byte mark) {}

    private static Block allocate(SlabAllocator allocator, int bytes, byte mark) {
        int ref = allocator.allocate(bytes);
        Memory.fill(allocator.address(ref), bytes, mark);
        return new Block(ref, bytes, mark);
    }

    private static void check(SlabAllocator allocator, Block block) {
        for (int i = 0; i < block.bytes; i++) {
            assertThat(Memory.getByte(allocator.address(block.ref) + i)).isEqualTo(block.mark);
        }
    }

    /// Does what the keyspace does: moves all that leaves.
    private static void moveAll(SlabAllocator allocator, List<Block> live) {
        for (int i = 0; i < live.size(); i++) {
            Block block = live.get(i);
            if (allocator.isLeaving(block.ref)) {
                live.set(i, new Block(allocator.move(block.ref), block.bytes, block.mark));
            }
        }
    }

    private static void releaseAll(SlabAllocator allocator) {
        while (!allocator.releaseFree(7)) {
            // Until all is given back.
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void givenMostBlocksFreedAtRandom_whenEmptied_thenLittleMoreIsResidentThanUsed(long seed) {
        var random = new SplittableRandom(seed);
        try (var allocator = SlabAllocator.create(1L << 30)) {
            List<Block> live = new ArrayList<>();
            for (int i = 0; i < 100_000; i++) {
                live.add(allocate(allocator, 20 + random.nextInt(900), (byte) random.nextInt()));
            }
            for (int i = live.size() - 1; i >= 0; i--) {
                if (random.nextInt(10) > 2) {
                    allocator.free(live.get(i).ref);
                    live.set(i, live.getLast());
                    live.removeLast();
                }
            }
            long used = allocator.usedBytes();
            assertThat(allocator.residentBytes()).isGreaterThan(2 * used);

            assertThat(allocator.beginEmptying()).isPositive();
            moveAll(allocator, live);
            allocator.endEmptying();
            releaseAll(allocator);

            assertThat(allocator.usedBytes()).isEqualTo(used);
            // One slab that is not full, and one more, for each of some 110 classes.
            assertThat(allocator.residentBytes() - used)
                    .isLessThan(230L * SlabAllocator.SLAB_BYTES);
            live.forEach(block -> check(allocator, block));
            live.forEach(block -> allocator.free(block.ref));
            assertThat(allocator.usedBytes()).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void givenRandomUse_whenSlabsAreEmptiedMeanwhile_thenNoBlockTouchesAnother(long seed) {
        var random = new SplittableRandom(seed);
        try (var allocator = SlabAllocator.create(1L << 30)) {
            List<Block> live = new ArrayList<>();
            for (int i = 0; i < 60_000; i++) {
                // In waves, so that there is something to empty.
                if (live.isEmpty() || random.nextInt(100) < (i / 5000 % 2 == 0 ? 80 : 30)) {
                    live.add(allocate(allocator, 1 + random.nextInt(400), (byte) random.nextInt()));
                } else {
                    int index = random.nextInt(live.size());
                    check(allocator, live.get(index));
                    allocator.free(live.get(index).ref);
                    live.set(index, live.getLast());
                    live.removeLast();
                }
                switch (random.nextInt(2000)) {
                    case 0 -> allocator.beginEmptying();
                    case 1 -> allocator.endEmptying();
                    case 2 -> moveAll(allocator, live);
                    case 3 -> allocator.releaseFree(3);
                    default -> {}
                }
            }
            allocator.endEmptying();
            live.forEach(block -> check(allocator, block));
            long expected = live.stream().mapToLong(b -> allocator.capacity(b.ref)).sum();
            assertThat(allocator.usedBytes()).isEqualTo(expected);
            live.forEach(block -> allocator.free(block.ref));
            assertThat(allocator.usedBytes()).isZero();
            assertThat(allocator.residentBytes()).isLessThan(180L * SlabAllocator.SLAB_BYTES);
        }
    }

    @Test
    void givenSlabThatIsBeingEmptied_whenBlocksAreAllocated_thenNoneComesFromIt() {
        try (var allocator = SlabAllocator.create(1L << 30)) {
            int perSlab = SlabAllocator.SLAB_BYTES / 64;
            List<Integer> refs = new ArrayList<>();
            for (int i = 0; i < 10 * perSlab; i++) {
                refs.add(allocator.allocate(64));
            }
            for (int i = 0; i < refs.size(); i++) {
                if (i % 10 != 0) {
                    allocator.free(refs.get(i));
                }
            }
            assertThat(allocator.beginEmptying()).isEqualTo(8L * SlabAllocator.SLAB_BYTES);
            for (int i = 0; i < perSlab; i++) {
                assertThat(allocator.isLeaving(allocator.allocate(64))).isFalse();
            }
        }
    }
}

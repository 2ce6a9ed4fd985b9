// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.offheap;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class HugeBlocksTest {
    private static final long BLOCK = HugeBlocks.BLOCK_BYTES;
    private static final long KIB = 1024;
    private static final long REGION = 5 * BLOCK;

    private final List<String> said = new ArrayList<>();
    private final HugeBlocks blocks = new HugeBlocks(REGION, 100 * BLOCK, this::say);

    private void say(long from, long bytes, boolean huge) {
        assertThat(from % BLOCK + bytes % BLOCK).isZero();
        said.add((from - REGION) / BLOCK + "+" + bytes / BLOCK + (huge ? " huge" : " small"));
    }

    private void release(long from, long bytes, long freeFrom, long freeBytes) {
        blocks.releasing(REGION + from, bytes, REGION + freeFrom, freeBytes);
    }

    @Test
    void givenNewRegion_whenNothingWasFreed_thenAllIsHuge() {
        assertThat(said).containsExactly("0+100 huge");
    }

    @Test
    void givenRegionThatBeginsAndEndsInABlock_whenItsEndsAreGivenBack_thenTheyAreNotSpokenOf() {
        said.clear();
        var odd = new HugeBlocks(REGION + 4 * KIB, 3 * BLOCK, this::say);
        odd.releasing(REGION + 4 * KIB, 256 * KIB, REGION + 4 * KIB, 256 * KIB);
        odd.releasing(REGION + 3 * BLOCK, 4 * KIB, REGION + 3 * BLOCK, 4 * KIB);

        assertThat(said).containsExactly("1+2 huge");
    }

    @Test
    void givenPartOfABlock_whenGivenBack_thenTheBlockIsSmallAndIsToldOnce() {
        release(BLOCK, 256 * KIB, BLOCK, 256 * KIB);
        release(BLOCK + 512 * KIB, 256 * KIB, BLOCK + 512 * KIB, 256 * KIB);

        assertThat(said).containsExactly("0+100 huge", "1+1 small");
    }

    @Test
    void givenRangeOverSeveralBlocks_whenGivenBack_thenOnlyItsEndsAreSmall() {
        release(BLOCK / 2, 3 * BLOCK, BLOCK / 2, 3 * BLOCK);

        assertThat(said).containsExactly("0+100 huge", "0+1 small", "3+1 small");
    }

    @Test
    void givenSmallBlock_whenTheRestOfItIsFreeToo_thenItIsHugeAgain() {
        release(BLOCK, 256 * KIB, BLOCK, 256 * KIB);

        release(BLOCK + 256 * KIB, BLOCK - 256 * KIB, BLOCK, BLOCK);

        assertThat(said).containsExactly("0+100 huge", "1+1 small", "1+1 huge");
    }
}

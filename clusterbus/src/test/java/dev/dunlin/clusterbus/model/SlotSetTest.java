// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.clusterbus.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dunlin.clusterbus.testkit.Seeds;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class SlotSetTest {
    @Test
    void givenSlot_whenWritten_thenItsBitCountsFromTheLeastSignificant() {
        byte[] bytes = SlotSet.of(0, 9, 16_383).toBytes();

        assertThat(bytes).hasSize(2048);
        assertThat(bytes[0]).isEqualTo((byte) 1);
        assertThat(bytes[1]).isEqualTo((byte) 2);
        assertThat(bytes[2047]).isEqualTo((byte) 0x80);
    }

    @Test
    void givenAllAndNothing_whenAsked_thenCountsAndRangesAreRight() {
        assertThat(SlotSet.ALL.count()).isEqualTo(Slot.COUNT);
        assertThat(SlotSet.ALL.ranges()).containsExactly(new SlotRange(0, 16_383));
        assertThat(SlotSet.EMPTY.ranges()).isEmpty();
        assertThat(SlotSet.EMPTY.next(0)).isEqualTo(-1);
        assertThat(SlotSet.ALL.complement()).isEqualTo(SlotSet.EMPTY);
        assertThat(SlotSet.of(1, 2, 3, 63, 64, 65, 100)).hasToString("1-3 63-65 100");
    }

    @Test
    void givenSlotThatDoesNotExist_whenAdded_thenItIsRefused() {
        assertThatThrownBy(() -> SlotSet.of(16_384)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> SlotSet.of(-1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new SlotRange(5, 4)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void givenRandomSets_whenComputed_thenTheyAgreeWithBitSet() {
        Seeds.forEach(
                300,
                random -> {
                    BitSet modelA = randomBits(random);
                    BitSet modelB = randomBits(random);
                    SlotSet a = fromModel(modelA);
                    SlotSet b = fromModel(modelB);

                    assertThat(a.count()).isEqualTo(modelA.cardinality());
                    assertThat(SlotSet.fromBytes(a.toBytes())).isEqualTo(a).hasSameHashCodeAs(a);
                    assertThat(fromRanges(a.ranges())).isEqualTo(a);
                    assertThat(slots(a)).isEqualTo(modelA.stream().boxed().toList());
                    assertThat(a.intersects(b)).isEqualTo(modelA.intersects(modelB));
                    assertThat(a.union(b).containsAll(a)).isTrue();

                    var union = copy(modelA);
                    union.or(modelB);
                    assertThat(a.union(b)).isEqualTo(fromModel(union));
                    var both = copy(modelA);
                    both.and(modelB);
                    assertThat(a.intersect(b)).isEqualTo(fromModel(both));
                    var left = copy(modelA);
                    left.andNot(modelB);
                    assertThat(a.minus(b)).isEqualTo(fromModel(left));
                    assertThat(a.toBuilder().removeAll(b).build()).isEqualTo(a.minus(b));
                    assertThat(a.toBuilder().addAll(b).build()).isEqualTo(a.union(b));

                    int slot = random.nextInt(Slot.COUNT);
                    assertThat(a.contains(slot)).isEqualTo(modelA.get(slot));
                    assertThat(a.with(slot).contains(slot)).isTrue();
                    assertThat(a.without(slot).contains(slot)).isFalse();
                });
    }

    private static BitSet randomBits(RandomGenerator random) {
        var bits = new BitSet(Slot.COUNT);
        for (int i = random.nextInt(6); i > 0; i--) {
            int first = random.nextInt(Slot.COUNT);
            bits.set(first, first + 1 + random.nextInt(Slot.COUNT - first));
            int cleared = random.nextInt(Slot.COUNT);
            bits.clear(cleared, Math.min(Slot.COUNT, cleared + random.nextInt(500)));
        }
        return bits;
    }

    private static SlotSet fromModel(BitSet model) {
        var builder = SlotSet.builder();
        model.stream().forEach(builder::add);
        return builder.build();
    }

    private static SlotSet fromRanges(List<SlotRange> ranges) {
        var builder = SlotSet.builder();
        ranges.forEach(builder::add);
        return builder.build();
    }

    private static List<Integer> slots(SlotSet set) {
        var slots = new ArrayList<Integer>();
        set.forEach(slots::add);
        return slots;
    }

    private static BitSet copy(BitSet bits) {
        return (BitSet) bits.clone();
    }
}

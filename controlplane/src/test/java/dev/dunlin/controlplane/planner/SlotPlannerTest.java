// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.controlplane.planner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dunlin.clusterbus.model.NodeId;
import dev.dunlin.clusterbus.model.Slot;
import dev.dunlin.clusterbus.model.SlotRange;
import dev.dunlin.clusterbus.model.SlotSet;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SlotPlannerTest {
    private static final int SEEDS = 400;

    @Test
    void givenAnyLayoutAndWeights_whenRebalanced_thenEveryShardHasItsShareWithFewestMoves() {
        for (long seed = 1; seed <= SEEDS; seed++) {
            var random = new Random(seed);
            var shards = randomShards(random, true);

            var moves = SlotPlanner.rebalance(shards, 0);

            var after = apply(seed, shards, moves);
            double weights = shards.stream().mapToDouble(ShardSlots::weight).sum();
            int fewest = 0;
            for (ShardSlots shard : shards) {
                double share = Slot.COUNT * shard.weight() / weights;
                int count = of(after, shard.primary()).count();
                assertThat((double) count)
                        .as("seed %d: %s has %d, share %.3f", seed, shard.primary(), count, share)
                        .isBetween(Math.floor(share) - 1e-6, Math.ceil(share) + 1e-6);
                fewest += Math.max(0, shard.slots().count() - (int) Math.ceil(share));
            }
            int moved = SlotPlanner.slotCount(moves);
            // Which shards round up is free, so up to one slot per shard may move beyond the bound
            // of all rounding up.
            assertThat(moved).as("seed %d: moved", seed).isBetween(fewest, fewest + shards.size());
            assertThat(moves.size()).as("seed %d: pairs", seed).isLessThan(shards.size());
        }
    }

    @Test
    void givenAPlanCarriedOut_whenRebalancedAgain_thenNothingMoves() {
        for (long seed = 1; seed <= SEEDS; seed++) {
            var shards = randomShards(new Random(seed), true);
            var after = apply(seed, shards, SlotPlanner.rebalance(shards, 0));
            var settled =
                    shards.stream()
                            .map(shard ->
                                    new ShardSlots(
                                            shard.primary(),
                                            of(after, shard.primary()),
                                            shard.weight()))
                            .toList();

            assertThat(SlotPlanner.rebalance(settled, 0)).as("seed %d", seed).isEmpty();
        }
    }

    @Test
    void givenTheSameInputInAnyOrder_whenPlanned_thenThePlanIsTheSame() {
        for (long seed = 1; seed <= 100; seed++) {
            var random = new Random(seed);
            var shards = randomShards(random, true);
            var shuffled = new ArrayList<>(shards);
            Collections.shuffle(shuffled, random);

            assertThat(SlotPlanner.rebalance(shuffled, 0))
                    .as("seed %d", seed)
                    .isEqualTo(SlotPlanner.rebalance(shards, 0));
        }
    }

    @Test
    void givenAnySources_whenResharded_thenExactlySoManySlotsArriveInProportion() {
        for (long seed = 1; seed <= SEEDS; seed++) {
            var random = new Random(seed);
            var shards = new ArrayList<>(randomShards(random, false));
            var target = shards.remove(random.nextInt(shards.size()));
            int available = shards.stream().mapToInt(shard -> shard.slots().count()).sum();
            int count = random.nextInt(available + 1);

            var moves = SlotPlanner.reshard(shards, target, count);

            assertThat(SlotPlanner.slotCount(moves)).as("seed %d", seed).isEqualTo(count);
            var all = new ArrayList<>(shards);
            all.add(target);
            var after = apply(seed, all, moves);
            for (ShardSlots source : shards) {
                int taken = source.slots().count() - of(after, source.primary()).count();
                double share = (double) count * source.slots().count() / available;
                assertThat((double) taken)
                        .as("seed %d: %s", seed, source.primary())
                        .isBetween(Math.floor(share) - 1e-6, Math.ceil(share) + 1e-6);
            }
            assertThat(moves).allMatch(move -> move.target().equals(target.primary()));
        }
    }

    @Test
    void givenThreeEvenShardsAndAnEmptyOne_whenRebalanced_thenWholeRangesMove() {
        var shards =
                List.of(
                        shard(1, new SlotRange(0, 5460)),
                        shard(2, new SlotRange(5461, 10922)),
                        shard(3, new SlotRange(10923, 16383)),
                        new ShardSlots(id(4), SlotSet.EMPTY, 1));

        var moves = SlotPlanner.rebalance(shards, 0.02);

        assertThat(SlotPlanner.slotCount(moves)).isEqualTo(4096);
        assertThat(moves).hasSize(3);
        assertThat(moves).allMatch(move -> move.slots().ranges().size() == 1);
    }

    @Test
    void givenNeighbouringRanges_whenResharded_thenTheTargetsRangeGrowsInsteadOfBreakingUp() {
        var source = shard(1, new SlotRange(0, 999));
        var target = shard(2, new SlotRange(1000, 1999));

        var moves = SlotPlanner.reshard(List.of(source), target, 10);

        assertThat(moves.getFirst().slots()).isEqualTo(SlotSet.of(new SlotRange(990, 999)));
    }

    @Test
    void givenShardsWithinTheThreshold_whenRebalanced_thenNothingMoves() {
        var shards =
                List.of(shard(1, new SlotRange(0, 8250)), shard(2, new SlotRange(8251, 16383)));

        assertThat(SlotPlanner.rebalance(shards, 0.02)).isEmpty();
        assertThat(SlotPlanner.rebalance(shards, 0)).hasSize(1);
    }

    @Test
    void givenAThousandShards_whenRebalanced_thenItTakesLessThanTwoSeconds() {
        var shards = new ArrayList<ShardSlots>();
        for (int i = 0; i < 1000; i++) {
            shards.add(new ShardSlots(id(i), SlotSet.EMPTY, 1));
        }
        shards.set(0, new ShardSlots(id(0), SlotSet.ALL, 1));
        long startNs = System.nanoTime();

        var moves = SlotPlanner.rebalance(shards, 0);

        assertThat(moves).hasSize(999);
        assertThat((System.nanoTime() - startNs) / 1e9).isLessThan(2);
    }

    @Test
    void givenNoWeightAtAll_whenRebalanced_thenItIsRefused() {
        var shards = List.of(new ShardSlots(id(1), SlotSet.ALL, 0));

        assertThatThrownBy(() -> SlotPlanner.rebalance(shards, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("above 0");
    }

    @Test
    void givenTooFewSlots_whenResharded_thenItIsRefused() {
        var source = shard(1, new SlotRange(0, 9));
        var target = new ShardSlots(id(2), SlotSet.EMPTY, 1);

        assertThatThrownBy(() -> SlotPlanner.reshard(List.of(source), target, 11))
                .hasMessageContaining("own 10 slots, fewer than 11");
    }

    /// Carries moves out, checking that each slot is where the move says.
    private static Map<NodeId, SlotSet> apply(
            long seed, List<ShardSlots> shards, List<SlotMove> moves) {
        var owned = new HashMap<NodeId, SlotSet>();
        shards.forEach(shard -> owned.put(shard.primary(), shard.slots()));
        for (SlotMove move : moves) {
            assertThat(move.slots().isEmpty()).as("seed %d: empty move", seed).isFalse();
            assertThat(of(owned, move.source()).containsAll(move.slots()))
                    .as("seed %d: %s owns what it gives", seed, move.source())
                    .isTrue();
            owned.put(move.source(), of(owned, move.source()).minus(move.slots()));
            owned.put(move.target(), of(owned, move.target()).union(move.slots()));
        }
        return owned;
    }

    private static SlotSet of(Map<NodeId, SlotSet> owned, NodeId shard) {
        return owned.getOrDefault(shard, SlotSet.EMPTY);
    }

    private static List<ShardSlots> randomShards(Random random, boolean weighted) {
        int count = 2 + random.nextInt(10);
        var slots = new ArrayList<SlotSet.Builder>();
        for (int i = 0; i < count; i++) {
            slots.add(SlotSet.builder());
        }
        int slot = 0;
        while (slot < Slot.COUNT) {
            int last = Math.min(Slot.COUNT - 1, slot + random.nextInt(3000));
            slots.get(random.nextInt(count)).add(new SlotRange(slot, last));
            slot = last + 1;
        }
        var shards = new ArrayList<ShardSlots>();
        for (int i = 0; i < count; i++) {
            double weight = weighted ? random.nextInt(4) : 1;
            shards.add(new ShardSlots(id(i), slots.get(i).build(), i == 0 ? 1 : weight));
        }
        return shards;
    }

    private static ShardSlots shard(int number, SlotRange range) {
        return new ShardSlots(id(number), SlotSet.of(range), 1);
    }

    private static NodeId id(int number) {
        return new NodeId(String.format("%040x", number));
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.controlplane.planner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dunlin.clusterbus.model.Slot;
import dev.dunlin.clusterbus.model.SlotSet;
import dev.dunlin.controlplane.topology.HostPort;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PlacementPlannerTest {
    @Test
    void givenThreeHostsWithTwoNodesEach_whenPlaced_thenNoShardSharesAHost() {
        var nodes = new ArrayList<HostPort>();
        for (String host : List.of("a", "b", "c")) {
            nodes.add(new HostPort(host, 1));
            nodes.add(new HostPort(host, 2));
        }

        var placement = PlacementPlanner.place(nodes, 1);

        assertThat(placement.warnings()).isEmpty();
        assertThat(placement.shards())
                .allMatch(shard ->
                        !shard.replicas().getFirst().host().equals(shard.primary().host()));
    }

    @Test
    void givenAnyNodes_whenPlaced_thenEveryNodeAndEverySlotIsUsedOnce() {
        for (long seed = 1; seed <= 200; seed++) {
            var random = new Random(seed);
            int replicas = random.nextInt(3);
            int count = 3 * (replicas + 1) + random.nextInt(10);
            var nodes = new ArrayList<HostPort>();
            for (int i = 0; i < count; i++) {
                nodes.add(new HostPort("host" + random.nextInt(4), 1000 + i));
            }

            var placement = PlacementPlanner.place(nodes, replicas);

            var used = new ArrayList<HostPort>();
            var slots = SlotSet.EMPTY;
            for (var shard : placement.shards()) {
                used.add(shard.primary());
                used.addAll(shard.replicas());
                assertThat(shard.replicas().size())
                        .as("seed %d", seed)
                        .isGreaterThanOrEqualTo(replicas);
                assertThat(slots.intersects(SlotSet.of(shard.slots()))).isFalse();
                slots = slots.union(SlotSet.of(shard.slots()));
                assertThat(shard.slots().count())
                        .isBetween(
                                Slot.COUNT / placement.shards().size(),
                                Slot.COUNT / placement.shards().size() + 1);
            }
            assertThat(new HashSet<>(used)).as("seed %d", seed).hasSize(nodes.size());
            assertThat(used).as("seed %d", seed).containsExactlyInAnyOrderElementsOf(nodes);
            assertThat(slots).isEqualTo(SlotSet.ALL);
        }
    }

    @Test
    void givenTooFewNodes_whenPlaced_thenItSaysHowManyPrimariesThatMakes() {
        var nodes = List.of(new HostPort("a", 1), new HostPort("a", 2), new HostPort("a", 3));

        assertThatThrownBy(() -> PlacementPlanner.place(nodes, 1))
                .hasMessageContaining("3 nodes with 1 replicas each make 1 primaries");
    }

    @Test
    void givenTheSameNodeTwice_whenPlaced_thenItIsRefused() {
        var node = new HostPort("a", 1);

        assertThatThrownBy(() -> PlacementPlanner.place(List.of(node, node, node), 0))
                .hasMessageContaining("named twice");
    }
}

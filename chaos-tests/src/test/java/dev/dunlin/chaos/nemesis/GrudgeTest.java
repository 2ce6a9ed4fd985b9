// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.chaos.nemesis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dunlin.chaos.cluster.Link;
import java.util.List;
import org.junit.jupiter.api.Test;

class GrudgeTest {
    private static final List<String> ISLAND = List.of("n1", "A");
    private static final List<String> REST = List.of("n2", "B");

    @Test
    void givenAnIsland_whenIsolated_thenEveryWireAcrossIsCutBothWaysAndNoneInside() {
        assertThat(Grudge.isolate(ISLAND, REST))
                .hasSize(8)
                .contains(new Link("n1", "n2"), new Link("n2", "n1"), new Link("B", "A"))
                .doesNotContain(new Link("n1", "A"), new Link("n2", "B"));
    }

    @Test
    void givenOneWayCuts_whenDeafOrMute_thenOnlyThatDirectionIsCut() {
        assertThat(Grudge.deaf(List.of("n1"), List.of("n2"))).containsExactly(new Link("n2", "n1"));
        assertThat(Grudge.mute(List.of("n1"), List.of("n2"))).containsExactly(new Link("n1", "n2"));
    }
}

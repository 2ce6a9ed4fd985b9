// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.controlplane.nodeclient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dunlin.clusterbus.model.OpenSlot;
import dev.dunlin.controlplane.topology.HostPort;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ClusterNodesParserTest {
    /// Redis 7.0.15, in the middle of a move; ids shortened to letters for reading.
    private static final String VIEW =
            """
            aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa 127.0.0.1:7001@17001 myself,master - 0 1763822000000 1 connected 0-5460 7000 [93->-bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb] [77-<-bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb]
            bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb 127.0.0.1:7002@17002,node2.example master,fail - 1763822000000 1763822000000 2 disconnected 5461-6999
            cccccccccccccccccccccccccccccccccccccccc ::1:7003@17003,,shard-id=1,tls-port=0 slave,fail? aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa 0 1 1 connected
            dddddddddddddddddddddddddddddddddddddddd :0@0 master,noaddr,somethingnew - 0 0 0 disconnected
            """;

    @Test
    void givenARealView_whenParsed_thenEveryFieldIsRead() {
        var nodes = ClusterNodesParser.parse(VIEW);

        assertThat(nodes).hasSize(4);
        var self = nodes.get(0);
        assertThat(self.flags().isMyself()).isTrue();
        assertThat(self.address()).isEqualTo(new HostPort("127.0.0.1", 7001));
        assertThat(self.busPort()).isEqualTo(17001);
        assertThat(self.slots()).hasToString("0-5460 7000");
        assertThat(self.openSlots())
                .containsExactly(
                        new OpenSlot.Migrating(93, nodes.get(1).id()),
                        new OpenSlot.Importing(77, nodes.get(1).id()));
        assertThat(nodes.get(1).flags().isFailed()).isTrue();
        assertThat(nodes.get(1).connected()).isFalse();
        assertThat(nodes.get(1).isUsable()).isFalse();
        assertThat(nodes.get(2).address()).isEqualTo(new HostPort("::1", 7003));
        assertThat(nodes.get(2).primary()).isEqualTo(self.id());
        assertThat(nodes.get(2).flags().isSuspected()).isTrue();
        assertThat(nodes.get(3).address()).isNull();
    }

    @Test
    void givenLinesThatAreNone_whenParsed_thenTheLineIsNamed() {
        String id = "a".repeat(40);
        for (String line :
                new String[] {
                    "hello",
                    "x 1:1@1 master - 0 0 0 connected",
                    id + " 1.2.3.4:1@x master - 0 0 0 connected",
                    id + " 1.2.3.4:1@2 master nonsense 0 0 0 connected",
                    id + " 1.2.3.4:1@2 master - 0 0 zero connected",
                    id + " 1.2.3.4:1@2 master - 0 0 0 connected 5-1",
                    id + " 1.2.3.4:1@2 master - 0 0 0 connected 0-16384",
                    id + " 1.2.3.4:1@2 master - 0 0 0 connected [5->-short]",
                    id + " 1.2.3.4:1@2 master - 0 0 0 connected [99999->-" + id + "]"
                }) {
            assertThatThrownBy(() -> ClusterNodesParser.parse(line))
                    .as(line)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("not a line of CLUSTER NODES");
        }
    }

    @Test
    void givenGarbage_whenParsed_thenItIsRefusedOrReadButNeverBreaks() {
        for (long seed = 1; seed <= 2_000; seed++) {
            var random = new Random(seed);
            var text = new StringBuilder(VIEW);
            for (int i = 0; i < 1 + random.nextInt(5); i++) {
                text.setCharAt(random.nextInt(text.length()), (char) (32 + random.nextInt(96)));
            }
            try {
                assertThat(ClusterNodesParser.parse(text.toString())).isNotNull();
            } catch (IllegalArgumentException e) {
                assertThat(e).as("seed %d", seed).hasMessageContaining("CLUSTER NODES");
            }
        }
    }
}

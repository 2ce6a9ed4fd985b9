// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.chaos.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class NodeLineTest {
    @Test
    void givenClusterNodesOfRedis7_whenParsed_thenRolesEpochsAndSlotsAreRead() {
        List<NodeLine> lines =
                NodeLine.parse(
                        """
                        07c37dfeb235213a872192d90877d0cd55635b91 127.0.0.1:30004@31004,host4 slave e7d1eecce10fd6bb5eb35b9f99a514335d9ba9ca 0 1426238317239 4 connected
                        67ed2db8d677e59ec4a4cefb06858cf2a1a89fa1 127.0.0.1:30002@31002 master,fail? - 0 1426238316232 2 disconnected 5461-10922
                        e7d1eecce10fd6bb5eb35b9f99a514335d9ba9ca 127.0.0.1:30001@31001 myself,master - 0 0 1 connected 0-5460 7000 [7001->-67ed2db8d677e59ec4a4cefb06858cf2a1a89fa1]
                        """);

        assertThat(lines).hasSize(3);
        assertThat(lines.get(0).isPrimary()).isFalse();
        assertThat(lines.get(0).port()).isEqualTo(30004);
        assertThat(lines.get(0).primaryId()).startsWith("e7d1");
        assertThat(lines.get(1).isHealthy()).isFalse();
        assertThat(lines.get(1).connected()).isFalse();
        assertThat(lines.get(2).isMyself()).isTrue();
        assertThat(lines.get(2).configEpoch()).isEqualTo(1);
        assertThat(lines.get(2).slots()).isEqualTo(5462);
    }

    @Test
    void givenATruncatedLine_whenParsed_thenItIsRefused() {
        assertThatThrownBy(() -> NodeLine.parse("07c3 127.0.0.1:1@2 master - 0"))
                .isInstanceOf(IllegalArgumentException.class);
    }
}

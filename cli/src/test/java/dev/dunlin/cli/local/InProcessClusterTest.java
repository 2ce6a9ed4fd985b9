// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.cli.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `clusterctl up --in-process`: all nodes in one process of ours.
class InProcessClusterTest {
    @TempDir Path temp;

    @Test
    void givenOneProcess_whenItGrowsFailsOverShrinksAndRestarts_thenItIsAClusterLikeAnyOther()
            throws Exception {
        var cluster = new TestCluster(temp, DunlinNode.program(temp), "--in-process");
        try {
            cluster.up();
            assertThat(cluster.state().nodeProcesses()).hasSize(1);
            String primary = cluster.primaries().getFirst();
            try (var load = new WriteLoad(cluster.port(0))) {
                load.awaitWrites(200);
                String added = cluster.addNode();
                cluster.ok("reshard", "--to", added, "--count", "100", "--yes");
                cluster.ok("failover", primary, "--yes");
                load.awaitWrites(200);
                cluster.ok("remove-node", added, "--yes");
                load.awaitWrites(200);
                load.stop();
                assertThat(load.failures()).isEmpty();
                assertThat(load.lostOrWrong()).isEmpty();
            }
            assertThat(cluster.roleOf(primary)).isEqualTo("replica");
            String before = cluster.status().get("nodes").findValuesAsText("id").toString();

            cluster.ok("down");
            cluster.up();

            assertThat(cluster.status().get("nodes").findValuesAsText("id").toString())
                    .isEqualTo(before);
        } finally {
            cluster.wipe();
        }
    }
}

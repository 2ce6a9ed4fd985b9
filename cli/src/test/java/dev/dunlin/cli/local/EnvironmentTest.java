// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.cli.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dunlin.cli.CliException;
import dev.dunlin.cli.Environment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EnvironmentTest {
    @TempDir Path temp;

    @Test
    void givenAProject_whenAskedFromBelow_thenTheClusterIsAtItsRoot() throws Exception {
        Path below = Files.createDirectories(temp.resolve("a/b"));
        Files.createDirectories(temp.resolve(".git"));

        var directory = new Environment(below, temp, Map.of()).clusterDirectory();

        assertThat(directory).isEqualTo(temp.resolve(".dunlin/cluster"));
    }

    @Test
    void givenAClusterFurtherUp_whenAsked_thenThatOneIsMeant() throws Exception {
        Path below = Files.createDirectories(temp.resolve("a/b"));
        Files.createDirectories(temp.resolve("a/.dunlin/cluster"));
        Files.createDirectories(temp.resolve("a/b/.git"));

        assertThat(new Environment(below, temp, Map.of()).clusterDirectory())
                .isEqualTo(temp.resolve("a/.dunlin/cluster"));
        assertThat(new Environment(below, temp, Map.of("DUNLIN_DIR", "x")).clusterDirectory())
                .isEqualTo(below.resolve("x"));
    }

    @Test
    void givenStateWithGarbage_whenLoaded_thenTheErrorNamesTheFile() throws Exception {
        Files.writeString(temp.resolve("cluster.json"), "{ nonsense");

        assertThatThrownBy(() -> new ClusterDirectory(temp).load())
                .isInstanceOf(CliException.class)
                .hasMessageContaining("cluster.json cannot be read");
    }

    @Test
    void givenAHeldLock_whenLockedAgain_thenItIsRefused() {
        var directory = new ClusterDirectory(temp);
        try (var _ = directory.lock()) {
            assertThatThrownBy(directory::lock)
                    .isInstanceOf(CliException.class)
                    .hasMessageContaining("another clusterctl");
        }
    }

    @Test
    void givenADirectoryWithoutCluster_whenWiped_thenNothingIsDeleted() throws Exception {
        Path precious = Files.writeString(temp.resolve("precious"), "x");

        assertThatThrownBy(() -> new ClusterDirectory(temp).wipe())
                .hasMessageContaining("there is no cluster");

        assertThat(precious).exists();
    }

    @Test
    void givenImpossibleNumbers_whenPlanned_thenTheyAreRefused() {
        assertThatThrownBy(() -> LocalCluster.plan(2, 1, 7001, 7000, 5000, false))
                .hasMessageContaining("at least 3 shards");
        assertThatThrownBy(() -> LocalCluster.plan(3, 1, 60_000, 7000, 5000, false))
                .hasMessageContaining("--port-base");
        assertThatThrownBy(() -> LocalCluster.plan(3, 1, 7001, 7002, 5000, false))
                .hasMessageContaining("--control-port");
    }
}

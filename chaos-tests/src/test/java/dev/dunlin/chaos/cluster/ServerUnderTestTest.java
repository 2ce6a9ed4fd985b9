// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.chaos.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ServerUnderTestTest {
    @Test
    void givenDirectives_whenTheCommandIsBuilt_thenTheyComeLastAndWin() {
        var settings = new ClusterSettings(3, 1, 1500, Map.of("appendonly", "yes"));

        List<String> command =
                ServerUnderTest.dunlin(Path.of("/opt/dunlin-node"))
                        .command("127.0.0.1", 7001, Path.of("/data"), settings);

        assertThat(command).startsWith("/opt/dunlin-node", "--port", "7001", "--bind", "127.0.0.1");
        assertThat(command).containsSequence("--cluster-node-timeout", "1500");
        assertThat(command).endsWith("--appendonly", "yes");
    }

    @Test
    void givenAPathThatIsNoExecutable_whenParsed_thenThereIsNoServer() {
        assertThat(ServerUnderTest.parse("/does/not/exist")).isEmpty();
        assertThat(ServerUnderTest.parse("/tmp")).isEmpty();
    }

    @Test
    void givenImpossibleSettings_whenCreated_thenTheyAreRefused() {
        assertThatThrownBy(() -> new ClusterSettings(2, 1, 1000, Map.of()))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new ClusterSettings(3, 1, 10, Map.of()))
                .isInstanceOf(IllegalArgumentException.class);
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.controlplane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class MainTest {
    @Test
    void givenOnlyADirectory_whenParsed_thenItListensOnLoopback() {
        var options = Main.parse("--data-dir", "/tmp/x");

        assertThat(options.listen().getHostString()).isEqualTo("127.0.0.1");
        assertThat(options.listen().getPort()).isEqualTo(7000);
        assertThat(options.seeds()).isEmpty();
    }

    @Test
    void givenSeeds_whenParsed_thenAllAreThere() {
        var options = Main.parse("--data-dir", "/x", "--seeds", "a:1,[::1]:2");

        assertThat(options.seeds()).hasSize(2);
        assertThat(options.seeds().get(1).host()).isEqualTo("::1");
    }

    @Test
    void givenMistakes_whenParsed_thenTheOptionIsNamed() {
        assertThatThrownBy(() -> Main.parse()).hasMessageContaining("--data-dir is missing");
        assertThatThrownBy(() -> Main.parse("--data-dir")).hasMessageContaining("needs a value");
        assertThatThrownBy(() -> Main.parse("--wat", "1")).hasMessageContaining("--wat");
        assertThatThrownBy(() -> Main.parse("--data-dir", "x", "--listen", "7000"))
                .hasMessageContaining("--listen");
        assertThatThrownBy(() -> Main.parse("--data-dir", "x", "--seeds", "a,b"))
                .hasMessageContaining("--seeds");
    }
}

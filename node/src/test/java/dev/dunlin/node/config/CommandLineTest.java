// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.InputStream;
import java.util.List;
import org.junit.jupiter.api.Test;

class CommandLineTest {
    @Test
    void givenSavePoints_whenTheyAreOneWordOrSeveral_thenTheyAreTheSame() throws Exception {
        List<SavePoint> expected = List.of(new SavePoint(1, 1000), new SavePoint(60, 2));

        assertThat(save("--save", "1 1000 60 2")).isEqualTo(expected);
        assertThat(save("--save", "1", "1000", "60", "2")).isEqualTo(expected);
        assertThat(save("--save", "1 1000", "--save", "60 2")).isEqualTo(expected);
        assertThat(save("--save 1 1000", "--save", "60", "2")).isEqualTo(expected);
        assertThat(save("--save", "")).isEmpty();
    }

    @Test
    void givenAnOddNumberOfWords_whenStarted_thenItIsRefused() {
        assertThatThrownBy(() -> save("--save", "1 1000 60"))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("Invalid save parameters");
    }

    private static List<SavePoint> save(String... arguments) throws ConfigException {
        return CommandLine.parse(List.of(arguments), InputStream.nullInputStream())
                .settings()
                .get(Directives.SAVE);
    }
}

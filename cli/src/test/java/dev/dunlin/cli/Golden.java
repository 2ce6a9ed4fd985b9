// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// Expected output, kept in files. `-Dgolden.rewrite=true` writes them anew; then read the diff.
public final class Golden {
    private static final Path DIRECTORY = Path.of("src/test/resources/golden");

    private Golden() {}

    /// Compares `text` with the golden file `name`.
    public static void assertMatches(String name, String text) throws IOException {
        Path file = DIRECTORY.resolve(name);
        if (Boolean.getBoolean("golden.rewrite")) {
            Files.createDirectories(DIRECTORY);
            Files.writeString(file, text);
            return;
        }
        assertThat(text)
                .as("golden file %s (-Dgolden.rewrite=true)", file)
                .isEqualTo(Files.readString(file));
    }
}

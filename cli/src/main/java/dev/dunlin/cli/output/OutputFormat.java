// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.cli.output;

import java.util.Locale;

/// What `-o` takes.
public enum OutputFormat {
    TABLE,
    JSON,
    YAML;

    /// {@return the name as it is typed}
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.benchmarks.run;

import java.util.Locale;
import java.util.Map;

/// What a server comes back from.
public enum LoadedFile {
    /// The RDB file that it wrote itself.
    RDB(false),
    /// The RDB file of the first server, for all.
    SAME_RDB(false),
    /// An append-only file of one SET for each key.
    AOF(true);

    private final boolean appends;

    LoadedFile(boolean appends) {
        this.appends = appends;
    }

    /// {@return the name in tables}
    public String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    boolean appends() {
        return appends;
    }

    Map<String, String> directives() {
        return appends
                ? Map.of(
                        "appendonly",
                        "yes",
                        "appendfsync",
                        "no",
                        "auto-aof-rewrite-percentage",
                        "0")
                : Map.of();
    }
}

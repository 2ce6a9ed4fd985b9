// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.benchmarks.run;

import java.util.Locale;
import java.util.Map;

/// What a server does with all its data while it goes on serving.
public enum BackgroundWork {
    /// Writing an RDB file.
    BGSAVE("rdb_bgsave_in_progress", "rdb_last_bgsave_status", Map.of()),
    /// Writing a new append-only file.
    BGREWRITEAOF(
            "aof_rewrite_in_progress",
            "aof_last_bgrewrite_status",
            Map.of(
                    "appendonly",
                    "yes",
                    "appendfsync",
                    "everysec",
                    "auto-aof-rewrite-percentage",
                    "0"));

    private final String field;
    private final String statusField;

    @SuppressWarnings("ImmutableEnumChecker") // Made by Map.of.
    private final Map<String, String> directives;

    BackgroundWork(String field, String statusField, Map<String, String> directives) {
        this.field = field;
        this.statusField = statusField;
        this.directives = directives;
    }

    /// {@return the name in tables}
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /// {@return the field of INFO persistence that is 1 while it goes on}
    String field() {
        return field;
    }

    /// {@return the field of INFO persistence that is `ok` when the last one succeeded}
    String statusField() {
        return statusField;
    }

    Map<String, String> directives() {
        return directives;
    }
}

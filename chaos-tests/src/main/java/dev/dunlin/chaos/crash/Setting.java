// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.chaos.crash;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// A way to keep data on disk, and what it promises.
public enum Setting {
    /// Every write is on disk before it is acknowledged.
    ALWAYS(
            "appendfsync always",
            Promise.NOTHING_LOST,
            Background.NONE,
            List.of("appendonly", "yes", "appendfsync", "always", "save", "")),
    /// At most the last second.
    EVERYSEC(
            "appendfsync everysec",
            Promise.ONE_SECOND,
            Background.NONE,
            List.of("appendonly", "yes", "appendfsync", "everysec", "save", "")),
    /// What the kernel has it keeps.
    NO(
            "appendfsync no",
            Promise.KERNEL_HAS_IT,
            Background.NONE,
            List.of("appendonly", "yes", "appendfsync", "no", "save", "")),
    /// Snapshots only; one is often being made at the crash.
    RDB(
            "save points, BGSAVE under way",
            Promise.SINCE_LAST_SAVE,
            Background.SAVE,
            List.of("appendonly", "no", "save", "1 1000")),
    /// A rewrite of the append-only file is often under way at the crash.
    REWRITE(
            "appendfsync always, BGREWRITEAOF under way",
            Promise.NOTHING_LOST,
            Background.REWRITE,
            List.of(
                    "appendonly",
                    "yes",
                    "appendfsync",
                    "always",
                    "save",
                    "",
                    "auto-aof-rewrite-percentage",
                    "0"));

    /// What must be there after a crash.
    public enum Promise {
        /// Every acknowledged write.
        NOTHING_LOST("nothing acknowledged is lost"),
        /// Every write that was acknowledged more than a second before.
        ONE_SECOND("at most the last second is lost"),
        /// As [#ONE_SECOND] when the process dies; anything may be gone when the machine does.
        KERNEL_HAS_IT("at most the last second is lost when the process dies"),
        /// Everything acknowledged before the last complete save began.
        SINCE_LAST_SAVE("nothing from before the last complete save is lost");

        private final String text;

        Promise(String text) {
            this.text = text;
        }

        /// {@return it in words}
        public String text() {
            return text;
        }
    }

    /// What goes on beside the writes.
    enum Background {
        NONE("", ""),
        SAVE("BGSAVE", "rdb_bgsave_in_progress"),
        REWRITE("BGREWRITEAOF", "aof_rewrite_in_progress");

        private final String command;
        private final String field;

        Background(String command, String field) {
            this.command = command;
            this.field = field;
        }

        String command() {
            return command;
        }

        /// {@return the field of INFO persistence that is 1 while it runs}
        String field() {
            return field;
        }
    }

    private final String story;
    private final Promise promise;
    private final Background background;

    @SuppressWarnings("ImmutableEnumChecker") // Made by List.of.
    private final List<String> directives;

    Setting(String story, Promise promise, Background background, List<String> directives) {
        this.story = story;
        this.promise = promise;
        this.background = background;
        this.directives = directives;
    }

    /// {@return the setting of this name; empty when there is none}
    public static Optional<Setting> named(String name) {
        return Arrays.stream(values()).filter(each -> each.label().equals(name)).findFirst();
    }

    /// {@return its name on the command line}
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /// {@return what it is, in words}
    public String story() {
        return story;
    }

    /// {@return what it promises}
    public Promise promise() {
        return promise;
    }

    Background background() {
        return background;
    }

    /// {@return whether there is an append-only file}
    boolean appends() {
        return this != RDB;
    }

    /// {@return redis.conf directives in order}
    Map<String, String> directives() {
        Map<String, String> map = new LinkedHashMap<>();
        for (int index = 0; index < directives.size(); index += 2) {
            map.put(directives.get(index), directives.get(index + 1));
        }
        return map;
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.chaos.crash;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/// How a node dies.
public enum Crash {
    /// Its process is killed; what it gave to the kernel stays.
    KILL("kill -9"),
    /// Killed while it wrote: half an operation that was never acknowledged stands at the end of the append-only file.
    TORN("kill -9 and a torn last write"),
    /// The machine loses power: what was not synced is gone. Needs root, a loop device and ext4.
    POWER("power cut");

    private final String story;

    Crash(String story) {
        this.story = story;
    }

    /// {@return the crash of this name; empty when there is none}
    public static Optional<Crash> named(String name) {
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
}

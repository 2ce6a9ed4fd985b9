// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.chaos.crash;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/// What happens to the disk under a node.
public enum DiskFault {
    /// No byte is left; later there is room again.
    FULL("full, then there is room again", true, true),
    /// The file system turns read-only, as it does on an error; it takes a new mount and a new start to repair it.
    READ_ONLY("turns read-only, is mounted anew", true, false),
    /// Writes and syncs hang for three seconds.
    STALL("hangs for three seconds", false, true);

    private final String story;
    private final boolean refuses;
    private final boolean heals;

    DiskFault(String story, boolean refuses, boolean heals) {
        this.story = story;
        this.refuses = refuses;
        this.heals = heals;
    }

    /// {@return the fault of this name; empty when there is none}
    public static Optional<DiskFault> named(String name) {
        return Arrays.stream(values()).filter(each -> each.label().equals(name)).findFirst();
    }

    /// {@return its name on the command line}
    public String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /// {@return what it is, in words}
    public String story() {
        return story;
    }

    /// {@return whether writes must be refused meanwhile}
    boolean refuses() {
        return refuses;
    }

    /// {@return whether the node must go on by itself afterwards}
    boolean heals() {
        return heals;
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.persistence.aof;

import java.util.Locale;

/// `appendfsync`: when what was written is made to outlast a loss of power.
public enum FsyncPolicy {
    /// Before anybody hears of it.
    ALWAYS,
    /// About once a second, in the background.
    EVERYSEC,
    /// When the system likes.
    NO;

    /// {@return the policy that a setting names}
    public static FsyncPolicy of(String word) {
        return valueOf(word.toUpperCase(Locale.ROOT));
    }
}

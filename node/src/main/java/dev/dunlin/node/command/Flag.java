// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import java.util.Locale;

/// What a command declares about itself; the names are those that COMMAND prints.
public enum Flag {
    WRITE,
    READONLY,
    DENYOOM,
    ADMIN,
    PUBSUB,
    NOSCRIPT,
    BLOCKING,
    LOADING,
    STALE,
    SKIP_MONITOR,
    SKIP_SLOWLOG,
    ASKING,
    FAST,
    NO_AUTH,
    /// Reads, and may leave something in the log all the same. Redis does not print it.
    MAY_REPLICATE,
    NO_MANDATORY_KEYS,
    NO_ASYNC_LOADING,
    NO_MULTI,
    MOVABLEKEYS,
    ALLOW_BUSY;

    /// {@return the name as COMMAND prints it}
    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }

    @SuppressWarnings("EnumOrdinal") // A bit in a set of this process; never stored or sent.
    int bit() {
        return 1 << ordinal();
    }
}

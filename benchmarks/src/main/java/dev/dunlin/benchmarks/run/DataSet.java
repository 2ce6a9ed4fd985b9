// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.benchmarks.run;

import dev.dunlin.benchmarks.load.Command;
import java.util.Locale;

/// Data whose memory is measured.
public enum DataSet {
    /// Strings of 32 bytes under keys of 16.
    STRINGS(Command.SET, 1, false, 16 + 32),
    /// Hashes of ten fields (`field0`...) with values of 3 bytes, under keys of 16.
    HASHES(Command.HSET, 10, false, 16 + 10 * (6 + 3)),
    /// Sets of ten members of 7 bytes, under keys of 16.
    SETS(Command.FILL_SETS, 10, false, 16 + 10 * 7),
    /// One list of elements of 3 bytes.
    LIST(Command.FILL_LRANGE, 1, true, 3),
    /// One sorted set of members of 16 bytes, each with a score of its own.
    SORTED_SET(Command.ZADD, 1, true, 16 + 8),
    /// One stream of entries with one field of 5 and a value of 3 bytes.
    STREAM(Command.FILL_STREAM, 1, true, 5 + 3);

    private final Command loader;
    private final int requestsPerItem;
    private final boolean oneKey;
    private final int payloadBytes;

    DataSet(Command loader, int requestsPerItem, boolean oneKey, int payloadBytes) {
        this.loader = loader;
        this.requestsPerItem = requestsPerItem;
        this.oneKey = oneKey;
        this.payloadBytes = payloadBytes;
    }

    Command loader() {
        return loader;
    }

    /// {@return requests that make one item}
    int requestsPerItem() {
        return requestsPerItem;
    }

    /// {@return bytes of each value that is sent}
    int valueBytes() {
        return this == STRINGS ? 32 : 3;
    }

    /// {@return keys that there are in the end}
    long keys(long items) {
        return oneKey ? 1 : items;
    }

    /// {@return bytes of one item that somebody asked to keep}
    public int payloadBytes() {
        return payloadBytes;
    }

    /// {@return the name in tables}
    public String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
}

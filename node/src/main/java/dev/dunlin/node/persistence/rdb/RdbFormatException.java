// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.persistence.rdb;

import java.io.IOException;

/// The bytes are not what an RDB file or DUMP payload may hold, or more than the limits allow.
///
/// This, and the failures of the source itself, is all that reading throws, whatever the input.
public final class RdbFormatException extends IOException {
    private final long offset;
    private final String reason;

    RdbFormatException(long offset, String reason) {
        super("at byte " + offset + ": " + reason);
        this.offset = offset;
        this.reason = reason;
    }

    /// {@return how many bytes had been taken from the source when the defect was seen}
    public long offset() {
        return offset;
    }

    /// {@return what is wrong, in a few words}
    public String reason() {
        return reason;
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.persistence.aof;

import java.io.IOException;

/// A file of commands holds something that is no command: not the traces of an interrupted write, but damage.
public final class AofFormatException extends IOException {
    private static final long serialVersionUID = 1L;

    private final long offset;

    AofFormatException(long offset, String reason) {
        super(reason);
        this.offset = offset;
    }

    /// {@return where in the file it was seen, in bytes}
    public long offset() {
        return offset;
    }

    /// {@return what is wrong, in a few words}
    public String reason() {
        return String.valueOf(getMessage());
    }
}

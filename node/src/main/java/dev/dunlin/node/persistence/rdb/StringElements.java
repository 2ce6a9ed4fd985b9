// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.persistence.rdb;

import java.io.IOException;

/// Elements that are strings of the file, one after the other.
final class StringElements implements Elements {
    private static final byte[] NO_BYTES = {};

    private final RdbDecoder decoder;
    private final long count;
    private long left;
    private byte[] element = NO_BYTES;

    StringElements(RdbDecoder decoder, long count) {
        this.decoder = decoder;
        this.count = count;
        this.left = count;
    }

    @Override
    public long count() {
        return count;
    }

    @Override
    public boolean next() throws IOException {
        if (left == 0) {
            return false;
        }
        left--;
        element = decoder.readString();
        return true;
    }

    @Override
    public byte[] element() {
        return element;
    }
}

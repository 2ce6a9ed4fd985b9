// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.persistence.rdb;

import java.io.IOException;

/// The elements of a list that is stored as a row of nodes: packed blobs or, when big, single elements.
final class QuicklistElements implements Elements {
    private static final int PLAIN = 1;
    private static final int PACKED = 2;
    private static final byte[] NO_BYTES = {};

    private final RdbDecoder decoder;

    /// Nodes are listpacks or plain; otherwise ziplists.
    private final boolean withContainers;

    private long nodesLeft;

    /// Empty between nodes.
    private Elements node;

    QuicklistElements(RdbDecoder decoder, long nodes, boolean withContainers) {
        this.decoder = decoder;
        this.withContainers = withContainers;
        this.nodesLeft = nodes;
        this.node = new StringElements(decoder, 0);
    }

    @Override
    public long count() {
        return COUNT_UNKNOWN;
    }

    @Override
    public boolean next() throws IOException {
        while (!node.next()) {
            if (nodesLeft == 0) {
                return false;
            }
            nodesLeft--;
            node = readNode();
        }
        return true;
    }

    @Override
    public byte[] element() {
        return node.element();
    }

    private Elements readNode() throws IOException {
        if (!withContainers) {
            return ZiplistElements.of(decoder.readString(), decoder);
        }
        long container = decoder.readNumber();
        if (container == PLAIN) {
            return new Single(decoder.readString());
        }
        if (container == PACKED) {
            return ListpackElements.of(decoder.readString(), decoder);
        }
        throw decoder.corrupt("list node of container type " + Long.toUnsignedString(container));
    }

    /// A node that is one element.
    private static final class Single implements Elements {
        private byte[] element;
        private boolean taken;

        Single(byte[] element) {
            this.element = element;
        }

        @Override
        public long count() {
            return 1;
        }

        @Override
        public boolean next() {
            if (taken) {
                element = NO_BYTES;
                return false;
            }
            taken = true;
            return true;
        }

        @Override
        public byte[] element() {
            return element;
        }
    }
}

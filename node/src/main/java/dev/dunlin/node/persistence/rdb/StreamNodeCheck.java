// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.persistence.rdb;

/// Whether a listpack is a node of a stream; for the layout see [dev.dunlin.node.value.StreamNode]. Who walks a node that passed can rely on it.
final class StreamNodeCheck {
    private static final int DELETED_FLAG = 1;
    private static final int SAME_FIELDS_FLAG = 2;

    private final RdbDecoder decoder;

    StreamNodeCheck(RdbDecoder decoder) {
        this.decoder = decoder;
    }

    /// {@return how many entries of the node are not deleted}
    long liveEntries(byte[] listpack) throws RdbFormatException {
        ListpackElements elements = ListpackElements.of(listpack, decoder);
        long left = elements.count();
        if (left == 0) {
            throw decoder.corrupt("stream: an empty node");
        }
        long live = number(elements);
        long deleted = number(elements);
        long masterFields = number(elements);
        left -= 3;
        if (masterFields < 0 || masterFields > left - 1) {
            throw decoder.corrupt("stream: a node with " + masterFields + " fields");
        }
        skip(elements, masterFields);
        if (number(elements) != 0) {
            throw decoder.corrupt("stream: a master entry without end");
        }
        left -= masterFields + 1;
        long liveFound = 0;
        long deletedFound = 0;
        while (left > 0) {
            long flags = number(elements);
            number(elements);
            number(elements);
            long size;
            if ((flags & SAME_FIELDS_FLAG) != 0) {
                size = masterFields + 3;
                skip(elements, masterFields);
            } else {
                long fields = number(elements);
                if (fields < 0 || fields > left / 2) {
                    throw decoder.corrupt("stream: an entry with " + fields + " fields");
                }
                size = 2 * fields + 4;
                skip(elements, 2 * fields);
            }
            if (number(elements) != size) {
                throw decoder.corrupt("stream: an entry with a wrong size");
            }
            left -= size + 1;
            if ((flags & DELETED_FLAG) != 0) {
                deletedFound++;
            } else {
                liveFound++;
            }
        }
        if (liveFound != live || deletedFound != deleted || live + deleted == 0) {
            throw decoder.corrupt("stream: a node whose entries are not as many as it says");
        }
        return live;
    }

    private long number(ListpackElements elements) throws RdbFormatException {
        if (!elements.next() || !elements.isInteger()) {
            throw decoder.corrupt("stream: a node without a number where one is expected");
        }
        return elements.integer();
    }

    private void skip(ListpackElements elements, long count) throws RdbFormatException {
        for (long i = 0; i < count; i++) {
            if (!elements.next()) {
                throw decoder.corrupt("stream: a node that ends in the midst of an entry");
            }
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.persistence.rdb;

import dev.dunlin.node.value.StreamPart;
import java.util.ArrayList;
import java.util.List;

/// The entries of a stream's node that was read from a file; for the layout see [dev.dunlin.node.value.StreamNode].
public final class StreamEntries {
    private static final int DELETED_FLAG = 1;
    private static final int SAME_FIELDS_FLAG = 2;

    /// Takes entries.
    @FunctionalInterface
    public interface Visitor<E extends Exception> {
        /// @param words field, value, field, value...
        void entry(long ms, long seq, List<byte[]> words) throws E;
    }

    private StreamEntries() {}

    /// Shows all entries of a node that were not deleted, in order. The node has passed every check.
    public static <E extends Exception> void each(StreamPart.Node node, Visitor<E> visitor)
            throws RdbFormatException, E {
        byte[] listpack = node.listpack();
        var decoder = new RdbDecoder(new RdbInput(listpack, 0, listpack.length), RdbLimits.DEFAULT);
        ListpackElements elements = ListpackElements.of(listpack, decoder);
        long left = elements.count();
        number(elements);
        number(elements);
        long masterFields = number(elements);
        List<byte[]> master = new ArrayList<>();
        for (long i = 0; i < masterFields; i++) {
            elements.next();
            master.add(elements.element());
        }
        number(elements);
        left -= masterFields + 4;
        while (left > 0) {
            long flags = number(elements);
            long ms = node.ms() + number(elements);
            long seq = node.seq() + number(elements);
            List<byte[]> words = new ArrayList<>();
            if ((flags & SAME_FIELDS_FLAG) != 0) {
                for (byte[] field : master) {
                    elements.next();
                    words.add(field);
                    words.add(elements.element());
                }
                left -= masterFields + 4;
            } else {
                long fields = number(elements);
                for (long i = 0; i < 2 * fields; i++) {
                    elements.next();
                    words.add(elements.element());
                }
                left -= 2 * fields + 5;
            }
            number(elements);
            if ((flags & DELETED_FLAG) == 0) {
                visitor.entry(ms, seq, words);
            }
        }
    }

    private static long number(ListpackElements elements) {
        elements.next();
        return elements.integer();
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.value;

import dev.dunlin.node.offheap.NodeChain;

/// How long a listpack of a list may get: the setting `list-max-listpack-size`.
///
/// ```
/// -1 .. -5   4, 8, 16, 32 or 64 KiB
/// n          n elements, of 8 KiB altogether
/// ```
///
/// @param bytesMax of a list that is one listpack
/// @param elementsMax of a listpack
/// @param sized whether it is the bytes that are set
record ListLimit(int bytesMax, long elementsMax, boolean sized) {
    private static final int SMALLEST_BYTES = 4096;
    private static final int LEVELS = 5;
    private static final int SAFE_BYTES = 8192;

    static ListLimit of(int setting) {
        if (setting >= 0) {
            return new ListLimit(SAFE_BYTES, Math.max(1, setting), false);
        }
        int level = setting < -LEVELS ? LEVELS : -setting;
        return new ListLimit(SMALLEST_BYTES << (level - 1), Long.MAX_VALUE, true);
    }

    /// {@return bytes of a listpack in a chain: with what the node adds, it then fills a block of a round size}
    int nodeBytesMax() {
        return bytesMax - NodeChain.NODE_HEADER_BYTES;
    }

    /// {@return whether a list of that size is too large for one listpack}
    boolean isExceededBy(long bytes, long elements) {
        return bytes > bytesMax || elements > elementsMax;
    }

    /// {@return whether a list that has lost elements is so small that it becomes one listpack again: half of the limit, so that it does not
    /// go back and forth}
    boolean isHalved(long bytes, long elements) {
        return sized ? bytes <= bytesMax / 2 : elements <= elementsMax / 2;
    }

    /// {@return whether an element has a node for itself}
    ///
    /// @param entryBytes that it would take in a listpack
    boolean isLarge(long entryBytes) {
        return entryBytes + Listpack.EMPTY_BYTES > nodeBytesMax();
    }
}

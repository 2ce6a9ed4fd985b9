// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.persistence.rdb;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;

/// Whether a packed hash has a field twice, without which it may be taken as it is.
final class DuplicateFields {
    /// Beyond this a hash is no longer kept packed by anybody's settings, and its taker sees doubles anyway.
    private static final int PAIRS_MAX = 65_536;

    private DuplicateFields() {}

    static boolean isWorthLooking(long elements) {
        return elements / 2 <= PAIRS_MAX;
    }

    /// {@return whether a field comes twice; the elements are back at their start afterwards}
    static boolean any(PackedElements pairs) {
        long[] hashes = new long[(int) (pairs.count() / 2)];
        int start = pairs.cursor;
        for (int i = 0; i < hashes.length; i++) {
            pairs.next();
            hashes[i] = pairs.hash();
            pairs.next();
        }
        pairs.cursor = start;
        Arrays.sort(hashes);
        boolean suspect = false;
        for (int i = 1; i < hashes.length && !suspect; i++) {
            suspect = hashes[i - 1] == hashes[i];
        }
        return suspect && anyForSure(pairs, start);
    }

    /// Equal hashes may be chance, or somebody's doing.
    private static boolean anyForSure(PackedElements pairs, int start) {
        Set<ByteBuffer> seen = new HashSet<>();
        boolean any = false;
        while (!any && pairs.next()) {
            any = !seen.add(ByteBuffer.wrap(pairs.element()));
            pairs.next();
        }
        pairs.cursor = start;
        return any;
    }
}

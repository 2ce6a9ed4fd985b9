// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.chaos.checker;

import java.util.Arrays;

/// A set of fixed-size long tuples in one open-addressing table, since a search visits millions of them.
///
/// The first word of a tuple must not be 0, which marks a free place. Thread: one owner.
final class ConfigurationSet {
    private final int words;
    private long[] table;
    private int size;

    ConfigurationSet(int words) {
        this.words = words;
        this.table = new long[words << 6];
    }

    int size() {
        return size;
    }

    /// Adds the tuple at `offset`; false when it is known.
    boolean add(long[] tuples, int offset) {
        if ((size + 1) * 2 * words > table.length) {
            grow();
        }
        int place = place(table, tuples, offset);
        if (table[place] != 0) {
            return false;
        }
        System.arraycopy(tuples, offset, table, place, words);
        size++;
        return true;
    }

    private int place(long[] target, long[] tuples, int offset) {
        int places = target.length / words;
        long hash = 0;
        for (int word = 0; word < words; word++) {
            hash = (hash ^ tuples[offset + word]) * 0x9E3779B97F4A7C15L;
            hash ^= hash >>> 32;
        }
        int index = (int) hash & (places - 1);
        while (true) {
            int place = index * words;
            if (target[place] == 0
                    || Arrays.equals(
                            target, place, place + words, tuples, offset, offset + words)) {
                return place;
            }
            index = (index + 1) & (places - 1);
        }
    }

    private void grow() {
        long[] larger = new long[table.length * 2];
        for (int place = 0; place < table.length; place += words) {
            if (table[place] != 0) {
                System.arraycopy(table, place, larger, place(larger, table, place), words);
            }
        }
        table = larger;
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.clusterbus.model;

import java.util.random.RandomGenerator;

/// The shape that node and shard ids have in common: forty characters out of `0-9a-z`, hexadecimal when we make them.
final class Ids {
    static final int BYTES = 40;
    private static final String HEX = "0123456789abcdef";

    private Ids() {}

    static boolean valid(CharSequence text) {
        if (text.length() != BYTES) {
            return false;
        }
        for (int i = 0; i < BYTES; i++) {
            char c = text.charAt(i);
            if (!(c >= '0' && c <= '9') && !(c >= 'a' && c <= 'z')) {
                return false;
            }
        }
        return true;
    }

    static String random(RandomGenerator random) {
        var text = new StringBuilder(BYTES);
        while (text.length() < BYTES) {
            long bits = random.nextLong();
            for (int shift = 0; shift < Long.SIZE && text.length() < BYTES; shift += 4) {
                text.append(HEX.charAt((int) (bits >>> shift) & 15));
            }
        }
        return text.toString();
    }
}

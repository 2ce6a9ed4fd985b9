// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.chaos.cluster;

import java.nio.charset.StandardCharsets;

/// Which slot a key belongs to (cluster specification, key distribution model), on its own so that a mistake in the
/// server under test is not repeated by its judge.
public final class HashSlot {
    /// Number of slots of a cluster.
    public static final int COUNT = 16_384;

    private HashSlot() {}

    /// {@return the slot of a key without braces}
    public static int of(String tag) {
        int crc = 0;
        for (byte next : tag.getBytes(StandardCharsets.UTF_8)) {
            crc ^= (next & 0xff) << 8;
            for (int bit = 0; bit < 8; bit++) {
                crc = (crc & 0x8000) != 0 ? (crc << 1) ^ 0x1021 : crc << 1;
            }
            crc &= 0xffff;
        }
        return crc % COUNT;
    }

    /// {@return a short hash tag whose slot lies in the closed range}
    public static String tagWithin(int firstSlot, int lastSlot) {
        for (int number = 0; ; number++) {
            String tag = "s" + number;
            int slot = of(tag);
            if (slot >= firstSlot && slot <= lastSlot) {
                return tag;
            }
        }
    }
}

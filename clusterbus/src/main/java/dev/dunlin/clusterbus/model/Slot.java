// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.clusterbus.model;

/// Hash slots: how many there are, and which one a key belongs to (cluster spec, "Hash tags").
public final class Slot {
    /// Number of slots; they are numbered from 0.
    public static final int COUNT = 16_384;

    private static final int POLYNOMIAL = 0x1021;

    /// CRC16 XMODEM of each single byte; one look-up per key byte instead of eight shifts.
    private static final char[] CRC16 = table();

    private Slot() {}

    private static char[] table() {
        var table = new char[256];
        for (int value = 0; value < 256; value++) {
            int crc = value << 8;
            for (int bit = 0; bit < 8; bit++) {
                crc = (crc & 0x8000) != 0 ? (crc << 1) ^ POLYNOMIAL : crc << 1;
            }
            table[value] = (char) crc;
        }
        return table;
    }

    /// {@return whether `slot` is a slot number}
    public static boolean valid(int slot) {
        return slot >= 0 && slot < COUNT;
    }

    /// {@return the slot of a whole array as key}
    public static int ofKey(byte[] key) {
        return ofKey(key, 0, key.length);
    }

    /// {@return the slot of the key at `offset`, `length` bytes long}
    ///
    /// Only the bytes between the first `{` and the first `}` after it count, unless there are none.
    public static int ofKey(byte[] bytes, int offset, int length) {
        int end = offset + length;
        int open = indexOf(bytes, (byte) '{', offset, end);
        if (open >= 0) {
            int close = indexOf(bytes, (byte) '}', open + 1, end);
            if (close > open + 1) {
                return crc16(bytes, open + 1, close - open - 1) & (COUNT - 1);
            }
        }
        return crc16(bytes, offset, length) & (COUNT - 1);
    }

    /// {@return CRC16 XMODEM (polynomial 0x1021, start value 0, no reflection) of `length` bytes at `offset`}
    public static int crc16(byte[] bytes, int offset, int length) {
        int crc = 0;
        for (int i = offset, end = offset + length; i < end; i++) {
            crc = ((crc << 8) ^ CRC16[((crc >>> 8) ^ bytes[i]) & 0xff]) & 0xffff;
        }
        return crc;
    }

    private static int indexOf(byte[] bytes, byte wanted, int from, int to) {
        for (int i = from; i < to; i++) {
            if (bytes[i] == wanted) {
                return i;
            }
        }
        return -1;
    }
}

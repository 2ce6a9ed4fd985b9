// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.value;

import dev.dunlin.node.offheap.Memory;

/// How one element of a listpack is laid out.
///
/// ```
/// 0xxxxxxx                  0..127                     11110000 + u32   string of 4096 bytes and more
/// 10llllll                  string of 0..63 bytes      11110001 + i16   integer
/// 110vvvvv vvvvvvvv         -4096..4095                11110010 + i24   integer
/// 1110llll llllllll         string of 64..4095 bytes   11110011 + i32   integer
/// 11111111                  end of the listpack        11110100 + i64   integer
/// ```
///
/// The back length behind it counts these bytes, so that the listpack can be walked from its end: base 128, most significant
/// digit first, with bit 7 set on all bytes but the first. Its size steps at 127, 16382, 2097150 and 268435454: one lower
/// than the digits would allow, from the second step on. Every reader computes it again, so it must be like that.
///
/// Thread: stateless.
final class ListpackEncoding {
    static final int END = 0xff;

    /// What [#encodedBytes] says of a lead byte that stands for nothing.
    static final long INVALID = -1;

    private ListpackEncoding() {}

    /// {@return the bytes of encoding and data of the element with this lead byte, or [#INVALID]}
    static long encodedBytes(long entry, int lead) {
        if (lead < 0x80) {
            return 1;
        }
        if (lead < 0xc0) {
            return 1L + (lead & 0x3f);
        }
        if (lead < 0xe0) {
            return 2;
        }
        if (lead < 0xf0) {
            return 2L + (((lead & 0x0f) << 8) | (Memory.getByte(entry + 1) & 0xff));
        }
        return switch (lead) {
            case 0xf0 -> 5 + (Memory.getInt(entry + 1) & 0xffffffffL);
            case 0xf1 -> 3;
            case 0xf2 -> 4;
            case 0xf3 -> 5;
            case 0xf4 -> 9;
            default -> INVALID;
        };
    }

    /// {@return the bytes that must be readable before [#encodedBytes] may look at an element with this lead byte}
    static int headerBytes(int lead) {
        if (lead < 0xe0) {
            return 1;
        }
        return lead < 0xf0 ? 2 : lead == 0xf0 ? 5 : 1;
    }

    static boolean isString(int lead) {
        return (lead & 0xc0) == 0x80 || (lead & 0xf0) == 0xe0 || lead == 0xf0;
    }

    static long integer(long entry, int lead) {
        if (lead < 0x80) {
            return lead;
        }
        if (lead < 0xe0) {
            int bits = ((lead & 0x1f) << 8) | (Memory.getByte(entry + 1) & 0xff);
            int signed = (bits << 19) >> 19;
            return signed;
        }
        return switch (lead) {
            case 0xf1 -> Memory.getShort(entry + 1);
            case 0xf2 -> (Memory.getShort(entry + 1) & 0xffff) | (Memory.getByte(entry + 3) << 16);
            case 0xf3 -> Memory.getInt(entry + 1);
            case 0xf4 -> Memory.getLong(entry + 1);
            default -> throw new IllegalArgumentException("not an integer: lead byte " + lead);
        };
    }

    static int stringBytes(int textBytes) {
        return (textBytes < 64 ? 1 : textBytes < 4096 ? 2 : 5) + textBytes;
    }

    static int integerBytes(long value) {
        if (value >= 0 && value <= 127) {
            return 1;
        }
        if (value >= -4096 && value <= 4095) {
            return 2;
        }
        if (value == (short) value) {
            return 3;
        }
        if (value >= -(1 << 23) && value < 1 << 23) {
            return 4;
        }
        return value == (int) value ? 5 : 9;
    }

    static void writeInteger(long target, long value, int encodedBytes) {
        switch (encodedBytes) {
            case 1 -> Memory.putByte(target, (byte) value);
            case 2 -> {
                Memory.putByte(target, (byte) (0xc0 | ((value >> 8) & 0x1f)));
                Memory.putByte(target + 1, (byte) value);
            }
            case 3 -> {
                Memory.putByte(target, (byte) 0xf1);
                Memory.putShort(target + 1, (short) value);
            }
            case 4 -> {
                Memory.putByte(target, (byte) 0xf2);
                Memory.putShort(target + 1, (short) value);
                Memory.putByte(target + 3, (byte) (value >> 16));
            }
            case 5 -> {
                Memory.putByte(target, (byte) 0xf3);
                Memory.putInt(target + 1, (int) value);
            }
            default -> {
                Memory.putByte(target, (byte) 0xf4);
                Memory.putLong(target + 1, value);
            }
        }
    }

    /// Writes what precedes a string and returns where the string goes.
    static long writeStringHeader(long target, int textBytes) {
        if (textBytes < 64) {
            Memory.putByte(target, (byte) (0x80 | textBytes));
            return target + 1;
        }
        if (textBytes < 4096) {
            Memory.putByte(target, (byte) (0xe0 | (textBytes >> 8)));
            Memory.putByte(target + 1, (byte) textBytes);
            return target + 2;
        }
        Memory.putByte(target, (byte) 0xf0);
        Memory.putInt(target + 1, textBytes);
        return target + 5;
    }

    static int backlenBytes(long encodedBytes) {
        if (encodedBytes <= 127) {
            return 1;
        }
        if (encodedBytes < 16383) {
            return 2;
        }
        if (encodedBytes < 2097151) {
            return 3;
        }
        return encodedBytes < 268435455 ? 4 : 5;
    }

    static void writeBacklen(long target, int encodedBytes) {
        int bytes = backlenBytes(encodedBytes);
        int rest = encodedBytes;
        for (int i = bytes - 1; i > 0; i--) {
            Memory.putByte(target + i, (byte) ((rest & 0x7f) | 0x80));
            rest >>>= 7;
        }
        Memory.putByte(target, (byte) rest);
    }

    /// Reads the back length whose last byte is at `last`.
    ///
    /// @return the value, or [#INVALID] when it does not end within five bytes
    static long readBacklen(long last) {
        long value = 0;
        for (int i = 0; i < 5; i++) {
            int digit = Memory.getByte(last - i) & 0xff;
            value |= (long) (digit & 0x7f) << (7 * i);
            if (digit < 0x80) {
                return value;
            }
        }
        return INVALID;
    }
}

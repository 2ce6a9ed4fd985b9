// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.persistence.rdb;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.dunlin.node.persistence.codec.Lzf;
import dev.dunlin.node.value.Decimal;
import java.io.IOException;
import java.util.Arrays;

/// Lengths, strings and floating-point numbers as RDB files encode them.
///
/// ```
/// 00llllll            length 0..63                       11000000 + i8     a string: the integer in decimal
/// 01llllll llllllll   length 0..16383                    11000001 + i16    the same
/// 10000000 + u32 BE   length                             11000010 + i32    the same
/// 10000001 + u64 BE   length                             11000011 + c u .. a string of u bytes, LZF in c bytes
/// ```
///
/// Thread: one reader.
final class RdbDecoder {
    private static final int LENGTH_32 = 0x80;
    private static final int LENGTH_64 = 0x81;
    private static final int STRING_INT8 = 0xc0;
    private static final int STRING_INT16 = 0xc1;
    private static final int STRING_INT32 = 0xc2;
    private static final int STRING_LZF = 0xc3;

    /// More than any writer needs for a double.
    private static final int SCORE_CHARS_MAX = 128;

    private final RdbInput input;
    private final RdbLimits limits;
    private final byte[] digits = new byte[Decimal.TEXT_BYTES_MAX];

    RdbDecoder(RdbInput input, RdbLimits limits) {
        this.input = input;
        this.limits = limits;
    }

    RdbInput input() {
        return input;
    }

    RdbFormatException corrupt(String reason) {
        return input.corrupt(reason);
    }

    /// {@return a 64-bit field that is encoded as a length but may be any number}
    long readNumber() throws IOException {
        return readNumber(input.readByte());
    }

    private long readNumber(int lead) throws IOException {
        if (lead < 0x40) {
            return lead;
        }
        if (lead < 0x80) {
            return ((lead & 0x3fL) << 8) | input.readByte();
        }
        return switch (lead) {
            case LENGTH_32 -> Integer.reverseBytes(input.readInt()) & 0xffffffffL;
            case LENGTH_64 -> Long.reverseBytes(input.readLong());
            default -> throw corrupt("length expected, found byte " + lead);
        };
    }

    /// {@return how many of something follow, each of which takes at least `bytesMin` bytes}
    long readCount(String what, int bytesMin) throws IOException {
        long count = readNumber();
        if (count < 0 || count > input.remainingMax() / bytesMin) {
            throw corrupt(
                    Long.toUnsignedString(count)
                            + " "
                            + what
                            + " announced, "
                            + input.remainingMax()
                            + " bytes left");
        }
        return count;
    }

    /// {@return a number that must fit a non-negative int}
    int readSmallNumber(String what) throws IOException {
        long number = readNumber();
        if (number < 0 || number > Integer.MAX_VALUE) {
            throw corrupt(what + " " + Long.toUnsignedString(number));
        }
        return (int) number;
    }

    byte[] readString() throws IOException {
        int lead = input.readByte();
        return switch (lead) {
            case STRING_INT8 -> decimal((byte) input.readByte());
            case STRING_INT16 -> decimal(input.readShort());
            case STRING_INT32 -> decimal(input.readInt());
            case STRING_LZF -> readCompressed();
            default -> {
                if (lead > STRING_LZF) {
                    throw corrupt("string expected, found byte " + lead);
                }
                yield input.readBytes(checkedBytes(readNumber(lead)));
            }
        };
    }

    /// {@return a string of one char per byte, for names and numbers}
    String readText() throws IOException {
        return new String(readString(), ISO_8859_1);
    }

    private byte[] readCompressed() throws IOException {
        int packedBytes = checkedBytes(readNumber());
        int bytes = checkedBytes(readNumber());
        if (bytes > (long) packedBytes * Lzf.EXPANSION_MAX) {
            throw corrupt(bytes + " bytes cannot come out of " + packedBytes + " compressed ones");
        }
        byte[] packed = input.readBytes(packedBytes);
        byte[] plain = new byte[bytes];
        Lzf.Outcome outcome = Lzf.decompress(packed, 0, packedBytes, plain, 0, bytes);
        return switch (outcome) {
            case OK -> plain;
            case INPUT_TRUNCATED -> throw corrupt("compressed string: input ends early");
            case OUTPUT_OVERFLOW ->
                    throw corrupt("compressed string: more than " + bytes + " bytes");
            case OUTPUT_SHORT -> throw corrupt("compressed string: less than " + bytes + " bytes");
            case REFERENCE_BEFORE_START ->
                    throw corrupt("compressed string: reference before its start");
        };
    }

    private int checkedBytes(long bytes) throws RdbFormatException {
        if (bytes < 0 || bytes > limits.stringBytesMax()) {
            throw corrupt(
                    "a string of "
                            + Long.toUnsignedString(bytes)
                            + " bytes, "
                            + limits.stringBytesMax()
                            + " are allowed");
        }
        return (int) bytes;
    }

    private byte[] decimal(long value) {
        return Arrays.copyOf(digits, Decimal.write(value, digits, 0));
    }

    /// {@return eight bytes IEEE 754}
    double readDouble() throws IOException {
        return Double.longBitsToDouble(input.readLong());
    }

    /// {@return a number that is stored as text behind its length, as old sorted sets have their scores}
    double readTextDouble() throws IOException {
        int bytes = input.readByte();
        return switch (bytes) {
            case 253 -> Double.NaN;
            case 254 -> Double.POSITIVE_INFINITY;
            case 255 -> Double.NEGATIVE_INFINITY;
            default -> parseScore(input.readBytes(bytes));
        };
    }

    /// {@return the number that a score's text stands for, as strtod takes it, without hexadecimal}
    double parseScore(byte[] text) throws RdbFormatException {
        String number = new String(text, ISO_8859_1);
        return switch (number) {
            case "inf", "+inf" -> Double.POSITIVE_INFINITY;
            case "-inf" -> Double.NEGATIVE_INFINITY;
            default -> parseFinite(number);
        };
    }

    private double parseFinite(String number) throws RdbFormatException {
        if (number.length() <= SCORE_CHARS_MAX
                && number.chars().allMatch(c -> "0123456789+-.eE".indexOf(c) >= 0)) {
            try {
                return Double.parseDouble(number);
            } catch (NumberFormatException e) {
                // Reported below, with the place.
            }
        }
        throw corrupt("score expected, found " + number.length() + " bytes of other text");
    }
}

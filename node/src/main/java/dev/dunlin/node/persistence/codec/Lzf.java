// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.persistence.codec;

import java.util.Arrays;

/// LZF, the compression of long strings in RDB files and DUMP payloads.
///
/// ```
/// 000lllll                   l + 1 literal bytes follow            (1..32)
/// LLLddddd dddddddd          copy L + 2 bytes from d + 1 back      (L 1..6)
/// 111ddddd llllllll dddddddd copy l + 9 bytes from d + 1 back
/// ```
///
/// There is no end mark: both lengths are known from outside. A reference may overlap what it produces.
///
/// Thread: decompression is stateless; a [Compressor] belongs to one thread.
public final class Lzf {
    /// The most output one byte of input can stand for is below this (3 bytes make at most 264).
    public static final int EXPANSION_MAX = 88;

    private static final int LITERALS_MAX = 32;
    private static final int DISTANCE_MAX = 8192;
    private static final int MATCH_MAX = 264;
    private static final int MATCH_MIN = 3;

    private Lzf() {}

    /// How a decompression ended. Anything but [#OK] means corrupt input, and the target holds garbage.
    public enum Outcome {
        /// All input used, and exactly the declared output made.
        OK,
        /// The input ends inside an instruction.
        INPUT_TRUNCATED,
        /// The input makes more than was declared.
        OUTPUT_OVERFLOW,
        /// The input makes less than was declared.
        OUTPUT_SHORT,
        /// A reference points before the first byte made.
        REFERENCE_BEFORE_START
    }

    /// Decompresses a range into a range of exactly the declared size, and never writes outside of it.
    public static Outcome decompress(
            byte[] source,
            int sourceIndex,
            int sourceBytes,
            byte[] target,
            int targetIndex,
            int targetBytes) {
        int in = sourceIndex;
        int inEnd = sourceIndex + sourceBytes;
        int out = targetIndex;
        int outEnd = targetIndex + targetBytes;
        while (in < inEnd) {
            int control = source[in++] & 0xff;
            if (control < LITERALS_MAX) {
                int literals = control + 1;
                if (literals > inEnd - in) {
                    return Outcome.INPUT_TRUNCATED;
                }
                if (literals > outEnd - out) {
                    return Outcome.OUTPUT_OVERFLOW;
                }
                System.arraycopy(source, in, target, out, literals);
                in += literals;
                out += literals;
                continue;
            }
            int bytes = control >>> 5;
            if (bytes == 7) {
                if (in == inEnd) {
                    return Outcome.INPUT_TRUNCATED;
                }
                bytes += source[in++] & 0xff;
            }
            bytes += 2;
            if (in == inEnd) {
                return Outcome.INPUT_TRUNCATED;
            }
            int from = out - (((control & 0x1f) << 8) | (source[in++] & 0xff)) - 1;
            if (from < targetIndex) {
                return Outcome.REFERENCE_BEFORE_START;
            }
            if (bytes > outEnd - out) {
                return Outcome.OUTPUT_OVERFLOW;
            }
            if (out - from >= bytes) {
                System.arraycopy(target, from, target, out, bytes);
                out += bytes;
            } else {
                for (int end = out + bytes; out < end; ) {
                    target[out++] = target[from++];
                }
            }
        }
        return out == outEnd ? Outcome.OK : Outcome.OUTPUT_SHORT;
    }

    /// The compressing side, with the table that finds repeats.
    ///
    /// Entries of earlier inputs are told apart by position and not cleared, so a short input costs no more than itself.
    public static final class Compressor {
        private static final int TABLE_BITS = 14;

        /// Position + `base` of the last place where the three bytes of a bucket were seen.
        private final int[] table = new int[1 << TABLE_BITS];

        /// Added to each position; whatever is smaller in the table is from an earlier input.
        private int base = 1;

        /// Compresses a range if that makes it at most `targetBytesMax` bytes.
        ///
        /// @return the bytes written to `target`, or 0 when they would be more than allowed
        public int compress(
                byte[] source,
                int sourceIndex,
                int sourceBytes,
                byte[] target,
                int targetIndex,
                int targetBytesMax) {
            if (base > Integer.MAX_VALUE - sourceBytes) {
                Arrays.fill(table, 0);
                base = 1;
            }
            int shift = base - sourceIndex;
            int inEnd = sourceIndex + sourceBytes;
            int outEnd = targetIndex + targetBytesMax;
            int in = sourceIndex;
            int literalsFrom = in;
            int out = targetIndex;
            while (in + MATCH_MIN <= inEnd) {
                int three =
                        ((source[in] & 0xff) << 16)
                                | ((source[in + 1] & 0xff) << 8)
                                | (source[in + 2] & 0xff);
                int bucket = (three * 0x9e3779b1) >>> (32 - TABLE_BITS);
                int seen = table[bucket] - shift;
                table[bucket] = in + shift;
                if (seen < sourceIndex
                        || in - seen > DISTANCE_MAX
                        || source[seen] != source[in]
                        || source[seen + 1] != source[in + 1]
                        || source[seen + 2] != source[in + 2]) {
                    in++;
                    continue;
                }
                int matchMax = Math.min(MATCH_MAX, inEnd - in);
                int match = MATCH_MIN;
                while (match < matchMax && source[seen + match] == source[in + match]) {
                    match++;
                }
                out = literals(source, literalsFrom, in, target, out, outEnd);
                if (out < 0 || out + 3 > outEnd) {
                    out = -1;
                    break;
                }
                int distance = in - seen - 1;
                int bytes = match - 2;
                if (bytes < 7) {
                    target[out++] = (byte) ((bytes << 5) | (distance >>> 8));
                } else {
                    target[out++] = (byte) ((7 << 5) | (distance >>> 8));
                    target[out++] = (byte) (bytes - 7);
                }
                target[out++] = (byte) distance;
                in += match;
                literalsFrom = in;
            }
            base += sourceBytes;
            if (out >= 0) {
                out = literals(source, literalsFrom, inEnd, target, out, outEnd);
            }
            return out < 0 ? 0 : out - targetIndex;
        }

        /// {@return where to write next, or -1 when the literals do not fit}
        private static int literals(
                byte[] source, int from, int to, byte[] target, int out, int outEnd) {
            while (from < to) {
                int run = Math.min(LITERALS_MAX, to - from);
                if (run + 1 > outEnd - out) {
                    return -1;
                }
                target[out++] = (byte) (run - 1);
                System.arraycopy(source, from, target, out, run);
                from += run;
                out += run;
            }
            return out;
        }
    }
}

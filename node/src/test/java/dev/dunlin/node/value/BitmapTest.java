// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.value;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dunlin.node.testkit.Seeds;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// Words against single bits, in blocks of exactly the bytes that there are.
class BitmapTest {
    private static final int BYTES_MAX = 200;
    private static final List<BitOperation> OPERATIONS = List.of(BitOperation.values());

    /// Mostly one kind of bit, so that counting and searching go far.
    private static byte[] someBytes(Random random) {
        byte[] bytes = new byte[1 + random.nextInt(BYTES_MAX)];
        Arrays.fill(bytes, (byte) (random.nextBoolean() ? 0 : -1));
        for (int i = random.nextInt(6); i > 0; i--) {
            bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
        }
        return bytes;
    }

    private static boolean bit(byte[] bytes, int position) {
        return position >>> 3 < bytes.length
                && (bytes[position >>> 3] >>> (7 - (position & 7)) & 1) != 0;
    }

    @Test
    void givenAnyRange_whenCountedAndSearched_thenItIsAsBitByBit() {
        Seeds.forEach(
                2_000,
                random -> {
                    byte[] bytes = someBytes(random);
                    int first = random.nextInt(bytes.length * 8);
                    int last = first + random.nextInt(bytes.length * 8 - first);
                    int count = 0;
                    int one = -1;
                    int zero = -1;
                    for (int i = last; i >= first; i--) {
                        boolean on = bit(bytes, i);
                        count += on ? 1 : 0;
                        one = on ? i : one;
                        zero = on ? zero : i;
                    }
                    try (var blob = NativeBlob.of(bytes)) {
                        assertThat(Bitmap.count(blob.address(), first, last)).isEqualTo(count);
                        assertThat(Bitmap.find(blob.address(), first, last, true)).isEqualTo(one);
                        assertThat(Bitmap.find(blob.address(), first, last, false)).isEqualTo(zero);
                    }
                });
    }

    @Test
    void givenAnyField_whenWritten_thenItReadsBackAndItsNeighboursStay() {
        Seeds.forEach(
                2_000,
                random -> {
                    byte[] bytes = new byte[9 + random.nextInt(20)];
                    random.nextBytes(bytes);
                    int bits = 1 + random.nextInt(64);
                    int position = random.nextInt(bytes.length * 8 - bits + 1);
                    long value = random.nextLong();
                    long field = value & (-1L >>> (64 - bits));
                    BigInteger mask =
                            BigInteger.TWO
                                    .pow(bits)
                                    .subtract(BigInteger.ONE)
                                    .shiftLeft(bytes.length * 8 - position - bits);
                    BigInteger expected =
                            new BigInteger(1, bytes)
                                    .andNot(mask)
                                    .or(
                                            new BigInteger(Long.toUnsignedString(field))
                                                    .shiftLeft(bytes.length * 8 - position - bits));
                    try (var blob = NativeBlob.of(bytes)) {
                        Bitmap.field(blob.address(), blob.bytes(), position, bits, value);
                        assertThat(new BigInteger(1, blob.content())).isEqualTo(expected);
                        assertThat(Bitmap.field(blob.address(), blob.bytes(), position, bits))
                                .isEqualTo(field);
                    }
                });
    }

    @Test
    void givenAnyStrings_whenCombined_thenEachByteIsThatOfItsSources() {
        Seeds.forEach(
                1_000,
                random -> {
                    BitOperation operation = OPERATIONS.get(random.nextInt(OPERATIONS.size()));
                    int count = operation == BitOperation.NOT ? 1 : 1 + random.nextInt(4);
                    byte[][] sources = new byte[count][];
                    NativeBlob[] blobs = new NativeBlob[count];
                    long[] addresses = new long[count];
                    int[] lengths = new int[count];
                    int longest = 0;
                    for (int i = 0; i < count; i++) {
                        sources[i] = someBytes(random);
                        blobs[i] = NativeBlob.of(sources[i]);
                        addresses[i] = blobs[i].address();
                        lengths[i] = sources[i].length;
                        longest = Math.max(longest, lengths[i]);
                    }
                    try (var target = new NativeBlob(longest)) {
                        operation.run(addresses, lengths, count, target.address(), longest);
                        assertThat(target.content())
                                .isEqualTo(combined(operation, sources, longest));
                    }
                    Arrays.stream(blobs).forEach(NativeBlob::close);
                });
    }

    private static byte[] combined(BitOperation operation, byte[][] sources, int longest) {
        byte[] result = Arrays.copyOf(sources[0], longest);
        for (int i = 0; i < longest; i++) {
            for (int source = 1; source < sources.length; source++) {
                byte other = i < sources[source].length ? sources[source][i] : 0;
                result[i] =
                        (byte)
                                switch (operation) {
                                    case AND -> result[i] & other;
                                    case OR -> result[i] | other;
                                    default -> result[i] ^ other;
                                };
            }
            result[i] = operation == BitOperation.NOT ? (byte) ~result[i] : result[i];
        }
        return result;
    }
}

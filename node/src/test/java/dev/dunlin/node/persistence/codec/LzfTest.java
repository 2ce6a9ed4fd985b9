// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.persistence.codec;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.dunlin.node.persistence.codec.Lzf.Outcome;
import dev.dunlin.node.testkit.Seeds;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LzfTest {
    private static byte[] hex(String hex) {
        return HexFormat.of().parseHex(hex);
    }

    private static Outcome decompress(byte[] source, byte[] target) {
        return Lzf.decompress(source, 0, source.length, target, 0, target.length);
    }

    @Test
    void givenBytesOfRedis_whenDecompressed_thenTheTextComesBack() {
        byte[] a64 = new byte[64];
        byte[] abc8 = new byte[24];

        assertThat(decompress(hex("016161e03300016161"), a64)).isEqualTo(Outcome.OK);
        assertThat(decompress(hex("0361626361e00a020063"), abc8)).isEqualTo(Outcome.OK);

        assertThat(new String(a64, ISO_8859_1)).isEqualTo("a".repeat(64));
        assertThat(new String(abc8, ISO_8859_1)).isEqualTo("abc".repeat(8));
    }

    @Test
    void givenCorruptInput_whenDecompressed_thenEachDefectHasItsName() {
        assertThat(decompress(hex("026161"), new byte[3])).isEqualTo(Outcome.INPUT_TRUNCATED);
        assertThat(decompress(hex("0161612000"), new byte[2])).isEqualTo(Outcome.OUTPUT_OVERFLOW);
        assertThat(decompress(hex("016161"), new byte[1])).isEqualTo(Outcome.OUTPUT_OVERFLOW);
        assertThat(decompress(hex("016161"), new byte[3])).isEqualTo(Outcome.OUTPUT_SHORT);
        assertThat(decompress(hex("0061e0"), new byte[9])).isEqualTo(Outcome.INPUT_TRUNCATED);
        assertThat(decompress(hex("0061e000"), new byte[9])).isEqualTo(Outcome.INPUT_TRUNCATED);
        assertThat(decompress(hex("00612001"), new byte[9]))
                .isEqualTo(Outcome.REFERENCE_BEFORE_START);
        assertThat(decompress(hex(""), new byte[1])).isEqualTo(Outcome.OUTPUT_SHORT);
        assertThat(decompress(hex(""), new byte[0])).isEqualTo(Outcome.OK);
    }

    @Test
    void givenAnyInput_whenCompressedAndBack_thenItIsTheSame() {
        var compressor = new Lzf.Compressor();
        Seeds.forEach(
                2_000,
                random -> {
                    byte[] plain = text(random, random.nextInt(20_000));
                    byte[] packed = new byte[plain.length + 16];

                    int bytes =
                            compressor.compress(plain, 0, plain.length, packed, 8, plain.length);

                    if (bytes > 0) {
                        byte[] back = new byte[plain.length + 4];
                        assertThat(Lzf.decompress(packed, 8, bytes, back, 2, plain.length))
                                .isEqualTo(Outcome.OK);
                        assertThat(back).startsWith(0, 0).endsWith(0, 0);
                        assertThat(java.util.Arrays.copyOfRange(back, 2, 2 + plain.length))
                                .isEqualTo(plain);
                    }
                    assertThat(packed)
                            .startsWith(0, 0, 0, 0, 0, 0, 0, 0)
                            .endsWith(0, 0, 0, 0, 0, 0, 0, 0);
                });
    }

    @Test
    void givenRepetitiveInput_whenCompressed_thenItShrinks() {
        byte[] plain = "abcdefghij".repeat(1_000).getBytes(ISO_8859_1);

        int bytes = new Lzf.Compressor().compress(plain, 0, plain.length, new byte[200], 0, 200);

        assertThat(bytes).isBetween(1, 150);
    }

    @Test
    void givenGarbage_whenDecompressed_thenNothingButAnOutcomeComesOfIt() {
        Seeds.forEach(
                50_000,
                random -> {
                    byte[] garbage = new byte[random.nextInt(60)];
                    random.nextBytes(garbage);
                    byte[] target = new byte[8 + random.nextInt(400) + 8];

                    Lzf.decompress(garbage, 0, garbage.length, target, 8, target.length - 16);

                    assertThat(target)
                            .startsWith(0, 0, 0, 0, 0, 0, 0, 0)
                            .endsWith(0, 0, 0, 0, 0, 0, 0, 0);
                });
    }

    /// Anything from noise to one repeated letter, with repeats at all distances.
    private static byte[] text(Random random, int bytes) {
        byte[] text = new byte[bytes];
        int alphabet = 1 + random.nextInt(random.nextBoolean() ? 3 : 256);
        for (int i = 0; i < bytes; ) {
            if (i > 0 && random.nextInt(3) == 0) {
                int from = random.nextInt(i);
                int run = Math.min(bytes - i, random.nextInt(600));
                for (int end = i + run; i < end; ) {
                    text[i++] = text[from++];
                }
            } else {
                text[i++] = (byte) random.nextInt(alphabet);
            }
        }
        return text;
    }
}

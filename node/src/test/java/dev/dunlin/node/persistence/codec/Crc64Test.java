// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.persistence.codec;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.dunlin.node.testkit.Seeds;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.junit.jupiter.api.Test;

class Crc64Test {
    private static long crc(String text) {
        return Crc64.update(Crc64.START, text.getBytes(ISO_8859_1), 0, text.length());
    }

    @Test
    void givenKnownTexts_whenSummed_thenTheChecksumIsThatOfRedis() {
        assertThat(crc("")).isZero();
        assertThat(crc("a")).isEqualTo(0x5fb354025b277b14L);
        assertThat(crc("123456789")).isEqualTo(0xe9c6d914c4b8d9caL);
        assertThat(crc("REDIS0010")).isEqualTo(0xa720f12f2be328d2L);
    }

    @Test
    void givenAnySplit_whenSummedPieceByPiece_thenTheChecksumIsTheSameInEveryKindOfMemory() {
        Seeds.forEach(
                200,
                random -> {
                    byte[] bytes = new byte[random.nextInt(300)];
                    random.nextBytes(bytes);
                    long expected = bitByBit(bytes);
                    int split = random.nextInt(bytes.length + 1);
                    ByteBuf direct = Unpooled.directBuffer(bytes.length + 1).writeBytes(bytes);
                    ByteBuf composite =
                            Unpooled.wrappedBuffer(
                                    Unpooled.copiedBuffer(bytes, 0, split),
                                    Unpooled.copiedBuffer(bytes, split, bytes.length - split));
                    try {
                        long first = Crc64.update(Crc64.START, bytes, 0, split);
                        assertThat(Crc64.update(first, bytes, split, bytes.length - split))
                                .isEqualTo(expected);
                        long native1 = Crc64.update(Crc64.START, direct.memoryAddress(), split);
                        assertThat(Crc64.update(native1, direct, split, bytes.length - split))
                                .isEqualTo(expected);
                        assertThat(Crc64.update(Crc64.START, composite, 0, bytes.length))
                                .isEqualTo(expected);
                    } finally {
                        direct.release();
                        composite.release();
                    }
                });
    }

    /// The definition, without a table.
    private static long bitByBit(byte[] bytes) {
        long crc = 0;
        for (byte b : bytes) {
            crc ^= b & 0xff;
            for (int bit = 0; bit < 8; bit++) {
                crc = (crc & 1) != 0 ? (crc >>> 1) ^ 0x95ac9329ac4bc9b5L : crc >>> 1;
            }
        }
        return crc;
    }
}

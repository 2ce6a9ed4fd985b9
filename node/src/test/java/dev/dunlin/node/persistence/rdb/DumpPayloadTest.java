// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.persistence.rdb;

import static dev.dunlin.node.persistence.rdb.RdbText.bytes;
import static dev.dunlin.node.persistence.rdb.RdbText.hex;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dunlin.node.persistence.codec.Crc64;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class DumpPayloadTest {
    static byte[] sealed(String hex) {
        return withFooter(RdbText.unhex(hex), RdbWriter.VERSION);
    }

    private static byte[] withFooter(byte[] body, int version) {
        ByteBuf out = Unpooled.buffer().writeBytes(body);
        DumpPayload.seal(out, 0);
        if (version != RdbWriter.VERSION) {
            out.setShortLE(body.length, version);
            out.setLongLE(body.length + 2, Crc64.update(0, out, 0, body.length + 2));
        }
        byte[] payload = new byte[out.readableBytes()];
        out.readBytes(payload);
        out.release();
        return payload;
    }

    private static RdbValue decode(byte[] payload) throws RdbFormatException {
        return DumpPayload.decode(payload, 0, payload.length, RdbLimits.DEFAULT);
    }

    static Stream<Arguments> values() throws IOException {
        return RdbText.lines("values.txt").stream()
                .map(line -> line.split(" \\| ", -1))
                .map(columns -> Arguments.of(columns[0], columns[1], columns[2]));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("values")
    void givenAValueOfRedis_whenDecoded_thenItMeansTheSame(
            String name, String body, String expected) throws Exception {
        byte[] payload = sealed(body);

        assertThat(DumpPayload.isIntact(payload, 0, payload.length)).as(name).isTrue();
        assertThat(RdbText.value(decode(payload))).isEqualTo(expected);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("values")
    void givenAValueThatIsCutOff_whenDecoded_thenItIsRefusedWhereverTheCutIs(
            String name, String body, String expected) {
        byte[] whole = RdbText.unhex(body);
        for (int bytes = 0; bytes < whole.length; bytes++) {
            byte[] payload = withFooter(Arrays.copyOf(whole, bytes), RdbWriter.VERSION);
            assertThatThrownBy(() -> decode(payload))
                    .as("%s, %d of %d bytes, %s", name, bytes, whole.length, expected)
                    .isInstanceOf(RdbFormatException.class);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "'',0000",
        "-5,00c0fb",
        "1000,00c1e803",
        "100000,00c2a0860100",
        "12345678901,000b3132333435363738393031",
        "01,00023031",
        "-129,00c17fff",
        "-2147483649,000b2d32313437343833363439"
    })
    void givenAString_whenEncoded_thenThePayloadIsThatOfRedis(String text, String expected) {
        var encoder = new RdbEncoder(true);
        ByteBuf array = Unpooled.buffer();
        ByteBuf direct = Unpooled.directBuffer();
        ByteBuf source = Unpooled.directBuffer(32).writeBytes(bytes(text));

        encoder.stringValue(array, bytes(text), 0, text.length());
        encoder.stringValue(direct, source.memoryAddress(), text.length());

        assertThat(ByteBufUtil.hexDump(array)).isEqualTo(expected);
        assertThat(ByteBufUtil.hexDump(direct)).isEqualTo(expected);
        array.release();
        direct.release();
        source.release();
    }

    @Test
    void givenVersionsAndChecksums_whenTested_thenOnlyTheRightOnesAreIntact() {
        byte[] body = RdbText.unhex("00c007");
        for (int version : new int[] {0, 6, 10, 11, 12}) {
            byte[] payload = withFooter(body, version);
            assertThat(DumpPayload.isIntact(payload, 0, payload.length))
                    .as("version " + version)
                    .isTrue();
        }
        for (int version : new int[] {13, 80, 0xffff}) {
            byte[] payload = withFooter(body, version);
            assertThat(DumpPayload.isIntact(payload, 0, payload.length))
                    .as("version " + version)
                    .isFalse();
        }
        byte[] payload = sealed("00c007");
        for (int i = 0; i < payload.length; i++) {
            payload[i] ^= 0x40;
            assertThat(DumpPayload.isIntact(payload, 0, payload.length)).as("byte " + i).isFalse();
            payload[i] ^= 0x40;
        }
        for (int bytes = 0; bytes < 10; bytes++) {
            assertThat(DumpPayload.isIntact(payload, 0, bytes)).isFalse();
        }
    }

    @Test
    void givenBytesBetweenValueAndFooter_whenDecoded_thenTheyAreIgnored() throws Exception {
        assertThat(RdbText.value(decode(sealed("00c007ffffff"))))
                .isEqualTo("string " + hex(bytes("7")));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "06 00                                                      | unknown type 6",
                "08 00                                                      | unknown type 8",
                "1e 00                                                      | unknown type 30",
                "00 c4                                                      | string expected",
                "00 82                                                      | length expected",
                "00 05 61                                                   | 5 bytes announced, 1 left",
                "00 80 7fffffff                                             | are allowed",
                "00 81 ffffffffffffffff                                     | a string of 18446744073709551615 bytes",
                "00 c3 01 80 1fffffff 61                                    | cannot come out of 1 compressed",
                "00 c3 03 02 026161                                         | input ends early",
                "00 c3 03 01 016161                                         | more than 1 bytes",
                "00 c3 03 03 016161                                         | less than 3 bytes",
                "00 c3 04 05 0061 2005                                      | reference before its start",
                "04 00                                                      | without elements",
                "01 00                                                      | without elements",
                "12 00                                                      | without elements",
                "12 01 02 07 070000000000ff                                 | without elements",
                "10 07 070000000000ff                                       | without elements",
                "02 81 ffffffffffffffff                                     | 18446744073709551615 elements announced",
                "04 80 7fffffff 0161 0162                                   | 2147483647 elements announced",
                "12 01 03 0161                                              | container type 3",
                "10 0a 0a0000000100816102ff                                 | odd number of elements",
                "10 0c 0c0000000200 816603 0101 ff                 | wrong back length",
                "10 0c 0d0000000200 816602 0101 ff                 | wrong size",
                "10 11 110000000400 816602 0101 816602 0101 ff                   | a field twice",
                "0d 0f 0f0000000c000000020000f301f6ff                       | previous element has 2 bytes, not 1",
                "0d 0f 0f0000000b000000020000f302f6ff                       | last element is at 12, not 11",
                "0d 0f 0f0000000c000000030000f302f6ff                       | 3 elements stated, 2 found",
                "0d 0f 0f0000000c000000020000f302a0ff                       | is no encoding",
                "0d 0f 0f0000000c000000020000f30205ff                       | past the end",
                "09 02 00ff                                                 | without elements",
                "09 04 010161ff                                             | without a value",
                "09 08 02 0161 01 00 76 ff                                  | 8 bytes announced",
                "09 07 02 0161 01 00 76 ff                                  | 2 pairs stated, 1 found",
                "0b 08 0200000000000000                                     | 0 elements of 2 bytes",
                "0b 0a 03000000010000000100                                 | elements of 3 bytes",
                "0b 0c 020000000200000001000100                             | not in ascending order",
                "05 01 0161 000000000000f87f                                | not a number",
                "03 01 0161 fd                                              | not a number",
                "03 01 0161 03 612e35                                       | score expected",
                "13 01 01 61                                                | a node id of 1 bytes",
                "13 00 01 01 01 00 00 01 01 01 00                           | entries without nodes",
                "07 81 0000000000000000 06                                  | unknown opcode 6",
            })
    void givenABadValue_whenDecoded_thenTheReasonIsNamed(String body, String reason) {
        byte[] payload = sealed(body);
        assertThatThrownBy(() -> decode(payload))
                .isInstanceOf(RdbFormatException.class)
                .hasMessageContaining(reason);
    }

    /// Each is a stream without entries, or with the least of them, that breaks one rule. ID and TIME stand for their bytes.
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "13 01 10ID 07 070000000000ff                                           | an empty node",
                "13 02 10ID NODE 10ID NODE                                              | a node twice",
                "13 01 10ID NODE 02                                                     | 2 entries stated, 1 in its nodes",
                "13 01 10ID 0a 0a0000000100816102ff                                     | without a number",
                "13 01 10ID 1d 1d0000000a00 0201 0001 0101 816102 0001 0201 0001 0001 817602 0401 ff | not as many as it says",
                "13 01 10ID 1d 1d0000000a00 0101 0001 0101 816102 0001 0201 0001 0001 817602 0501 ff | a wrong size",
                "13 01 10ID 1d 1d0000000a00 0101 0001 0101 816102 0101 0201 0001 0001 817602 0401 ff | a master entry without end",
                "13 01 10ID 1d 1d0000000a00 0101 0001 7f01 816102 0001 0201 0001 0001 817602 0401 ff | a node with 127 fields",
                "HEAD 02 0147 0000 00 00 00 0147 0000 00 00 00                          | a consumer group twice",
                "HEAD 01 0147 0000 00 02 ID TIME 01 ID TIME 01 00                       | a pending entry twice",
                "HEAD 01 0147 0000 00 01 ID TIME 01 00                                  | without a consumer",
                "HEAD 01 0147 0000 00 00 02 0143 TIME 00 0143 TIME 00                   | a consumer twice",
                "HEAD 01 0147 0000 00 00 01 0143 TIME 01 ID                             | its group does not have",
                "HEAD 01 0147 0000 00 01 ID TIME 01 02 0143 TIME 01 ID 0144 TIME 01 ID  | its group does not have",
            })
    void givenAStreamThatBreaksARule_whenDecoded_thenTheRuleIsNamed(String pattern, String reason) {
        String body =
                pattern.replace("HEAD", "13 00 00 0000 0000 0000 00")
                        .replace(
                                "NODE",
                                "1d1d0000000a0001010001010181610200010201000100018176020401ff")
                        .replace("ID", "00000000000000010000000000000002")
                        .replace("TIME", "0000000000000000");
        byte[] payload = sealed(body);
        assertThatThrownBy(() -> decode(payload))
                .isInstanceOf(RdbFormatException.class)
                .hasMessageContaining(reason);
    }

    @Test
    void givenTheValueOfAModule_whenDecoded_thenItIsReadOver() throws Exception {
        // UINT 1, SINT 2, FLOAT, DOUBLE, STRING "abc", end; then bytes that are not part of it.
        byte[] payload =
                sealed(
                        "07 81 0123456789abcdef 0201 0102 03 00000000 04 0000000000000000 05 03616263 00 ffff");

        assertThat(decode(payload)).isEqualTo(new RdbValue.Opaque(RdbType.MODULE, 1, 33));
    }
}

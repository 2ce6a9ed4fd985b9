// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.persistence.rdb;

import static dev.dunlin.node.persistence.rdb.RdbText.bytes;
import static dev.dunlin.node.persistence.rdb.RdbText.hex;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.dunlin.node.persistence.codec.Crc64;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RdbReaderTest {
    private static final String NO_CHECKSUM = "0000000000000000";

    private static RdbReader reader(String version, String records) {
        byte[] file = RdbText.unhex(hex(bytes("REDIS" + version)) + records);
        return new RdbReader(RdbSource.of(new ByteArrayInputStream(file)), RdbLimits.DEFAULT);
    }

    private static List<RdbRecord> read(String version, String records) throws IOException {
        RdbReader reader = reader(version, records);
        List<RdbRecord> all = new ArrayList<>();
        do {
            all.add(reader.next());
        } while (!(all.getLast() instanceof RdbRecord.End));
        return all;
    }

    @ParameterizedTest
    @ValueSource(strings = {"0001", "0002", "0003", "0004"})
    void givenAVersionWithoutChecksum_whenRead_thenTheFileEndsWithItsEndMark(String version)
            throws Exception {
        assertThat(read(version, "fe00 00 016b 0176 ff")).hasSize(3);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0005", "0006", "0007", "0008", "0009", "0010", "0011"})
    void givenAVersionWithChecksum_whenItIsMissing_thenTheFileIsRefused(String version)
            throws Exception {
        assertThat(read(version, "fe00 00 016b 0176 ff" + NO_CHECKSUM)).hasSize(3);
        assertThatThrownBy(() -> read(version, "fe00 00 016b 0176 ff"))
                .isInstanceOf(RdbFormatException.class)
                .hasMessageContaining("unexpected end of input");
    }

    @ParameterizedTest
    @CsvSource({
        "REDIS0013, RDB version 0013 cannot be read",
        "REDIS0000, RDB version 0000 cannot be read",
        "REDIS9999, RDB version 9999 cannot be read",
        "REDIS-001, RDB version ?001 cannot be read",
        "REDIS00x1, RDB version 00?1 cannot be read",
        "VALKEY080, it starts with other bytes than REDIS",
        "*2..$4..x, it starts with other bytes than REDIS",
        "REDIS, 9 bytes announced",
    })
    void givenAnotherHead_whenRead_thenTheReasonIsNamed(String head, String reason) {
        byte[] file = bytes(head);
        assertThatThrownBy(() ->
                        new RdbReader(
                                        RdbSource.of(new ByteArrayInputStream(file), file.length),
                                        RdbLimits.DEFAULT)
                                .next())
                .isInstanceOf(RdbFormatException.class)
                .hasMessageContaining(reason);
    }

    @Test
    void givenAChecksum_whenItIsWrong_thenTheFileIsRefusedUnlessChecksumsAreOff() throws Exception {
        byte[] file = RdbText.unhex(hex(bytes("REDIS0010")) + "00 016b 0176 ff 0000000000000000");
        long crc = Crc64.update(Crc64.START, file, 0, file.length - 8);
        ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).putLong(file.length - 8, crc);
        assertThat(RdbText.entries(file)).containsExactly("0 6b 0 string 76");

        file[file.length - 1] ^= 1;

        assertThatThrownBy(() -> RdbText.entries(file))
                .isInstanceOf(RdbFormatException.class)
                .hasMessageContaining("checksum");
        var off =
                new RdbReader(
                        RdbSource.of(new ByteArrayInputStream(file)),
                        new RdbLimits(1 << 20, 16, false));
        assertThat(RdbText.entries(off)).containsExactly("0 6b 0 string 76");
    }

    @Test
    void givenABigString_whenTheChecksumIsComputed_thenWhatWentPastTheBufferIsInIt()
            throws Exception {
        byte[] file = new byte[9 + 3 + 5 + 300_000 + 1 + 8];
        ByteBuffer.wrap(file)
                .put(bytes("REDIS0010"))
                .put(RdbText.unhex("00 016b 80"))
                .putInt(300_000)
                .position(file.length - 9)
                .put((byte) 0xff)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(
                        Crc64.update(
                                Crc64.update(Crc64.START, file, 0, file.length - 9),
                                new byte[] {-1},
                                0,
                                1));
        assertThat(RdbText.entries(file)).hasSize(1);

        file[200_000] = 1;

        assertThatThrownBy(() -> RdbText.entries(file)).hasMessageContaining("checksum");
    }

    @Test
    void givenExpiriesOfAllKinds_whenRead_thenTheyAreMillisecondsAndBelongToOneKey()
            throws Exception {
        List<Long> expiries =
                read(
                                "0010",
                                "fd 01000000 00 0161 00"
                                        + "fc 0200000000000000 00 0162 00"
                                        + "00 0163 00"
                                        + "fc ffffffffffffffff 00 0164 00"
                                        + "fc feffffffffffffff 00 0165 00"
                                        + "fc 0000000000000000 00 0166 00"
                                        + "fd ffffff7f 00 0167 00 ff"
                                        + NO_CHECKSUM)
                        .stream()
                        .filter(RdbRecord.Entry.class::isInstance)
                        .map(record -> ((RdbRecord.Entry) record).expireAtMs())
                        .toList();

        assertThat(expiries)
                .containsExactly(
                        1000L,
                        2L,
                        RdbRecord.Entry.NEVER,
                        RdbRecord.Entry.NEVER,
                        1L,
                        1L,
                        2_147_483_647_000L);
    }

    @Test
    void givenAttributesInAnyOrder_whenRead_thenTheyComeWithTheirKeyOnly() throws Exception {
        List<RdbRecord> records =
                read(
                        "0010",
                        "f9 05 fc 0200000000000000 f8 07 00 0161 00 00 0162 00 f8 09 fd 01000000 00 0163 00 ff"
                                + NO_CHECKSUM);

        assertThat(records.subList(0, 3))
                .extracting("expireAtMs", "idleSeconds", "frequency")
                .containsExactly(tuple(2L, 7L, 5), tuple(0L, -1L, -1), tuple(1000L, 9L, -1));
    }

    @Test
    void givenFactsAmongTheKeys_whenRead_thenNothingIsLost() throws Exception {
        List<RdbRecord> records =
                read(
                        "0011",
                        "fe 03 fb 02 00 00 0161 00 fa 09 736c6f742d696e666f 05 302c312c30 00 0162 00"
                                + "f6 0161 034c5541 01 0164 0163"
                                + "f7 81 0000000000000400 02 01 05 0161 00"
                                + "ff"
                                + NO_CHECKSUM);

        assertThat(records).hasSize(8);
        assertThat(records.get(0)).isEqualTo(new RdbRecord.SelectDb(3));
        assertThat(records.get(1)).isEqualTo(new RdbRecord.ResizeDb(2, 0));
        assertThat(records.get(3)).isEqualTo(new RdbRecord.Aux("slot-info", "0,1,0"));
        assertThat(((RdbRecord.Entry) records.get(4)).db()).isEqualTo(3);
        assertThat(((RdbRecord.Function) records.get(5)).source())
                .isEqualTo(bytes("#!LUA name=a\nc"));
        assertThat(records.get(6)).isEqualTo(new RdbRecord.ModuleAux("AAAAAAAAB"));
    }

    @Test
    void givenCollectionsWithoutElements_whenRead_thenTheirKeysAreSkippedAndCounted()
            throws Exception {
        List<RdbRecord> records =
                read(
                        "0010",
                        "fd 01000000 04 0161 00  01 0162 00  10 0163 07 070000000000ff  0a 0164 0b 0b0000000a0000000000ff"
                                + "00 0165 00 ff"
                                + NO_CHECKSUM);

        assertThat(records).hasSize(2);
        assertThat(((RdbRecord.Entry) records.get(0)).expireAtMs())
                .isEqualTo(RdbRecord.Entry.NEVER);
        assertThat(records.get(1)).isEqualTo(new RdbRecord.End(4));
    }

    /// Redis 7.4's four forms of a hash with fields `f`, which expires at 1000, and `g`, which does not.
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "16 0168 02 43e8 0166 0161 00 0167 0162",
                "17 0168 18 18000000 0600 816602 816102 c3e802 816702 816202 0001 ff",
                "18 0168 e803000000000000 02 01 0166 0161 00 0167 0162",
                "19 0168 e803000000000000 18 18000000 0600 816602 816102 c3e802 816702 816202 0001 ff"
            })
    void givenFieldsThatExpire_whenRead_thenTheirTimesAreAbsolute(String record) throws Exception {
        byte[] file =
                RdbText.unhex(
                        hex(bytes("REDIS0012")) + "f4 01 02 00" + record + "ff" + NO_CHECKSUM);
        assertThat(RdbText.entries(file)).hasSize(1);
        assertThat(RdbText.entries(file).getFirst()).contains("66=61@1000", "67=62@0");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "17 0168 13 13000000 0400 816602 816102 c3e802 816702 ff | fields, values and times",
                "17 0168 18 18000000 0600 816602 816102 c3e802 816602 816202 0001 ff | a field twice",
                "17 0168 10 10000000 0300 816602 816102 816302 ff | expires at no time"
            })
    void givenFieldsThatExpire_whenTheyMakeNoSense_thenTheReasonIsNamed(
            String record, String reason) {
        byte[] file = RdbText.unhex(hex(bytes("REDIS0012")) + record + "ff" + NO_CHECKSUM);
        assertThatThrownBy(() -> RdbText.entries(file)).hasMessageContaining(reason);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "fe 10              | 10 | database 16, there are 16",
                "fe 81 ffffffffffffffff | 18 | database 18446744073709551615",
                "fe c0 01           | 11 | length expected, found byte 192",
                "f2                 | 10 | unknown type or opcode 242",
                "f3                 | 10 | unknown type or opcode 243",
                "06 016b            | 10 | unknown type or opcode 6",
                "fc 00000000        | 10 | unexpected end of input",
                "f7 00 01 00 00     | 12 | moment expected",
                "f7 00 02 00 07     | 14 | unknown opcode 7",
                "00 016b 05 61      | 12 | unexpected end of input",
                "fd 00000000 fe 00  | 15 | unknown type or opcode 254",
            })
    void givenABadRecord_whenRead_thenReasonAndPlaceAreNamed(
            String records, long offsetMin, String reason) {
        assertThatThrownBy(() -> read("0010", records))
                .isInstanceOfSatisfying(
                        RdbFormatException.class,
                        e -> {
                            assertThat(e).hasMessageContaining(reason);
                            assertThat(e.offset()).isGreaterThanOrEqualTo(offsetMin);
                        });
    }

    @Test
    void givenTheEnd_whenReadOn_thenThatIsAMistakeOfTheCaller() throws Exception {
        RdbReader reader = reader("0010", "ff" + NO_CHECKSUM);
        reader.next();
        assertThatThrownBy(reader::next).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void givenASourceThatFails_whenRead_thenItsFailureComesThrough() {
        var failing =
                new InputStream() {
                    @Override
                    public int read() throws IOException {
                        throw new IOException("connection reset");
                    }

                    @Override
                    public int read(byte[] target, int index, int count) throws IOException {
                        throw new IOException("connection reset");
                    }
                };
        assertThatThrownBy(() -> new RdbReader(RdbSource.of(failing), RdbLimits.DEFAULT).next())
                .isInstanceOf(IOException.class)
                .isNotInstanceOf(RdbFormatException.class)
                .hasMessage("connection reset");
    }
}

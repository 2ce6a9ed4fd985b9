// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.persistence.rdb;

import static dev.dunlin.node.persistence.rdb.RdbText.bytes;
import static dev.dunlin.node.persistence.rdb.RdbText.hex;
import static org.assertj.core.api.Assertions.assertThat;

import dev.dunlin.node.persistence.codec.Crc64;
import dev.dunlin.node.persistence.rdb.RdbWriter.Trailer;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class RdbWriterTest {
    private final ByteArrayOutputStream file = new ByteArrayOutputStream();

    private static RdbWriter writer(int sliceBytes, Trailer trailer) {
        return new RdbWriter(PooledByteBufAllocator.DEFAULT, sliceBytes, true, trailer);
    }

    private void flush(RdbWriter writer) throws IOException {
        ByteBuf slice = writer.take();
        slice.getBytes(slice.readerIndex(), file, slice.readableBytes());
        slice.release();
    }

    /// The smallest real file: what redis-server 7.0.15 saves of nothing, but for time and memory.
    @Test
    void givenTheRecordsOfAnEmptyFileOfRedis_whenWritten_thenTheBytesAreTheSame() throws Exception {
        byte[] expected = RdbText.file("empty");
        var reader =
                new RdbReader(RdbSource.of(new ByteArrayInputStream(expected)), RdbLimits.DEFAULT);
        try (RdbWriter writer = writer(64, Trailer.CHECKSUM)) {
            writer.header();
            for (RdbRecord record = reader.next();
                    record instanceof RdbRecord.Aux aux;
                    record = reader.next()) {
                writer.aux(aux.name(), aux.value());
            }
            writer.end();
            flush(writer);
        }
        assertThat(file.toByteArray()).isEqualTo(expected);
    }

    @Test
    void givenEachTrailer_whenWritten_thenTheFileCanBeReadOrCompleted() throws Exception {
        for (Trailer trailer : Trailer.values()) {
            file.reset();
            try (RdbWriter writer = writer(16, trailer)) {
                writer.header();
                flush(writer);
                writer.selectDb(0);
                writer.beginEntry(RdbType.STRING, bytes("k"), 77);
                flush(writer);
                writer.values().string(writer.out(), 12345);
                writer.end();
                assertThat(writer.fileBytes())
                        .isEqualTo(file.size() + (long) writer.bufferedBytes());
                flush(writer);
                assertThat(writer.bufferedBytes()).isZero();
            }
            if (trailer == Trailer.LEFT_TO_CONSUMER) {
                byte[] body = file.toByteArray();
                long crc = Crc64.update(Crc64.START, body, 0, body.length);
                file.writeBytes(RdbText.unhex(String.format("%016x", Long.reverseBytes(crc))));
            }
            byte[] whole = file.toByteArray();
            boolean zero =
                    Arrays.equals(
                            Arrays.copyOfRange(whole, whole.length - 8, whole.length), new byte[8]);
            assertThat(zero).isEqualTo(trailer == Trailer.ZERO);
            assertThat(RdbText.entries(whole))
                    .containsExactly("0 6b 77 string " + hex(bytes("12345")));
        }
    }

    /// A value longer than any slice should be goes out in pieces.
    @Test
    void givenALongValue_whenWrittenInPieces_thenItIsOneString() throws Exception {
        byte[] value = new byte[1_000_000];
        Arrays.fill(value, (byte) 'v');
        ByteBuf memory = Unpooled.directBuffer(value.length).writeBytes(value);
        try (RdbWriter writer = writer(70_000, Trailer.CHECKSUM)) {
            writer.header();
            writer.beginEntry(RdbType.STRING, bytes("long"), RdbRecord.Entry.NEVER);
            writer.values().length(writer.out(), value.length);
            for (int done = 0; done < value.length; ) {
                int piece = Math.min(65_536, value.length - done);
                writer.values().raw(writer.out(), memory.memoryAddress() + done, piece);
                done += piece;
                assertThat(writer.out().capacity()).isLessThan(140_000);
                flush(writer);
            }
            writer.end();
            flush(writer);
        }
        memory.release();
        assertThat(RdbText.entries(file.toByteArray()))
                .containsExactly("0 " + hex(bytes("long")) + " 0 string " + hex(value));
    }

    @Test
    void givenLengthsAtEveryStep_whenWritten_thenTheyAreShortestAndReadBack() throws Exception {
        var encoder = new RdbEncoder(true);
        long[] lengths = {0, 63, 64, 16383, 16384, 0xffffffffL, 0x100000000L, Long.MAX_VALUE, -1};
        int[] sizes = {1, 1, 2, 2, 5, 5, 9, 9, 9};
        for (int i = 0; i < lengths.length; i++) {
            ByteBuf out = Unpooled.buffer();
            encoder.length(out, lengths[i]);
            assertThat(out.readableBytes()).isEqualTo(sizes[i]);
            var input = new RdbInput(out.array(), 0, out.readableBytes());
            assertThat(new RdbDecoder(input, RdbLimits.DEFAULT).readNumber()).isEqualTo(lengths[i]);
        }
    }

    @Test
    void givenStringsAroundTheRules_whenWritten_thenCompressionAndIntegersAreThoseOfRedis() {
        var encoder = new RdbEncoder(true);
        var plain = new RdbEncoder(false);
        List<String> heads = new ArrayList<>();
        for (String text :
                List.of(
                        "a".repeat(20),
                        "a".repeat(21),
                        "a".repeat(65_536),
                        "a".repeat(65_537),
                        "2147483648")) {
            heads.add(head(encoder, text));
        }
        assertThat(heads).containsExactly("14", "c3", "c3", "80", "0a");
        assertThat(head(plain, "a".repeat(64))).isEqualTo("40");
        assertThat(head(plain, "7")).isEqualTo("c0");
    }

    private static String head(RdbEncoder encoder, String text) {
        ByteBuf out = Unpooled.buffer();
        encoder.string(out, bytes(text), 0, text.length());
        return hex(new byte[] {out.readByte()});
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.replication;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RdbTransferParserTest {
    private static final String MARK = "0123456789abcdef0123456789abcdef01234567";

    private static final class Recorder implements SnapshotSink {
        final StringBuilder bytes = new StringBuilder();
        long totalBytes = -2;
        int ends;

        @Override
        public void onStart(long total) {
            totalBytes = total;
        }

        @Override
        public void onBytes(ByteBuf buffer, int index, int length) {
            bytes.append(buffer.toString(index, length, ISO_8859_1));
        }

        @Override
        public void onEnd() {
            ends++;
        }
    }

    private final Recorder sink = new Recorder();
    private final RdbTransferParser parser = new RdbTransferParser(sink);

    private String feed(String text) throws ProtocolViolation {
        ByteBuf in = Unpooled.copiedBuffer(text, ISO_8859_1);
        parser.feed(in);
        return in.toString(ISO_8859_1);
    }

    @Test
    void givenALength_whenTheStreamFollowsAtOnce_thenTheRestIsLeftAlone() throws Exception {
        String rest = feed("\n\n$5\r\nREDIS*1\r\n$4\r\nping\r\n");

        assertThat(sink.totalBytes).isEqualTo(5);
        assertThat(sink.bytes.toString()).isEqualTo("REDIS");
        assertThat(sink.ends).isEqualTo(1);
        assertThat(parser.done()).isTrue();
        assertThat(parser.marked()).isFalse();
        assertThat(rest).isEqualTo("*1\r\n$4\r\nping\r\n");
    }

    @Test
    void givenLengthZero_whenRead_thenItIsComplete() throws Exception {
        assertThat(feed("$0\r\nx")).isEqualTo("x");
        assertThat(sink.ends).isEqualTo(1);
    }

    @Test
    void givenBothForms_whenCutAnywhere_thenTheSinkGetsTheSame() throws Exception {
        for (long seed = 1; seed <= 500; seed++) {
            Random random = new Random(seed);
            StringBuilder body = new StringBuilder();
            int bytes = random.nextInt(400);
            for (int i = 0; i < bytes; i++) {
                // Pieces of the mark inside the data must not end it.
                body.append(
                        random.nextInt(20) == 0 ? MARK.substring(0, random.nextInt(40)) : "\u0000");
            }
            boolean marked = random.nextBoolean();
            String wire =
                    "\n".repeat(random.nextInt(3))
                            + (marked ? "$EOF:" + MARK : "$" + body.length())
                            + "\r\n"
                            + body
                            + (marked ? MARK : "");
            Recorder recorder = new Recorder();
            RdbTransferParser cut = new RdbTransferParser(recorder);
            for (int at = 0; at < wire.length(); ) {
                int next = Math.min(wire.length(), at + 1 + random.nextInt(90));
                ByteBuf in = Unpooled.copiedBuffer(wire.substring(at, next), ISO_8859_1);
                cut.feed(in);
                assertThat(in.isReadable()).as("seed %s", seed).isFalse();
                at = next;
            }
            assertThat(recorder.bytes.toString()).as("seed %s", seed).isEqualTo(body.toString());
            assertThat(recorder.ends).as("seed %s", seed).isEqualTo(1);
            assertThat(recorder.totalBytes)
                    .as("seed %s", seed)
                    .isEqualTo(marked ? SnapshotSink.UNKNOWN_BYTES : body.length());
            assertThat(cut.marked()).as("seed %s", seed).isEqualTo(marked);
            assertThat(cut.receivedBytes()).as("seed %s", seed).isEqualTo(body.length());
        }
    }

    @Test
    void givenGarbage_whenRead_thenItIsRefused() {
        for (String bad :
                new String[] {
                    "-ERR Unable to perform background save\r\n",
                    "+OK\r\n",
                    "$\r\n",
                    "$-1\r\n",
                    "$12x\r\n",
                    "$9999999999999999999\r\n",
                    "$EOF:short\r\n",
                    "y".repeat(2_000)
                }) {
            RdbTransferParser fresh = new RdbTransferParser(new Recorder());
            assertThatThrownBy(() -> fresh.feed(Unpooled.copiedBuffer(bad, ISO_8859_1)))
                    .as(bad)
                    .isInstanceOf(ProtocolViolation.class);
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.replication;

import static dev.dunlin.node.replication.RespText.resp;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ReplicaStreamParserTest {
    private static final class Recorder implements ReplicaStreamParser.Handler {
        final List<String> commands = new ArrayList<>();
        final StringBuilder applied = new StringBuilder();
        final List<Integer> steps = new ArrayList<>();

        @Override
        public void onCommand(ReplicatedCommand command) {
            StringBuilder text = new StringBuilder(command.text(0));
            for (int i = 1; i < command.argumentCount(); i++) {
                text.append(' ').append(new String(command.bytes(i), ISO_8859_1));
            }
            commands.add(text.toString());
        }

        @Override
        public void onTransactionStart() {
            commands.add("(");
        }

        @Override
        public void onTransactionEnd() {
            commands.add(")");
        }

        @Override
        public void onApplied(ByteBuf buffer, int index, int length) {
            applied.append(buffer.toString(index, length, ISO_8859_1));
            steps.add(length);
        }
    }

    private final Recorder handler = new Recorder();
    private ReplicaStreamParser parser = new ReplicaStreamParser(100, 1 << 16, handler);

    @AfterEach
    void close() {
        parser.close();
    }

    private void feed(String text) throws ProtocolViolation {
        ByteBuf in = Unpooled.copiedBuffer(text, ISO_8859_1);
        parser.feed(in);
        assertThat(in.isReadable()).isFalse();
        in.release();
    }

    @Test
    void givenCommands_whenFed_thenTheOffsetIsTheirBytes() throws Exception {
        feed(resp("SELECT", "0") + resp("SET", "k", "") + resp("ping"));

        assertThat(handler.commands).containsExactly("SELECT 0", "SET k ", "ping");
        assertThat(handler.steps).containsExactly(23, 26, 14);
        assertThat(parser.appliedOffset()).isEqualTo(163);
        assertThat(parser.receivedOffset()).isEqualTo(163);
    }

    @Test
    void givenHalfACommand_whenFed_thenItIsReceivedButNotApplied() throws Exception {
        feed("*2\r\n$3\r\nDEL\r\n$1\r\n");

        assertThat(parser.appliedOffset()).isEqualTo(100);
        assertThat(parser.receivedOffset()).isEqualTo(117);

        feed("k\r\n");
        assertThat(handler.commands).containsExactly("DEL k");
        assertThat(parser.appliedOffset()).isEqualTo(120);
    }

    @Test
    void givenATransaction_whenItsExecIsMissing_thenNothingIsAppliedAndTheOffsetStands()
            throws Exception {
        feed(resp("MULTI") + resp("SET", "a", "1") + "\n" + resp("SELECT", "3"));

        assertThat(handler.commands).isEmpty();
        assertThat(parser.appliedOffset()).isEqualTo(100);

        String exec = resp("EXEC");
        feed(exec.substring(0, 5));
        feed(exec.substring(5) + resp("DEL", "a"));
        assertThat(handler.commands).containsExactly("(", "SET a 1", "SELECT 3", ")", "DEL a");
        assertThat(handler.steps).containsExactly(15 + 27 + 1 + 23 + 14, 20);
    }

    @Test
    void givenBareLineEnds_whenFed_thenTheyAreCountedWithTheNextCommand() throws Exception {
        feed("\n\r\n*0\r\n");
        assertThat(parser.receivedOffset()).isEqualTo(107);

        feed(resp("ping"));

        assertThat(handler.commands).containsExactly("ping");
        assertThat(parser.appliedOffset()).isEqualTo(100 + 7 + 14);
        assertThat(handler.applied.toString()).isEqualTo("\n\r\n*0\r\n" + resp("ping"));
    }

    @Test
    void givenGarbage_whenFed_thenItIsAViolation() {
        for (String bad :
                new String[] {
                    "PING\r\n",
                    "\rx",
                    "*x\r\n",
                    "*-1\r\n",
                    "*\r\n",
                    "*1\rx",
                    "*1\r\n:1\r\n",
                    "*1\r\n$-1\r\n",
                    "*1\r\n$\r\n",
                    "*1\r\n$1\r\nabc",
                    "*1\r\n$99999999999\r\n",
                    "*9999999999999999999\r\n"
                }) {
            ReplicaStreamParser fresh = new ReplicaStreamParser(0, 1 << 16, new Recorder());
            assertThatThrownBy(() -> fresh.feed(Unpooled.copiedBuffer(bad, ISO_8859_1)))
                    .as(bad)
                    .isInstanceOf(ProtocolViolation.class);
            fresh.close();
        }
    }

    @Test
    void givenACommandThatNeverEnds_whenFed_thenMemoryIsBounded() throws Exception {
        feed("*3\r\n$1\r\nx\r\n$60000\r\n");

        assertThatThrownBy(
                        () -> {
                            for (int i = 0; i < 10; i++) {
                                feed(resp("MULTI") + "y".repeat(10_000));
                            }
                        })
                .isInstanceOf(ProtocolViolation.class);
        assertThat(parser.receivedOffset()).isLessThanOrEqualTo(100 + (1 << 16));
    }

    @Test
    void givenATransactionThatNeverEnds_whenFed_thenMemoryIsBounded() throws Exception {
        feed(resp("MULTI"));

        assertThatThrownBy(
                        () -> {
                            for (int i = 0; i < 100; i++) {
                                feed(resp("SET", "k", "y".repeat(1_000)));
                            }
                        })
                .isInstanceOf(ProtocolViolation.class);
    }

    @Test
    void givenRandomStreams_whenCutAnywhere_thenCommandsAndBytesAreTheSame() throws Exception {
        for (long seed = 1; seed <= 500; seed++) {
            Random random = new Random(seed);
            StringBuilder wire = new StringBuilder();
            List<String> model = new ArrayList<>();
            boolean open = false;
            for (int i = 0; i < 30; i++) {
                if (random.nextInt(5) == 0) {
                    wire.append(resp(open ? "EXEC" : "mulTI"));
                    model.add(open ? ")" : "(");
                    open = !open;
                } else {
                    String value = "*".repeat(random.nextInt(120));
                    wire.append(random.nextInt(9) == 0 ? "\n" : "").append(resp("SET", value));
                    model.add("SET " + value);
                }
            }
            if (open) {
                wire.append(resp("EXEC"));
                model.add(")");
            }
            Recorder recorder = new Recorder();
            try (ReplicaStreamParser cut = new ReplicaStreamParser(0, 1 << 16, recorder)) {
                for (int at = 0; at < wire.length(); ) {
                    int next = Math.min(wire.length(), at + 1 + random.nextInt(200));
                    ByteBuf in = Unpooled.copiedBuffer(wire.substring(at, next), ISO_8859_1);
                    cut.feed(in);
                    in.release();
                    at = next;
                    assertThat(cut.receivedOffset()).as("seed %s", seed).isEqualTo(at);
                }
                assertThat(recorder.commands).as("seed %s", seed).isEqualTo(model);
                assertThat(recorder.applied.toString())
                        .as("seed %s", seed)
                        .isEqualTo(wire.toString());
                assertThat(cut.appliedOffset()).as("seed %s", seed).isEqualTo(wire.length());
            }
        }
    }
}

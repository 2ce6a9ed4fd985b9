// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.benchmarks.load;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReplyReaderTest {
    @Test
    void givenRepliesInPiecesOfAnySize_whenRead_thenEachCountsOnce() throws WrongReply {
        for (long seed = 0; seed < 300; seed++) {
            var random = new Random(seed);
            int count = 1 + random.nextInt(50);
            boolean bulks = random.nextBoolean();
            // A value that looks like the end of a reply must not be one.
            String one = bulks ? "$6\r\n\r\n$-1\n\r\n" : "+OK\r\n";
            byte[] bytes = one.repeat(count).getBytes(US_ASCII);
            var reader = new ReplyReader(bulks ? "$" : "+", 6);

            int ended = 0;
            int at = 0;
            while (at < bytes.length) {
                int step = 1 + random.nextInt(Math.min(40, bytes.length - at));
                ended += read(reader, Arrays.copyOfRange(bytes, at, at + step));
                at += step;
            }

            assertThat(ended).as("seed %d", seed).isEqualTo(count);
        }
    }

    @Test
    void givenAnErrorReply_whenRead_thenTheFailureQuotesIt() {
        assertThatThrownBy(() ->
                        read(
                                new ReplyReader("+", ReplyReader.ANY_LENGTH),
                                "+OK\r\n-OOM command not allowed\r\n+OK\r\n".getBytes(US_ASCII)))
                .isInstanceOf(WrongReply.class)
                .hasMessageContaining("-OOM command not allowed");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "$-1\r\n",
                "$4\r\nabcd\r\n",
                "$3\r\nabcde",
                "$x\r\n",
                "$99999999999999999999\r\n",
                ":3\r\n",
                "\0\0\0"
            })
    void givenABulkThatIsNotTheLoadedValue_whenRead_thenItIsRefused(String reply) {
        assertThatThrownBy(() -> read(new ReplyReader("$", 3), reply.getBytes(US_ASCII)))
                .isInstanceOf(WrongReply.class);
    }

    @Test
    void givenArraysOfAnyDepthInPieces_whenRead_thenEachCountsOnce() throws WrongReply {
        String one = "*3\r\n$3\r\nabc\r\n*2\r\n:1\r\n*0\r\n$-1\r\n*-1\r\n*0\r\n";
        byte[] bytes = one.repeat(20).getBytes(US_ASCII);
        for (long seed = 0; seed < 300; seed++) {
            var random = new Random(seed);
            var reader = new ReplyReader("*", ReplyReader.ANY_LENGTH);
            int ended = 0;
            int at = 0;
            while (at < bytes.length) {
                int step = 1 + random.nextInt(Math.min(40, bytes.length - at));
                ended += read(reader, Arrays.copyOfRange(bytes, at, at + step));
                at += step;
            }

            assertThat(ended).as("seed %d", seed).isEqualTo(60);
        }
    }

    @Test
    void givenAnErrorInAnArray_whenRead_thenItIsRefused() {
        assertThatThrownBy(() ->
                        read(
                                new ReplyReader("*", ReplyReader.ANY_LENGTH),
                                "*2\r\n:1\r\n-ERR no\r\n".getBytes(US_ASCII)))
                .isInstanceOf(WrongReply.class);
    }

    private static int read(ReplyReader reader, byte[] bytes) throws WrongReply {
        return reader.read(MemorySegment.ofArray(bytes), bytes.length);
    }
}

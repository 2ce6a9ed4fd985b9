// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.persistence.aof;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Files of commands: whole, cut off at each byte, and damaged.
class AofReaderTest {
    /// What reading gave, and where it ended.
    private record Reading(List<String> commands, long validBytes, boolean cutOff) {}

    static String command(String... words) {
        var text = new StringBuilder("*" + words.length + "\r\n");
        for (String word : words) {
            text.append('$').append(word.length()).append("\r\n").append(word).append("\r\n");
        }
        return text.toString();
    }

    private static Reading read(byte[] file, int blockBytes) throws IOException {
        var reader =
                new AofReader(
                        Channels.newChannel(new ByteArrayInputStream(file)),
                        0,
                        file.length,
                        (_, _) -> true,
                        blockBytes);
        List<String> commands = new ArrayList<>();
        for (CommandBlock block = reader.next(); block != null; block = reader.next()) {
            while (block.nextCommand()) {
                List<String> words = new ArrayList<>();
                for (int i = 0; i < block.argumentCount(); i++) {
                    words.add(new String(block.copy(i), ISO_8859_1));
                }
                commands.add(String.join(" ", words));
            }
            block.release();
        }
        reader.drop();
        return new Reading(commands, reader.validBytes(), reader.isCutOff());
    }

    private static byte[] bytes(String text) {
        return text.getBytes(ISO_8859_1);
    }

    @ParameterizedTest
    @ValueSource(ints = {16, 64, 65536})
    void givenFileCutAtEachByte_whenRead_thenAllWholeCommandsAndTransactionsComeOut(int block)
            throws IOException {
        List<String> items =
                List.of(
                        command("SELECT", "0"),
                        "#TS:1669000000\r\n",
                        command("SET", "a", "x".repeat(100)),
                        command("multi")
                                + command("SET", "b", "")
                                + command("DEL", "a")
                                + command("EXEC"),
                        "#TS:1669000001\r\n",
                        command("RPUSH", "l", "1", "2", "3"));
        List<String> commands =
                List.of("SELECT 0", "SET a " + "x".repeat(100), "SET b ", "DEL a", "RPUSH l 1 2 3");
        int[] upTo = {1, 1, 2, 4, 4, 5};
        byte[] file = bytes(String.join("", items));
        for (int length = 0; length <= file.length; length++) {
            int whole = 0;
            int bytes = 0;
            while (whole < items.size() && bytes + items.get(whole).length() <= length) {
                bytes += items.get(whole++).length();
            }
            Reading reading = read(Arrays.copyOf(file, length), block);
            assertThat(reading.commands())
                    .as("cut at %s", length)
                    .isEqualTo(commands.subList(0, whole == 0 ? 0 : upTo[whole - 1]));
            assertThat(reading.validBytes()).as("cut at %s", length).isEqualTo(bytes);
            assertThat(reading.cutOff()).as("cut at %s", length).isEqualTo(bytes < length);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "+OK\r\n",
                "\r\n",
                "*0\r\n",
                "*-1\r\n",
                "*x\r\n",
                "*1\r\n:1\r\n",
                "*1\r\n$-1\r\n",
                "*1\r\n$x\r\n",
                "*1\r\n$1\r\nab\r\n",
                "*1\n$1\r\na\r\n",
                "*99999999999999999999\r\n",
                "SET a 1\r\n"
            })
    void givenDamage_whenRead_thenItIsNamedWithItsPlace(String damage) {
        String good = command("SET", "a", "1");

        assertThatThrownBy(() -> read(bytes(good + damage + good), 64))
                .isInstanceOfSatisfying(
                        AofFormatException.class,
                        e ->
                                assertThat(e.offset())
                                        .isBetween(
                                                (long) good.length(),
                                                (long) good.length() + damage.length()));
    }

    @Test
    void givenClaimedLengthBeyondTheEnd_whenRead_thenItIsCutOffAndNothingIsReserved()
            throws IOException {
        String good = command("SET", "a", "1");

        Reading reading = read(bytes(good + "*3\r\n$1000000000\r\nSET\r\n"), 64);

        assertThat(reading).isEqualTo(new Reading(List.of("SET a 1"), good.length(), true));
    }

    @Test
    void givenRandomFiles_whenReadInBlocksOfAnySize_thenAllCommandsComeOut() throws IOException {
        for (int seed = 0; seed < 300; seed++) {
            var random = new SplittableRandom(seed);
            var text = new StringBuilder();
            List<String> expected = new ArrayList<>();
            int units = random.nextInt(30);
            for (int u = 0; u < units; u++) {
                int size = random.nextInt(4) == 0 ? 1 + random.nextInt(5) : 1;
                text.append(size > 1 ? command("MULTI") : "");
                for (int i = 0; i < size; i++) {
                    String value = "v".repeat(random.nextInt(random.nextInt(10) == 0 ? 500 : 20));
                    expected.add("SET k" + u + " " + value);
                    text.append(command("SET", "k" + u, value));
                }
                text.append(size > 1 ? command("EXEC") : "");
            }

            Reading reading = read(bytes(text.toString()), 1 + random.nextInt(300));

            assertThat(reading.commands()).as("seed %s", seed).isEqualTo(expected);
            assertThat(reading.cutOff()).as("seed %s", seed).isFalse();
            assertThat(reading.validBytes()).as("seed %s", seed).isEqualTo(text.length());
        }
    }

    @Test
    void givenMutatedFiles_whenRead_thenTheyEndInOneWayOrTheOther() {
        String text =
                command("SELECT", "0")
                        + command("MULTI")
                        + command("SET", "a", "x".repeat(50))
                        + command("EXEC")
                        + "#TS:1\r\n"
                        + command("ZADD", "z", "1", "m").repeat(10);
        int mutations = Integer.getInteger("aof.mutations", 20_000);
        int damaged = 0;
        for (int seed = 0; seed < mutations; seed++) {
            var random = new SplittableRandom(seed);
            byte[] file = bytes(text);
            int count = 1 + random.nextInt(3);
            for (int i = 0; i < count; i++) {
                switch (random.nextInt(3)) {
                    case 0 -> file[random.nextInt(file.length)] = (byte) random.nextInt(256);
                    case 1 -> file = Arrays.copyOf(file, 1 + random.nextInt(file.length));
                    default -> {
                        int at = random.nextInt(file.length);
                        int digit = '0' + random.nextInt(10);
                        file[at] = (byte) digit;
                    }
                }
            }
            try {
                Reading reading = read(file, 1 + random.nextInt(200));
                assertThat(reading.validBytes()).isBetween(0L, (long) file.length);
            } catch (AofFormatException e) {
                damaged++;
                assertThat(e.offset()).isBetween(0L, (long) file.length);
            } catch (IOException e) {
                throw new AssertionError("seed " + seed, e);
            }
        }
        assertThat(damaged).isGreaterThan(mutations / 5);
    }
}

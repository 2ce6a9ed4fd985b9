// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.tools;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `check-aof` beside redis-check-aof: same verdicts, same files afterwards, and the words that people look for.
class CheckAofTest {
    private static final Path REDIS_TOOL = Path.of("/usr/bin/redis-check-aof");
    private static final String GOOD = "*3\r\n$3\r\nSET\r\n$1\r\na\r\n$1\r\n1\r\n";

    @TempDir private Path dir;

    private record Run(int status, String output) {}

    private static Run ours(String answer, String... words) {
        var bytes = new ByteArrayOutputStream();
        int status =
                CheckAof.run(
                        List.of(words),
                        new PrintStream(bytes, true, ISO_8859_1),
                        new BufferedReader(new StringReader(answer)));
        return new Run(status, bytes.toString(ISO_8859_1));
    }

    private static Run theirs(String answer, String... words) throws Exception {
        List<String> command = new ArrayList<>(List.of(REDIS_TOOL.toString()));
        command.addAll(List.of(words));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        try (var out = process.getOutputStream()) {
            out.write(answer.getBytes(ISO_8859_1));
        } catch (IOException notAsked) {
            // It has ended without reading an answer.
        }
        String output = new String(process.getInputStream().readAllBytes(), ISO_8859_1);
        return new Run(process.waitFor(), output);
    }

    private Path file(String name, String content) throws IOException {
        return Files.write(dir.resolve(name), content.getBytes(ISO_8859_1));
    }

    @Test
    void givenFilesOfAllKinds_whenChecked_thenVerdictAndPlaceAreThoseOfRedis() throws Exception {
        assumeTrue(Files.isExecutable(REDIS_TOOL), "redis-check-aof is not installed");
        List<String> contents =
                List.of(
                        GOOD,
                        "",
                        GOOD + "*3\r\n$3\r\nSE",
                        GOOD + "hello\r\n",
                        GOOD + "*1\r\n$5\r\nMULTI\r\n" + GOOD,
                        "#TS:100\r\n" + GOOD + "#TS:200\r\n" + GOOD,
                        GOOD + "*1\r\n$5\r\nMULTI\r\n" + GOOD + "*1\r\n$4\r\nEXEC\r\n",
                        GOOD + "*3\r\n$3\r\nSETx\n",
                        ("*3\r\n$3\r\nSET\r\n$1\r\na\r\n$3001\r\n" + "v".repeat(3001) + "\r\n")
                                        .repeat(50)
                                + GOOD,
                        GOOD + "*1\r\n$20000\r\n" + "v".repeat(9000));
        for (String content : contents) {
            String path = file("one.aof", content).toString();
            Run their = theirs("", path);
            Run our = ours("", path);
            assertThat(our.status()).as(content).isEqualTo(their.status());
            assertThat(okUpTo(our)).as(content).isEqualTo(okUpTo(their));
            assertThat(our.output().lines().toList().getLast())
                    .isEqualTo(their.output().lines().toList().getLast());
        }
    }

    private static List<String> okUpTo(Run run) {
        return run.output().lines().filter(line -> line.startsWith("AOF analyzed")).toList();
    }

    @Test
    void givenRandomDamage_whenFixedByBoth_thenWhatIsLeftIsTheSame() throws Exception {
        assumeTrue(Files.isExecutable(REDIS_TOOL), "redis-check-aof is not installed");
        String text = GOOD + "*1\r\n$5\r\nMULTI\r\n" + GOOD + GOOD + "*1\r\n$4\r\nEXEC\r\n" + GOOD;
        for (int seed = 0; seed < 60; seed++) {
            var random = new SplittableRandom(seed);
            byte[] bytes = text.getBytes(ISO_8859_1);
            bytes[random.nextInt(bytes.length)] = (byte) ('0' + random.nextInt(60));
            if (random.nextBoolean()) {
                bytes = Arrays.copyOf(bytes, 1 + random.nextInt(bytes.length));
            }
            Path our = Files.write(dir.resolve("our.aof"), bytes);
            Path their = Files.write(dir.resolve("their.aof"), bytes);

            Run theirRun = theirs("y\n", "--fix", their.toString());
            Run ourRun = ours("y\n", "--fix", our.toString());

            assertThat(ourRun.status()).as("seed %s", seed).isEqualTo(theirRun.status());
            assertThat(okUpTo(ourRun).toString().replace("our.aof", "their.aof"))
                    .as("seed %s", seed)
                    .isEqualTo(okUpTo(theirRun).toString());
            assertThat(Files.readString(our, ISO_8859_1))
                    .as("seed %s", seed)
                    .isEqualTo(Files.readString(their, ISO_8859_1));
        }
    }

    @Test
    void givenNoAsAnswer_whenFixed_thenNothingIsChanged() throws Exception {
        Path file = file("one.aof", GOOD + "*3\r\n");

        Run run = ours("n\n", "--fix", file.toString());

        assertThat(run.status()).isEqualTo(1);
        assertThat(run.output()).contains("Continue? [y/N]: Aborting...");
        assertThat(file).hasSize(GOOD.length() + 4L);
    }

    @Test
    void givenTimestamps_whenCutToOne_thenAllThatIsLaterIsGone() throws Exception {
        Path file = file("one.aof", "#TS:100\r\n" + GOOD + "#TS:200\r\n" + GOOD);

        Run late = ours("", "--truncate-to-timestamp", "500", file.toString());
        Run cut = ours("", "--truncate-to-timestamp", "150", file.toString());
        Run none = ours("", "--truncate-to-timestamp", "50", file.toString());

        assertThat(late.output()).contains("Truncate nothing in AOF");
        assertThat(cut.status()).isZero();
        assertThat(cut.output()).contains("Successfully truncated AOF").contains("timestamp 150");
        assertThat(file).content().isEqualTo("#TS:100\r\n" + GOOD);
        assertThat(none.status()).isEqualTo(1);
        assertThat(none.output()).contains("has nothing before timestamp 50, aborting...");
    }

    @Test
    void givenManifest_whenChecked_thenAllItsFilesAreAndOnlyTheLastIsCut() throws Exception {
        file("a.1.base.aof", GOOD);
        file("a.1.incr.aof", GOOD + "*3\r\n");
        Path last = file("a.2.incr.aof", GOOD + "*1\r\n$3\r\nab");
        Path manifest =
                file(
                        "a.manifest",
                        """
                        file a.1.base.aof seq 1 type b
                        file a.1.incr.aof seq 1 type i
                        file a.2.incr.aof seq 2 type i
                        """);

        Run broken = ours("y\n", "--fix", manifest.toString());
        file("a.1.incr.aof", GOOD);
        Run fixed = ours("y\n", "--fix", manifest.toString());
        Run checked = ours("", manifest.toString());

        assertThat(broken.status()).isEqualTo(1);
        assertThat(broken.output()).contains("because it is not the last file");
        assertThat(fixed.status()).isZero();
        assertThat(last).content().isEqualTo(GOOD);
        assertThat(checked.output())
                .isEqualTo(
                        """
                        Start checking Multi Part AOF
                        Start to check BASE AOF (RESP format).
                        AOF analyzed: filename=a.1.base.aof, size=27, ok_up_to=27, ok_up_to_line=8, diff=0
                        BASE AOF a.1.base.aof is valid
                        Start to check INCR files.
                        AOF analyzed: filename=a.1.incr.aof, size=27, ok_up_to=27, ok_up_to_line=15, diff=0
                        INCR AOF a.1.incr.aof is valid
                        AOF analyzed: filename=a.2.incr.aof, size=27, ok_up_to=27, ok_up_to_line=22, diff=0
                        INCR AOF a.2.incr.aof is valid
                        All AOF files and manifest are valid
                        """);
    }

    @Test
    void givenNoSense_whenCalled_thenItSaysHowToCallIt() {
        assertThat(ours("").status()).isEqualTo(1);
        assertThat(ours("", "--nonsense", "x").output()).startsWith("Usage: dunlin-node check-aof");
        assertThat(ours("", "--help").status()).isZero();
        assertThat(ours("", dir.resolve("none").toString()).output())
                .contains("No such file or directory");
    }
}

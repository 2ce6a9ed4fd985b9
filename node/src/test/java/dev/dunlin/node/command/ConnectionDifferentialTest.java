// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.dunlin.node.Node;
import dev.dunlin.node.config.Directives;
import dev.dunlin.node.config.Settings;
import dev.dunlin.node.testkit.Seeds;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// HELLO, AUTH, CLIENT and the like, sent to a node of ours and to a real redis-server, both with a password: the replies must be equal.
///
/// A failure prints its seed; `-Dseed=N` repeats it. `-Ddifferential.commands=1000000` is the long form.
@Tag("long-run")
class ConnectionDifferentialTest {
    private static final int COMMANDS = Integer.getInteger("differential.commands", 6000);
    private static final long SEED = Seeds.LONG_RUN;
    private static final int COMMANDS_PER_CONNECTION = 40;
    private static final String END = "the-end";
    private static final int DATABASES = 4;

    @TempDir static Path folder;

    private static Node node;
    private static ReferenceServer redis;

    @BeforeAll
    static void start() throws Exception {
        assumeTrue(ReferenceServer.isInstalled(), "redis-server is not installed");
        redis =
                ReferenceServer.start(
                        folder,
                        "--databases",
                        "" + DATABASES,
                        "--requirepass",
                        ConnectionGenerator.PASSWORD);
        var settings = new Settings();
        settings.set(Directives.PORT, 0);
        settings.set(Directives.BIND, List.of("127.0.0.1"));
        settings.set(Directives.DIR, folder.toString());
        // As the other server is started.
        settings.set(Directives.SAVE, List.of());
        settings.set(Directives.DATABASES, DATABASES);
        settings.set(Directives.IO_TRANSPORT, "nio");
        settings.set(Directives.REQUIRE_PASS, ConnectionGenerator.PASSWORD);
        node = Node.start(settings, () -> {});
    }

    @AfterAll
    static void stop() {
        if (redis != null) {
            redis.close();
        }
        if (node != null) {
            node.close();
        }
    }

    /// Each connection begins as a fresh one: without a password, with one, or with one in RESP3.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "AUTH " + ConnectionGenerator.PASSWORD,
                "HELLO 3 AUTH default " + ConnectionGenerator.PASSWORD
            })
    void givenFreshConnections_whenRandomCommandsRunOnBothServers_thenRepliesAreEqual(
            String greeting) throws IOException {
        var random = new Random(SEED);
        for (int i = 0; i < COMMANDS; i += COMMANDS_PER_CONNECTION) {
            try (var ours = new RespConnection(node.port());
                    var theirs = new RespConnection(redis.port())) {
                List<List<String>> sent = new ArrayList<>();
                if (!greeting.isEmpty()) {
                    compare(List.of(greeting.split(" ", -1)), sent, ours, theirs);
                }
                for (int j = 0; j < COMMANDS_PER_CONNECTION; j++) {
                    compare(ConnectionGenerator.next(random), sent, ours, theirs);
                }
            }
        }
    }

    private static void compare(
            List<String> command,
            List<List<String>> sent,
            RespConnection ours,
            RespConnection theirs)
            throws IOException {
        sent.add(command);
        Reply our = call("our node", ours, sent);
        Reply their = call("redis-server", theirs, sent);
        if (!KnownDifferences.acceptable(command, our, their)) {
            fail(
                    "-Dseed=%d: %s%n ours   %s%n theirs %s%n after %s",
                    SEED, command, our, their, sent);
        }
    }

    private static Reply call(String who, RespConnection server, List<List<String>> sent)
            throws IOException {
        try {
            return server.call(sent.getLast());
        } catch (IOException e) {
            throw new IOException("-Dseed=%d: %s does not answer %s".formatted(SEED, who, sent), e);
        }
    }

    /// With CLIENT REPLY there are not as many replies as commands, so only all of them together can be compared.
    @ParameterizedTest
    @ValueSource(ints = {2, 3})
    void givenPipelinesWithReplyOffAndSkip_whenTheyRunOnBothServers_thenTheSameRepliesAreLeft(
            int protocol) throws IOException {
        var random = new Random(SEED);
        for (int i = 0; i < COMMANDS / 20; i++) {
            List<List<String>> pipeline = new ArrayList<>();
            pipeline.add(
                    List.of(
                            "HELLO",
                            "" + protocol,
                            "AUTH",
                            "default",
                            ConnectionGenerator.PASSWORD));
            for (int j = random.nextInt(12); j > 0; j--) {
                pipeline.add(pipelined(random));
            }
            pipeline.add(List.of("DISCARD"));
            pipeline.add(List.of("AUTH", ConnectionGenerator.PASSWORD));
            compareReplies(pipeline);
        }
    }

    /// A SKIP that a transaction runs outlives the OFF after it, and so hides the reply to what follows EXEC.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "CLIENT REPLY SKIP,CLIENT REPLY OFF,CLIENT REPLY SKIP,CLIENT REPLY ON",
                "CLIENT REPLY OFF,CLIENT REPLY SKIP,CLIENT REPLY ON",
                "CLIENT REPLY SKIP,CLIENT REPLY ON",
                "CLIENT REPLY SKIP,CLIENT REPLY OFF"
            })
    void givenReplyModesInATransaction_whenItRuns_thenTheSameRepliesAreLeft(String commands)
            throws IOException {
        List<List<String>> pipeline = new ArrayList<>();
        pipeline.add(List.of("HELLO", "2", "AUTH", "default", ConnectionGenerator.PASSWORD));
        pipeline.add(List.of("MULTI"));
        for (String command : commands.split(",", -1)) {
            pipeline.add(List.of(command.split(" ", -1)));
        }
        pipeline.add(List.of("EXEC"));
        pipeline.add(List.of("PING", "1"));
        pipeline.add(List.of("PING", "2"));
        compareReplies(pipeline);
    }

    private static void compareReplies(List<List<String>> pipeline) throws IOException {
        pipeline.add(List.of("CLIENT", "REPLY", "ON"));
        pipeline.add(List.of("PING", END));
        assertThat(replies(node.port(), pipeline))
                .as("-Dseed=%d: %s", SEED, pipeline)
                .isEqualTo(replies(redis.port(), pipeline));
    }

    private static List<String> pipelined(Random random) {
        return switch (random.nextInt(10)) {
            case 0 -> List.of("CLIENT", "REPLY", "OFF");
            case 1, 2 -> List.of("CLIENT", "REPLY", "SKIP");
            case 3 -> List.of("CLIENT", "REPLY", "ON");
            case 4 -> List.of("MULTI");
            case 5 -> List.of("EXEC");
            case 6 -> List.of("RESET");
            case 7 -> List.of("NOSUCH");
            case 8 -> List.of("HELLO", "" + (2 + random.nextInt(2)), "NOSUCH");
            default -> List.of("PING", "" + random.nextInt(100));
        };
    }

    private static String replies(int port, List<List<String>> pipeline) throws IOException {
        try (var connection = new RespConnection(port)) {
            for (List<String> command : pipeline) {
                connection.send(command);
            }
            return connection
                    .readUntil("$" + END.length() + "\r\n" + END + "\r\n")
                    .replaceAll("(?s)^.*?modules\r\n\\*0\r\n", "");
        }
    }

    /// What cannot be combined is said before that tracking itself cannot be had.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "OPTIN OPTOUT",
                "BCAST OPTIN",
                "BCAST OPTOUT NOLOOP",
                "PREFIX a",
                "PREFIX",
                "REDIRECT",
                "REDIRECT x",
                "REDIRECT 99999999",
                "nosuch"
            })
    void givenTrackingOptionsThatDoNotGoTogether_whenTurnedOn_thenBothServersSaySo(String options)
            throws IOException {
        List<String> command = new ArrayList<>(List.of("CLIENT", "TRACKING", "ON"));
        command.addAll(List.of(options.split(" ", -1)));
        try (var ours = new RespConnection(node.port());
                var theirs = new RespConnection(redis.port())) {
            ours.call("AUTH", ConnectionGenerator.PASSWORD);
            theirs.call("AUTH", ConnectionGenerator.PASSWORD);

            Reply their = theirs.call(command);
            assertThat(their.isError()).isTrue();
            assertThat(ours.call(command)).isEqualTo(their);
            assertThat(ours.call("CLIENT", "TRACKING", "ON").text())
                    .isEqualTo("ERR CLIENT TRACKING ON is not supported");
        }
    }

    @Test
    void givenHelp_whenAsked_thenOnlyTheLinesOfNewerSubcommandsAreMore() throws IOException {
        try (var ours = new RespConnection(node.port());
                var theirs = new RespConnection(redis.port())) {
            ours.call("AUTH", ConnectionGenerator.PASSWORD);
            theirs.call("AUTH", ConnectionGenerator.PASSWORD);

            List<Reply> more = new ArrayList<>(ours.call("CLIENT", "HELP").elements());
            List<Reply> less = theirs.call("CLIENT", "HELP").elements();

            more.removeAll(less);
            assertThat(more.stream().map(Reply::text))
                    .containsExactly(
                            "SETINFO <option> <value>",
                            "    Set client meta attr. Options are:",
                            "    * LIB-NAME: the client lib name.",
                            "    * LIB-VER: the client lib version.",
                            "NO-TOUCH (ON|OFF)",
                            "    Will not touch LRU/LFU stats when this mode is on.");
            assertThat(ours.call("CLIENT", "HELP").elements()).containsSubsequence(less);
        }
    }
}

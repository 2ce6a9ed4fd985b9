// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.dunlin.node.persistence.rdb.DumpPayload;
import dev.dunlin.node.persistence.rdb.RdbFormatException;
import dev.dunlin.node.persistence.rdb.RdbLimits;
import dev.dunlin.node.persistence.rdb.RdbValue;
import dev.dunlin.node.testkit.Seeds;
import dev.dunlin.node.value.StreamPart;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Streams on a node and on a real server that replicates it, or that it replicates; and streams carried over by hand.
@Tag("long-run")
class StreamReplicationTest {
    private static final long SEED = Seeds.LONG_RUN;
    private static final int COMMANDS = 3000;
    private static final int LONG_STREAM = 30_000;
    private static final List<String> KEYS = List.of("s0", "s1", "s2", "long", "future", "counted");

    @TempDir Path folder;

    private NodeAndRedis both;
    private RespConnection ours;
    private RespConnection theirs;

    @BeforeEach
    void start() throws Exception {
        both = NodeAndRedis.start(folder);
        ours = both.ours;
        theirs = both.theirs;
    }

    @AfterEach
    void stop() throws Exception {
        if (both != null) {
            both.close();
        }
    }

    @Test
    void givenRandomStreamsOnANode_whenARealServerReplicatesIt_thenBothHoldTheSame()
            throws IOException {
        replicate(ours);
    }

    @Test
    void givenRandomStreamsOnARealServer_whenANodeReplicatesIt_thenBothHoldTheSame()
            throws IOException {
        replicate(theirs);
    }

    private void replicate(RespConnection primary) throws IOException {
        RespConnection replica = both.other(primary);
        var random = new Random(SEED);
        for (int i = 1; i <= LONG_STREAM; i++) {
            primary.call("XADD", "history", i + "-1", "name", "value of " + i, "n", "" + i);
        }
        primary.call("XGROUP", "CREATE", "history", "g", "0");
        primary.call(
                "XREADGROUP", "GROUP", "g", "early", "COUNT", "5000", "STREAMS", "history", ">");
        load(primary, random);
        both.replicate(primary);
        // While the copy is made and sent.
        for (int i = 0; i < 200; i++) {
            primary.call("XDEL", "history", (1 + random.nextInt(LONG_STREAM)) + "-1");
            primary.call("XADD", "history", "MAXLEN", "~", "29500", "99999-*", "name", "late");
            primary.call(
                    "XREADGROUP", "GROUP", "g", "late", "COUNT", "3", "STREAMS", "history", ">");
            primary.call("XACK", "history", "g", (1 + random.nextInt(5000)) + "-1");
        }
        load(primary, random);
        both.awaitSameData(primary, SEED);
        assertThat(replica.call("XLEN", "history")).isEqualTo(primary.call("XLEN", "history"));
        assertThat(replica.call("XPENDING", "history", "g"))
                .isEqualTo(primary.call("XPENDING", "history", "g"));
        for (String key : KEYS) {
            if (primary.call("TYPE", key).text().equals("stream")) {
                // How often an entry was delivered is not all replicated, by Redis neither.
                for (String group : List.of("g", "h", "")) {
                    assertThat(replica.call("XPENDING", key, group))
                            .as("-Dseed=%d: %s %s", SEED, key, group)
                            .isEqualTo(primary.call("XPENDING", key, group));
                }
            }
        }
    }

    private static void load(RespConnection primary, Random random) throws IOException {
        for (int i = 0; i < COMMANDS; i++) {
            primary.call(StreamGenerator.next(random));
        }
    }

    /// Digests do not know of groups.
    private static void assertSameInfo(String key, RespConnection left, RespConnection right)
            throws IOException {
        List<String> question = List.of("XINFO", "STREAM", key, "FULL", "COUNT", "0");
        Reply expected = left.call(question);
        Reply actual = right.call(question);
        assertThat(StreamDifferences.sameInfo(actual, expected))
                .as("-Dseed=%d: %s, expected %s", SEED, actual, expected)
                .isTrue();
    }

    @Test
    void givenStreamsOfAllForms_whenDumpedAndRestoredOnTheOtherServer_thenTheyAreTheSame()
            throws IOException {
        var random = new Random(SEED);
        for (int round = 0; round < 4; round++) {
            for (RespConnection from : List.of(ours, theirs)) {
                RespConnection to = both.other(from);
                from.call("FLUSHALL");
                load(from, random);
                for (String key : KEYS) {
                    if (from.call("TYPE", key).text().equals("stream")) {
                        from.call("PERSIST", key);
                        String payload = from.call("DUMP", key).string();
                        assertThat(to.call("RESTORE", key, "0", payload, "REPLACE").text())
                                .isEqualTo("OK");
                        assertThat(to.call("DEBUG", "DIGEST-VALUE", key))
                                .as("-Dseed=%d", SEED)
                                .isEqualTo(from.call("DEBUG", "DIGEST-VALUE", key));
                        assertSameInfo(key, from, to);
                        String back = to.call("DUMP", key).string();
                        assertThat(from.call("RESTORE", "back", "0", back, "REPLACE").text())
                                .isEqualTo("OK");
                        to.call("RENAME", key, "back");
                        assertSameInfo("back", from, to);
                    }
                }
            }
        }
    }

    @Test
    void
            givenTheSameCommands_whenNodesAreFilledTrimmedAndDeletedFrom_thenTheirBytesAreThoseOfRedis()
                    throws IOException, RdbFormatException {
        var random = new Random(SEED);
        for (int i = 0; i < COMMANDS; i++) {
            List<String> command = StreamGenerator.next(random);
            ours.call(command);
            theirs.call(command);
        }
        for (String key : KEYS) {
            if (theirs.call("TYPE", key).text().equals("stream")) {
                assertThat(nodes(ours, key)).as("-Dseed=%d", SEED).isEqualTo(nodes(theirs, key));
            }
        }
    }

    private static List<String> nodes(RespConnection server, String key)
            throws IOException, RdbFormatException {
        byte[] payload = server.call("DUMP", key).string().getBytes(ISO_8859_1);
        RdbValue value = DumpPayload.decode(payload, 0, payload.length, RdbLimits.DEFAULT);
        List<String> nodes = new ArrayList<>();
        var parts = (RdbValue.StreamParts) value;
        for (StreamPart part = parts.next(); part != null; part = parts.next()) {
            if (part instanceof StreamPart.Node(long ms, long seq, byte[] listpack)) {
                nodes.add(ms + "-" + seq + " " + HexFormat.of().formatHex(listpack));
            }
        }
        return nodes;
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.dunlin.node.testkit.Seeds;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What COMMAND tells of each command that both have, ours beside redis-server's.
@Tag("long-run")
class CommandReferenceTest {
    private static final long SEED = Seeds.LONG_RUN;

    /// Rows in which a later Redis, whose table ours follows, differs from 7.0.
    private static final Set<String> LATER =
            Set.of(
                    // Scripts may call them since 7.2; they do not wait there.
                    "blmove",
                    "blmpop",
                    "blpop",
                    "brpop",
                    "brpoplpush",
                    "bzmpop",
                    "bzpopmax",
                    "bzpopmin",
                    "cluster|info",
                    "cluster|myid",
                    "cluster|nodes",
                    "cluster|shards",
                    "cluster|slots",
                    "command|getkeys",
                    "command|getkeysandflags",
                    "multi",
                    "sinterstore",
                    "watch",
                    "zrank",
                    "zrevrank",
                    "wait");

    @TempDir private Path folder;
    private ReferenceServer redis;
    private CommandHarness harness;
    private RespConnection theirs;
    private Client client;

    @BeforeEach
    void start() throws IOException {
        assumeTrue(ReferenceServer.isInstalled(), "redis-server is not installed");
        redis = ReferenceServer.start(folder);
        theirs = new RespConnection(redis.port());
        harness = new CommandHarness(false);
        client = harness.client();
    }

    @AfterEach
    void stop() throws IOException {
        if (redis != null) {
            theirs.close();
            redis.close();
            harness.close();
        }
    }

    private void protocol(int version) throws IOException {
        theirs.call("HELLO", "" + version);
        client.resp3(version == 3);
    }

    private Set<String> both() throws IOException {
        var both = new TreeSet<String>();
        harness.call(client, "COMMAND", "LIST").elements().forEach(name -> both.add(name.string()));
        var real = new TreeSet<String>();
        theirs.call("COMMAND", "LIST").elements().forEach(name -> real.add(name.string()));
        both.retainAll(real);
        return both;
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3})
    void givenEachCommand_whenItsRowAndDocumentationAreAskedFor_thenTheyAreTheSame(int version)
            throws IOException {
        protocol(version);
        Set<String> both = both();
        var softly = new SoftAssertions();
        for (String name : both) {
            boolean container = both.stream().anyMatch(other -> other.startsWith(name + "|"));
            if (container || LATER.contains(name)) {
                continue;
            }
            for (String question : List.of("INFO", "DOCS")) {
                softly.assertThat(harness.call(client, "COMMAND", question, name))
                        .as("%s %s", question, name)
                        .isEqualTo(theirs.call("COMMAND", question, name));
            }
        }
        softly.assertAll();
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3})
    void givenEachCommandWithAnyArguments_whenItsKeysAreAskedFor_thenTheyAreTheSame(int version)
            throws IOException {
        protocol(version);
        var random = new Random(SEED);
        String[] words = {"a", "b", "1", "2", "get", "keys", "0", ""};
        var softly = new SoftAssertions();
        for (String name : both()) {
            // Later ones take another argument.
            if (name.equals("zrank") || name.equals("zrevrank")) {
                continue;
            }
            for (int i = 0; i < 6; i++) {
                List<String> command = new ArrayList<>();
                command.add("COMMAND");
                boolean plain = random.nextBoolean() || name.equals("sinterstore");
                command.add(plain ? "GETKEYS" : "GETKEYSANDFLAGS");
                command.addAll(List.of(name.split("\\|")));
                for (int left = 1 + random.nextInt(6); left > 0; left--) {
                    command.add(words[random.nextInt(words.length)]);
                }
                softly.assertThat(harness.call(client, command))
                        .as("-Dseed=%d %s", SEED, command)
                        .isEqualTo(theirs.call(command));
            }
        }
        softly.assertAll();
    }

    @Test
    void givenContainers_whenDocumented_thenTheirSubcommandsAreInside() throws IOException {
        Reply docs = harness.call(client, "COMMAND", "DOCS", "slowlog");
        Reply real = theirs.call("COMMAND", "DOCS", "slowlog");
        var softly = new SoftAssertions();
        // Subcommands come in the order of each server's table.
        softly.assertThat(docs.toString().length()).isEqualTo(real.toString().length());
        softly.assertThat(docs.toString()).contains("slowlog|reset");
        softly.assertAll();
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dunlin.node.testkit.Seeds;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Lists on a node and on a real server that replicates it, or that it replicates; and lists carried over by hand.
@Tag("long-run")
class ListReplicationTest {
    private static final long SEED = Seeds.LONG_RUN;
    private static final int COMMANDS = 3000;
    private static final int LONG_LIST = 30_000;

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
    void givenRandomListsOnANode_whenARealServerReplicatesIt_thenBothHoldTheSame()
            throws IOException {
        replicate(ours);
    }

    @Test
    void givenRandomListsOnARealServer_whenANodeReplicatesIt_thenBothHoldTheSame()
            throws IOException {
        replicate(theirs);
    }

    private void replicate(RespConnection primary) throws IOException {
        RespConnection replica = both.other(primary);
        var random = new Random(SEED);
        for (int i = 0; i < LONG_LIST; i += 100) {
            List<String> push = new ArrayList<>(List.of("RPUSH", "long"));
            for (int j = 0; j < 100; j++) {
                push.add("element" + (i + j));
            }
            primary.call(push);
        }
        load(primary, random);
        both.replicate(primary);
        // While the copy is made and sent.
        for (int i = 0; i < 200; i++) {
            primary.call("LSET", "long", "" + random.nextInt(LONG_LIST), "changed" + i);
            primary.call("LINSERT", "long", "BEFORE", "element" + (i * 100 + 5), "inserted");
        }
        load(primary, random);
        both.awaitSameData(primary, SEED);
        assertThat(replica.call("LLEN", "long")).isEqualTo(primary.call("LLEN", "long"));
    }

    private static void load(RespConnection primary, Random random) throws IOException {
        for (int i = 0; i < COMMANDS; i++) {
            primary.call(ListGenerator.next(random));
        }
    }

    @Test
    void givenListsOfAllForms_whenDumpedAndRestoredOnTheOtherServer_thenTheyAreTheSame()
            throws IOException {
        var random = new Random(SEED);
        for (String size : List.of("-2", "-1", "3", "-5")) {
            ours.call("CONFIG", "SET", "list-max-listpack-size", size);
            theirs.call("CONFIG", "SET", "list-max-listpack-size", size);
            for (RespConnection from : List.of(ours, theirs)) {
                RespConnection to = both.other(from);
                from.call("FLUSHALL");
                load(from, random);
                for (String key : List.of("l0", "l1", "l2", "l3", "l4", "large", "plain")) {
                    if (from.call("TYPE", key).text().equals("list")) {
                        from.call("PERSIST", key);
                        String payload = from.call("DUMP", key).string();
                        assertThat(to.call("RESTORE", key, "0", payload, "REPLACE").text())
                                .isEqualTo("OK");
                        assertThat(to.call("DEBUG", "DIGEST-VALUE", key))
                                .as("-Dseed=%d", SEED)
                                .isEqualTo(from.call("DEBUG", "DIGEST-VALUE", key));
                    }
                }
            }
        }
    }
}

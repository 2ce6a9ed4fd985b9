// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dunlin.node.testkit.Seeds;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Sets under random commands while a replica attaches: a node of ours and redis-server, either as the other's replica, have the same in
/// the end.
@Tag("long-run")
class SetReplicationTest {
    private static final int COMMANDS = 6000;
    private static final long SEED = Seeds.LONG_RUN;
    private static final long DEADLINE_NS = 30_000_000_000L;

    @TempDir private Path folder;

    @Test
    void givenSets_whenRedisReplicatesThem_thenDigestsAreEqual() throws Exception {
        try (var both = NodeAndRedis.start(folder)) {
            check(both, both.ours);
        }
    }

    @Test
    void givenSets_whenRedisIsThePrimary_thenDigestsAreEqual() throws Exception {
        try (var both = NodeAndRedis.start(folder)) {
            check(both, both.theirs);
        }
    }

    private static void check(NodeAndRedis both, RespConnection primary) throws IOException {
        RespConnection replica = both.other(primary);
        var random = new Random(SEED);
        fill(primary);
        change(primary, random);
        both.replicate(primary);
        change(primary, random);
        await(() -> replica.call("INFO", "replication").string().contains("status:up"));
        change(primary, random);
        await(() -> offset(primary, "master_repl").equals(offset(replica, "slave_repl")));
        assertThat(replica.call("DEBUG", "DIGEST"))
                .as("-Dseed=%d", SEED)
                .hasToString(primary.call("DEBUG", "DIGEST").toString());
        assertThat(primary.call("DBSIZE").integer()).isPositive();
    }

    private static void fill(RespConnection primary) throws IOException {
        for (int i = 0; i < 20_000; i += 100) {
            List<String> command = new ArrayList<>(List.of("SADD", "huge"));
            for (int j = i; j < i + 100; j++) {
                command.add("member:" + j);
            }
            primary.call(command);
        }
    }

    private static void change(RespConnection primary, Random random) throws IOException {
        for (int i = 0; i < COMMANDS; i++) {
            List<String> command =
                    switch (random.nextInt(10)) {
                        case 0 -> List.of("SPOP", "s" + random.nextInt(5));
                        case 1 -> List.of("SPOP", "large", "" + random.nextInt(40));
                        case 2 -> List.of("SREM", "huge", "member:" + random.nextInt(20_000));
                        case 3 -> List.of("SPOP", "huge", "" + random.nextInt(4));
                        default -> SetGenerator.next(random);
                    };
            primary.call(command);
        }
    }

    private static String offset(RespConnection connection, String name) throws IOException {
        return connection
                .call("INFO", "replication")
                .string()
                .lines()
                .filter(line -> line.startsWith(name + "_offset:"))
                .findFirst()
                .map(line -> line.substring(line.indexOf(':')))
                .orElse("");
    }

    private interface Condition {
        boolean holds() throws IOException;
    }

    private static void await(Condition condition) throws IOException {
        long endNs = System.nanoTime() + DEADLINE_NS;
        while (!condition.holds()) {
            assertThat(System.nanoTime()).isLessThan(endNs);
            LockSupport.parkNanos(5_000_000);
        }
    }
}

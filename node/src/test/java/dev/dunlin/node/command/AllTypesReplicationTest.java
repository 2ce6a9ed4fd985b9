// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dunlin.node.testkit.Seeds;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Random commands of all types before, while and after a replica attaches: a node of ours and redis-server, either as the other's replica,
/// hold the same in the end.
@Tag("long-run")
class AllTypesReplicationTest {
    private static final int COMMANDS = Integer.getInteger("replication.commands", 8000);
    private static final long SEED = Seeds.LONG_RUN;

    /// Not places: distances that are stored differ in the last digit, as `KnownDifferences` says, and are worked out by each server.
    private static final List<CommandGenerator> FAMILIES =
            List.of(
                    CommandGenerator.STRINGS,
                    CommandGenerator.HASHES,
                    CommandGenerator.LISTS,
                    CommandGenerator.SETS,
                    CommandGenerator.SORTED_SETS,
                    CommandGenerator.STREAMS,
                    CommandGenerator.BITMAPS,
                    CommandGenerator.HYPER_LOG_LOGS);

    /// Make a sparse HyperLogLog dense, at once or from a lower bound on, and tell no replica: with Redis as with us.
    private static final Set<String> NOT_REPLICATED = Set.of("PFDEBUG", "CONFIG");

    /// What a HyperLogLog answers that other commands have broken. redis-server has kept what PFADD had added before it came upon the broken
    /// part, and tells no replica, so such a value must go.
    private static final String CORRUPT = "-INVALIDOBJ";

    @TempDir private Path folder;

    @Test
    void givenANode_whenRedisReplicatesIt_thenBothHoldTheSame() throws Exception {
        try (var both = NodeAndRedis.start(folder)) {
            replicate(both, both.ours, false);
        }
    }

    @Test
    void givenRedis_whenANodeReplicatesIt_thenBothHoldTheSame() throws Exception {
        try (var both = NodeAndRedis.start(folder)) {
            replicate(both, both.theirs, true);
        }
    }

    /// @param losesHalves see [#CORRUPT]
    private static void replicate(NodeAndRedis both, RespConnection primary, boolean losesHalves)
            throws IOException {
        for (RespConnection each : List.of(both.ours, both.theirs)) {
            // Strings of 512 MB take too long to compare.
            each.call("CONFIG", "SET", "proto-max-bulk-len", "1mb");
        }
        var random = new Random(SEED);
        load(primary, random, losesHalves);
        both.replicate(primary);
        load(primary, random, losesHalves);
        both.awaitSameData(primary, SEED);
        load(primary, random, losesHalves);
        both.awaitSameData(primary, SEED);
        assertThat(primary.call("DBSIZE").integer()).isPositive();
    }

    /// {@return whether it is a BITFIELD that may change nothing and yet make the string longer, of which redis-server 7.0 tells no replica}
    private static boolean growsUnseen(List<String> command) {
        return command.getFirst().equals("BITFIELD")
                && command.stream().anyMatch("fail"::equalsIgnoreCase);
    }

    private static void load(RespConnection primary, Random random, boolean losesHalves)
            throws IOException {
        for (int i = 0; i < COMMANDS; i++) {
            List<String> command = FAMILIES.get(random.nextInt(FAMILIES.size())).next(random);
            if (!NOT_REPLICATED.contains(command.getFirst()) && !growsUnseen(command)) {
                var reply = primary.call(command);
                if (losesHalves && reply.toString().startsWith(CORRUPT)) {
                    primary.call("DEL", command.get(1));
                }
            }
        }
    }
}

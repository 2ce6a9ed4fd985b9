// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Sorted sets beside a real server's, where random commands come too seldom.
class SortedSetCommandsTest {

    @Test
    void givenMinusZeroes_whenARangeIsStored_thenTheyAreKeptWhereRedisKeepsThem(
            @TempDir Path folder) throws IOException {
        assumeTrue(ReferenceServer.isInstalled(), "redis-server is not installed");
        try (var redis = ReferenceServer.start(folder);
                var theirs = new RespConnection(redis.port());
                var ours = new CommandHarness(false)) {
            Client client = ours.client();
            for (List<String> command : storedRanges()) {
                assertThat(ours.call(client, command))
                        .as("%s", command)
                        .isEqualTo(theirs.call(command));
            }
        }
    }

    private static List<List<String>> storedRanges() {
        List<List<String>> commands = new ArrayList<>();
        for (String last : List.of("z", "z".repeat(65))) {
            for (int elements : List.of(2, 127, 128, 129)) {
                commands.add(List.of("DEL", "source"));
                // Only a large set knows -0.
                commands.add(List.of("CONFIG", "SET", "zset-max-listpack-entries", "0"));
                for (int i = 1; i < elements; i++) {
                    commands.add(List.of("ZADD", "source", "-0", "%03d".formatted(i)));
                }
                commands.add(List.of("ZADD", "source", "-0", last));
                commands.add(List.of("CONFIG", "SET", "zset-max-listpack-entries", "128"));
                commands.add(List.of("ZRANGESTORE", "target", "source", "0", "-1"));
                commands.add(List.of("ZRANGE", "target", "0", "-1", "WITHSCORES"));
                commands.add(List.of("ZRANGESTORE", "target", "source", "0", "0", "BYSCORE"));
                commands.add(List.of("ZRANGE", "target", "0", "-1", "WITHSCORES"));
                commands.add(List.of("ZRANGESTORE", "target", "source", "-", "+", "BYLEX", "REV"));
                commands.add(List.of("ZRANGE", "target", "0", "-1", "WITHSCORES"));
            }
        }
        return commands;
    }
}

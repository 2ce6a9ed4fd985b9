// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.dunlin.node.testkit.Seeds;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// How many changes a command counts for, which decides when a save point is due, beside a real server.
@Tag("long-run")
class ChangesTest {
    private static final int COMMANDS = Integer.getInteger("differential.commands", 3000);
    private static final long SEED = Seeds.LONG_RUN;
    private static final Pattern CHANGES = Pattern.compile("rdb_changes_since_last_save:(\\d+)");

    /// Redis counts differently what it comes upon on the way: bits that were already as they are set when the string has grown, and consumers
    /// that are made by a question; and nothing of a command that fails half way, although it has changed something.
    private static final Set<String> OTHERWISE =
            Set.of("BITFIELD", "XREADGROUP", "XCLAIM", "XAUTOCLAIM", "XGROUP");

    @ParameterizedTest
    @EnumSource(
            names = {"PATTERNS", "TRANSACTIONS", "SERVER"},
            mode = EnumSource.Mode.EXCLUDE)
    void givenRandomCommands_whenTheyRunOnBothServers_thenTheyCountForAsManyChanges(
            CommandGenerator family, @TempDir Path folder) throws IOException {
        assumeTrue(ReferenceServer.isInstalled(), "redis-server is not installed");
        var random = new Random(SEED);
        Map<String, String> differences = new TreeMap<>();
        try (var redis =
                        ReferenceServer.start(
                                folder, "--databases", "" + CommandHarness.DATABASES);
                var theirs = new RespConnection(redis.port());
                var ours = new CommandHarness(false)) {
            Client client = ours.client();
            theirs.call("CONFIG", "SET", "proto-max-bulk-len", "1mb");
            ours.call(client, "CONFIG", "SET", "proto-max-bulk-len", "1mb");
            theirs.call("DEBUG", "SET-ACTIVE-EXPIRE", "0");
            long before = changes(theirs);
            for (int i = 0; i < COMMANDS; i++) {
                List<String> command = family.next(random);
                ours.nowMs = System.currentTimeMillis();
                ours.keyspace.access().time(ours.nowMs);
                long ourBefore = ours.context.dirty();
                Reply our = ours.call(client, command);
                Reply their = theirs.call(command);
                long after = changes(theirs);
                long ourChanges = ours.context.dirty() - ourBefore;
                String name = command.getFirst().toUpperCase(Locale.ROOT);
                if (ourChanges != after - before
                        && our.equals(their)
                        && !our.isError()
                        && !OTHERWISE.contains(name)) {
                    differences.merge(
                            name,
                            "%d instead of %d: %s".formatted(ourChanges, after - before, command),
                            (first, next) ->
                                    first.length() > 3000 ? first : first + "\n   " + next);
                }
                before = after;
            }
        }
        assertThat(differences).as("-Dseed=%d", SEED).isEmpty();
    }

    private static long changes(RespConnection server) throws IOException {
        var matcher = CHANGES.matcher(server.call("INFO", "persistence").string());
        assertThat(matcher.find()).isTrue();
        return Long.parseLong(matcher.group(1));
    }
}

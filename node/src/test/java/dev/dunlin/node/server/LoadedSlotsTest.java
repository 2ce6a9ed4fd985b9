// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dunlin.node.server.ServerProcess.Kind;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// A data set that is loaded into a cluster whose nodes.conf says something else of its slots; redis-server shows what is right.
@Timeout(120)
class LoadedSlotsTest {
    private static final String OTHER = "0123456789abcdef0123456789abcdef01234567";

    /// Slots of the keys `b`, `c`, `bar`, `foo`.
    private static final List<Integer> SLOTS = List.of(3300, 7365, 5061, 12182);

    @TempDir private Path dir;

    /// Ends a node that owns all slots and has four keys.
    private ServerProcess withData(Kind kind) throws Exception {
        var server = new ServerProcess(kind, dir, 15_000, "--cluster-require-full-coverage", "no");
        TestNodes.await("it serves", 30, server::answers);
        server.ask("CLUSTER", "ADDSLOTSRANGE", "0", "16383");
        for (String key : List.of("b", "c", "bar", "foo")) {
            TestNodes.await("it takes writes", 30, () -> server.ask("SET", key, "1").equals("+OK"));
        }
        server.shutDown();
        return server;
    }

    private static List<String> mySlots(ServerProcess server) {
        String line =
                server.ask("CLUSTER", "NODES")
                        .lines()
                        .filter(each -> each.contains("myself"))
                        .findFirst()
                        .orElseThrow();
        String[] words = line.split(" ", -1);
        return Arrays.stream(words).skip(8).sorted().toList();
    }

    @ParameterizedTest
    @EnumSource
    void givenKeysOfSlotsThatNobodyOwns_whenStarted_thenTheNodeTakesThem(Kind kind)
            throws Exception {
        try (var server = withData(kind)) {
            Files.delete(server.home().resolve("nodes.conf"));
            server.start();
            TestNodes.await("it serves", 30, server::answers);

            TestNodes.await("it answers for them", 30, () -> server.ask("GET", "foo").equals("$1"));
            assertThat(mySlots(server))
                    .containsExactlyElementsOf(SLOTS.stream().map(s -> "" + s).sorted().toList());
        }
    }

    @ParameterizedTest
    @EnumSource
    void givenKeysOfSlotsThatAnotherOwns_whenStarted_thenTheyAreImporting(Kind kind)
            throws Exception {
        try (var server = withData(kind)) {
            Path file = server.home().resolve("nodes.conf");
            String mine = Files.readString(file).replace(" connected 0-16383", " connected");
            Files.writeString(
                    file, OTHER + " 127.0.0.1:1@10001 master - 0 0 9 connected 0-16383\n" + mine);
            server.start();
            TestNodes.await("it serves", 30, server::answers);

            TestNodes.await("they are open", 30, () -> mySlots(server).size() == SLOTS.size());
            assertThat(mySlots(server))
                    .containsExactlyElementsOf(
                            SLOTS.stream()
                                    .map(s -> "[" + s + "-<-" + OTHER + "]")
                                    .sorted()
                                    .toList());
            assertThat(server.ask("DBSIZE")).isEqualTo(":4");
        }
    }
}

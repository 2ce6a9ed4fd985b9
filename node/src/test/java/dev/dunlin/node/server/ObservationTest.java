// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dunlin.node.Node;
import dev.dunlin.node.replication.RedisServer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What a node tells of its own speed: slow log, latency events, INFO.
@Timeout(60)
class ObservationTest {
    @TempDir private Path dir;
    private Node node;

    @BeforeEach
    void start() throws Exception {
        node = TestNodes.start(dir, "enable-debug-command", "yes");
    }

    @AfterEach
    void stop() {
        node.close();
    }

    @Test
    void givenThresholdZero_whenCommandsArePipelined_thenEachIsLoggedWithItsArguments() {
        try (var c = new RawConnection(node.port())) {
            c.call("CONFIG", "SET", "slowlog-log-slower-than", "0");
            c.call("SLOWLOG", "RESET");
            c.send("SET a 1\r\nGET a\r\nGET nosuch\r\n");
            for (int i = 0; i < 3; i++) {
                c.reply();
            }
            assertThat(c.call("SLOWLOG", "GET", "3"))
                    .matches(
                            "\\[\\[:\\d+ :\\d+ :\\d+ \\[\\$GET \\$nosuch] \\$127.0.0.1:\\d+ \\$]"
                                    + " \\[:\\d+ :\\d+ :\\d+ \\[\\$GET \\$a] \\$127.0.0.1:\\d+ \\$]"
                                    + " \\[:\\d+ :\\d+ :\\d+ \\[\\$SET \\$a \\$1] .*]]");
        }
    }

    @Test
    void givenSlowCommandInAPipeline_whenLogged_thenItIsThatOneAndNoOther() {
        try (var c = new RawConnection(node.port())) {
            c.call("CONFIG", "SET", "slowlog-log-slower-than", "100000");
            c.call("CONFIG", "SET", "latency-monitor-threshold", "100");
            c.send("SET a 1\r\n".repeat(20) + "DEBUG SLEEP 0.15\r\n" + "GET a\r\n".repeat(20));
            for (int i = 0; i < 41; i++) {
                c.reply();
            }
            assertThat(c.call("SLOWLOG", "LEN")).isEqualTo(":1");
            assertThat(c.call("SLOWLOG", "GET")).contains("[$DEBUG $SLEEP $0.15]");
            assertThat(c.call("LATENCY", "LATEST")).startsWith("[[$command :");
            assertThat(c.call("LATENCY", "HISTORY", "command")).matches("\\[\\[:\\d+ :1\\d\\d]]");
            assertThat(c.call("LATENCY", "GRAPH", "command")).startsWith("$command - high ");
            assertThat(c.call("LATENCY", "DOCTOR")).contains("1. command: 1 latency spikes");
            assertThat(c.call("LATENCY", "RESET")).isEqualTo(":1");
        }
    }

    @Test
    void givenSlowCommandInATransaction_whenLogged_thenItIsThatOne() {
        try (var c = new RawConnection(node.port())) {
            c.call("CONFIG", "SET", "slowlog-log-slower-than", "100000");
            c.send("MULTI\r\nSET a 1\r\nDEBUG SLEEP 0.15\r\nGET a\r\nEXEC\r\n");
            for (int i = 0; i < 5; i++) {
                c.reply();
            }
            assertThat(c.call("SLOWLOG", "LEN")).isEqualTo(":1");
            assertThat(c.call("SLOWLOG", "GET")).contains("[$DEBUG $SLEEP $0.15]");
        }
    }

    @Test
    void givenLongCommand_whenLogged_thenItIsCut() {
        try (var c = new RawConnection(node.port())) {
            c.call("CONFIG", "SET", "slowlog-log-slower-than", "0", "slowlog-max-len", "2");
            c.call("SET", "k", "x".repeat(200));
            List<String> many = new ArrayList<>(List.of("DEL"));
            for (int i = 0; i < 40; i++) {
                many.add("k" + i);
            }
            c.call(many.toArray(new String[0]));
            String log = c.call("SLOWLOG", "GET");
            assertThat(log).contains("$" + "x".repeat(128) + "... (72 more bytes)");
            assertThat(log).contains("$k29 $... (10 more arguments)]");
            assertThat(c.call("SLOWLOG", "LEN")).isEqualTo(":2");
        }
    }

    @Test
    void givenCommands_whenTheirLatencyIsAskedFor_thenAllCallsAreInIt() {
        try (var c = new RawConnection(node.port())) {
            c.send("SET a 1\r\n".repeat(1000));
            for (int i = 0; i < 1000; i++) {
                c.reply();
            }
            assertThat(c.call("LATENCY", "HISTOGRAM", "set"))
                    .matches("\\[\\$set \\[\\$calls :1000 \\$histogram_usec \\[.*:1000]]]");
            assertThat(c.call("INFO", "latencystats"))
                    .containsPattern(
                            "latency_percentiles_usec_set:p50=\\d+\\.\\d{3},p99=\\d+\\.\\d{3},p99\\.9=");
            assertThat(c.call("INFO", "commandstats"))
                    .containsPattern("cmdstat_set:calls=1000,usec=[1-9]\\d*,usec_per_call=");
            c.call("CONFIG", "RESETSTAT");
            assertThat(c.call("LATENCY", "HISTOGRAM", "set")).isEqualTo("[]");
        }
    }

    @Test
    void givenMonitor_whenOthersRunCommands_thenItSeesThemAsRedisShowsThem() throws Exception {
        try (var redis = new RedisServer(dir);
                var ours = new RawConnection(node.port());
                var theirs = new RawConnection(redis.port());
                var atOurs = new RawConnection(node.port());
                var atTheirs = new RawConnection(redis.port())) {
            assertThat(ours.call("MONITOR")).isEqualTo(theirs.call("MONITOR"));
            String[][] commands = {
                {"SET", "a", "x y\"\\\r\n\t\u0007\b\u0001\u00ff"},
                {"SELECT", "1"},
                {"GET", "a"},
                {"CONFIG", "SET", "maxmemory", "0"},
                {"NOSUCH"},
                {"MULTI"},
                {"INCR", "n"},
                {"EXEC"},
                {"PING"}
            };
            for (String[] command : commands) {
                atOurs.call(command);
                atTheirs.call(command);
            }
            for (int i = 0; i < commands.length - 2; i++) {
                assertThat(shown(ours.reply())).isEqualTo(shown(theirs.reply()));
            }
        }
    }

    private static String shown(String line) {
        return line.replaceAll("^\\+\\d+\\.\\d{6} \\[(\\d) 127.0.0.1:\\d+]", "$1");
    }

    @Test
    void givenInfo_whenComparedWithRedis_thenNoFieldIsMissingAndTheOrderIsTheSame()
            throws Exception {
        try (var redis = new RedisServer(dir)) {
            redis.call("SET", "k", "v");
            redis.call("NOSUCH");
            TestNodes.ask(node, "SET", "k", "v");
            TestNodes.ask(node, "NOSUCH");
            for (String section : List.of("default", "all", "everything", "server", "modules")) {
                List<String> theirs = fields(redis.call("INFO", section));
                List<String> ours = fields(TestNodes.ask(node, "INFO", section).substring(1));
                ours.remove("dunlin_version");
                assertThat(ours).as(section).isEqualTo(theirs);
            }
        }
    }

    private static List<String> fields(String info) {
        List<String> names = new ArrayList<>();
        for (String line : info.lines().toList()) {
            String name = line.startsWith("#") ? line : line.replaceAll(":.*", "");
            // Which commands have run differs.
            if (!name.startsWith("cmdstat_") && !name.startsWith("latency_percentiles_usec_")) {
                names.add(name);
            }
        }
        return names;
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.dunlin.node.Node;
import dev.dunlin.node.config.Directives;
import dev.dunlin.node.config.Settings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Stories of clients that wait for each other, told to a node of ours and to a real redis-server: each client must hear the same.
///
/// A line of a story is a client's name and its command. `...` at the end says that the client will wait; a name alone, that it gets its
/// reply now; a name and `!`, that it goes away; `~` at the end, that nothing is to be waited for. `$a` is the number of client `a`.
class BlockingTest {
    private static final long WAIT_MAX_NS = TimeUnit.SECONDS.toNanos(10);

    @TempDir static Path folder;

    private static Node node;
    private static ReferenceServer redis;

    @BeforeAll
    static void start() throws Exception {
        assumeTrue(ReferenceServer.isInstalled(), "redis-server is not installed");
        redis = ReferenceServer.start(folder);
        var settings = new Settings();
        settings.set(Directives.PORT, 0);
        settings.set(Directives.BIND, List.of("127.0.0.1"));
        settings.set(Directives.DIR, folder.toString());
        // As the other server is started.
        settings.set(Directives.SAVE, List.of());
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

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a BLPOP k 0 ... / b BRPOP k 0 ... / c RPUSH k 1 2 3 / a / b / c LRANGE k 0 -1",
                "a BLPOP k 0 ... / c RPUSH k 1 / a / c EXISTS k",
                "a BLPOP x y z 0 ... / c RPUSH z 1 / a / a BLPOP x y z 0 ... / c LPUSH x 2 / a",
                "a BLPOP k 0.05 ~ / a / a BLMOVE k l LEFT LEFT 0.05 ~ / a / a BRPOPLPUSH k l 0.05 ~ / a",
                "a BLMPOP 0.05 2 k l LEFT ~ / a",
                "a BLPOP k -1 / a BLPOP k nan / a BLPOP k x / a BLPOP k 1e5000",
                "a BLMPOP 0 0 k LEFT / a BLMPOP x 1 k LEFT / a BLMPOP 0 1 k UP / a BLMPOP 0 1 k LEFT COUNT 0",
                "a BLMOVE k l LEFT UP 0 / a BLMOVE k l LEFT LEFT -0.1 / a BRPOPLPUSH k l x",
                "c SET s v / a BLPOP s 0 / a BLMOVE s l LEFT LEFT 0 / a BLMPOP 0 2 k s LEFT / a BLPOP k s 0",
                "a BLPOP k 0 ... / c SET k v / c DEL k / c RPUSH k 1 / a",
                "a BLMOVE k l LEFT RIGHT 0 ... / b BLPOP l 0 ... / c RPUSH k v w / a / b / c LRANGE k 0 -1",
                "a BLMOVE k k LEFT RIGHT 0 ... / c RPUSH k v w / a / c LRANGE k 0 -1",
                "c SET s v / a BLMOVE k s LEFT RIGHT 0 ... / c RPUSH k v w / a / c LRANGE k 0 -1",
                "a BRPOPLPUSH k l 0 ... / c RPUSH k v w / a / c LRANGE k 0 -1 / c LRANGE l 0 -1",
                "a BLMPOP 0 2 k l RIGHT COUNT 2 ... / c RPUSH l 1 2 3 / a / c LRANGE l 0 -1",
                "a BLPOP k 0 ... / c MULTI / c RPUSH k 1 / c DEL k / c EXEC / c RPUSH k 2 / a",
                "a BLPOP k 0 ... / c MULTI / c RPUSH k 1 / c RPUSH k 2 / c LRANGE k 0 -1 / c EXEC / a / c LRANGE k 0 -1",
                "c MULTI / c BLPOP k 0 / c BLMOVE k l LEFT LEFT 0 / c BRPOPLPUSH k l 0 / c BLMPOP 0 1 k LEFT / c EXEC",
                "c MULTI / c RPUSH k 1 / c BLPOP k 0 / c EXEC",
                "a BLPOP k 0 ... / c RPUSH l 1 / c RENAME l k / a",
                "a BLPOP k 0 ... / c RPUSH l 1 / c COPY l k / a / c LRANGE l 0 -1",
                "a BLPOP k 0 ... / c RPUSH l 1 2 / c LMOVE l k LEFT LEFT / a",
                "a BLPOP k 0 ... / c SELECT 1 / c RPUSH k 1 / c SWAPDB 0 1 / a / c DBSIZE",
                "a BLPOP k 0 ... / c SELECT 1 / c RPUSH k 1 / c MOVE k 0 / a / c DBSIZE",
                "a BLPOP k 0 ... / c CLIENT UNBLOCK $a / a / c CLIENT UNBLOCK $a / a PING",
                "a BLPOP k 0 ... / c CLIENT UNBLOCK $a ERROR / a / a BLMOVE k l LEFT LEFT 0 ... / c CLIENT UNBLOCK $a TIMEOUT / a",
                "a BLPOP k 0 ... / b BLPOP k 0 ... / a ! / c RPUSH k 1 / b / c EXISTS k",
                "a BLPOP k k 0 ... / c RPUSH k 1 2 / a / c LRANGE k 0 -1",
                "a BLPOP k 0 ... / c EVALNOSUCH / c RPUSH k 1 / a",
                "a SELECT 2 / a BLPOP k 0 ... / c RPUSH k 0 / c SELECT 2 / c RPUSH k 1 / a",
                "a BLPOP k 0 ... / b BLPOP k 0 ... / c FLUSHALL / c RPUSH k 1 / a / c RPUSH k 2 / b",
                "a CLIENT REPLY SKIP ~ / a BLPOP k 0 ... / c RPUSH k 1 / a PING",
                "a BZPOPMIN k 0 ... / b BZPOPMAX k 0 ... / c ZADD k 1 x 2 y 3 z / a / b / c ZRANGE k 0 -1",
                "a BZPOPMIN k l 0 ... / c ZADD l 1.5 x / a / c EXISTS l",
                "a BZPOPMIN k 0.05 ~ / a / a BZMPOP 0.05 2 k l MIN ~ / a / a BZPOPMAX k x / a BZMPOP x 1 k MIN / a BZMPOP 0 1 k UP",
                "c SET s v / a BZPOPMIN s 0 / a BZMPOP 0 2 k s MAX / c ZADD k 1 x / a BZPOPMIN k s 0 / a BZPOPMIN s k 0",
                "a BZMPOP 0 2 k l MAX COUNT 2 ... / c ZADD l 1 x 2 y 3 z / a / c ZRANGE l 0 -1 WITHSCORES",
                "a BZPOPMIN k 0 ... / c RPUSH k 1 / c DEL k / c ZADD k 1 x / a",
                "a BLPOP k 0 ... / b BZPOPMIN k 0 ... / c ZADD k 1 x / b / c RPUSH k v / a",
                "a BZPOPMIN k 0 ... / c ZADD l 1 x / c ZUNIONSTORE k 1 l / a",
                "c MULTI / c BZPOPMIN k 0 / c BZMPOP 0 1 k MIN / c ZADD k 1 x / c BZPOPMAX k 0 / c EXEC",
                "a BZPOPMAX k 0 ... / c CLIENT UNBLOCK $a / a",
                "a XREAD BLOCK 0 STREAMS k l $ 0 ... / c XADD l 1-1 f v / a / a XREAD BLOCK 0 STREAMS k l $ 1-1 ... / c XADD k 5-1 f v / a",
                "c XADD k 5-1 f v / a XREAD BLOCK 0 STREAMS k $ ... / c XADD k 5-2 f w / a / c XLEN k",
                "c XADD k 5-1 f v / a XREAD BLOCK 0 COUNT 1 STREAMS k 7-0 ... / c XADD k 6-0 f w / c XADD k 7-1 f x / a",
                "a XREAD BLOCK 50 STREAMS k $ ~ / a / a XREAD BLOCK -1 STREAMS k $ / a XREAD BLOCK x STREAMS k $ / a XREAD BLOCK 1.5 STREAMS k $",
                "a XREAD BLOCK 0 STREAMS k $ ... / b XREAD BLOCK 0 STREAMS k $ ... / c XADD k 5-1 f v / a / b",
                "a XREAD BLOCK 0 STREAMS k $ ... / c RPUSH k 1 / c DEL k / c XADD k 5-1 f v / a",
                "c XGROUP CREATE k g $ MKSTREAM / a XREADGROUP GROUP g x BLOCK 0 STREAMS k > ... / b XREADGROUP GROUP g y BLOCK 0 STREAMS k > ... / c XADD k 5-1 f v / a / c XADD k 5-2 f w / b / c XPENDING k g",
                "c XGROUP CREATE k g $ MKSTREAM / a XREADGROUP GROUP g x BLOCK 0 NOACK STREAMS k > ... / c XADD k 5-1 f v / a / c XPENDING k g",
                "c XGROUP CREATE k g $ MKSTREAM / a XREADGROUP GROUP g x BLOCK 0 STREAMS k 0 / a XREADGROUP GROUP g x BLOCK 20 STREAMS k > ~ / a / a XREADGROUP GROUP h x BLOCK 0 STREAMS k >",
                "c MULTI / c XREAD BLOCK 0 STREAMS k $ / c XADD k 5-1 f v / c XREAD BLOCK 0 STREAMS k 0 / c EXEC",
                "a XREAD BLOCK 0 STREAMS k $ ... / c CLIENT UNBLOCK $a / a / a XREAD BLOCK 0 STREAMS k $ ... / c CLIENT UNBLOCK $a ERROR / a",
                "a BLPOP k 0 ... / c RPUSH l 3 1 2 / c SORT l STORE k / a / c LRANGE k 0 -1",
                "a BLPOP k 0 ... / c RPUSH k 1 | LPOP k | LPUSH k 2 / a / c LRANGE k 0 -1"
            })
    void givenAStory_whenToldToBothServers_thenEveryoneHearsTheSame(String story) throws Exception {
        for (int protocol : new int[] {2, 3}) {
            assertThat(tell(story, node.port(), protocol))
                    .as("RESP%d", protocol)
                    .isEqualTo(tell(story, redis.port(), protocol));
        }
    }

    /// Redis 7.0 takes them for negative; 7.2 does not.
    @Test
    void givenTimeoutsThatDoNotFit_whenWaiting_thenTheErrorSaysSo() throws IOException {
        try (var client = new RespConnection(node.port())) {
            for (String timeout : List.of("inf", "1e400", "9223372036854775807")) {
                assertThat(client.call("BLPOP", "k", timeout).text())
                        .isEqualTo("ERR timeout is out of range");
            }
        }
    }

    /// Redis 7.0 has other texts for these; 7.2 runs the command again, as we do.
    @Test
    void givenAWaitingReaderOfAGroup_whenStreamOrGroupGoes_thenItHearsOfIt() throws IOException {
        for (String end :
                List.of("DEL k", "XGROUP DESTROY k g", "FLUSHALL", "SET k v", "PEXPIRE k 1")) {
            assertThat(
                            tell(
                                            "c XGROUP CREATE k g $ MKSTREAM / a XREADGROUP GROUP g x BLOCK 0 STREAMS k > ... / c "
                                                    + end
                                                    + " / a",
                                            node.port(),
                                            2)
                                    .getLast())
                    .as(end)
                    .isEqualTo(
                            end.startsWith("SET")
                                    ? "a gets -WRONGTYPE Operation against a key holding the wrong kind of value"
                                    : "a gets -NOGROUP No such key 'k' or consumer group 'g' in XREADGROUP with GROUP"
                                            + " option");
        }
    }

    private static List<String> tell(String story, int port, int protocol) throws IOException {
        List<String> heard = new ArrayList<>();
        Map<String, RespConnection> clients = new HashMap<>();
        Map<String, Long> numbers = new HashMap<>();
        try (var control = new RespConnection(port)) {
            control.call("FLUSHALL");
            for (String line : story.split(" / ", -1)) {
                List<String> words = new ArrayList<>(List.of(line.strip().split(" ", -1)));
                String name = words.removeFirst();
                RespConnection client = clients.get(name);
                if (client == null) {
                    client = new RespConnection(port);
                    client.call("HELLO", "" + protocol);
                    clients.put(name, client);
                    numbers.put(name, client.call("CLIENT", "ID").integer());
                }
                words.replaceAll(word ->
                        word.matches("\\$[a-z]") ? "" + numbers.get(word.substring(1)) : word);
                if (words.isEmpty()) {
                    heard.add(name + " gets " + client.read());
                } else if (words.equals(List.of("!"))) {
                    int before = blocked(control);
                    client.close();
                    clients.remove(name);
                    awaitBlocked(control, before - 1);
                } else if (words.getLast().equals("...")) {
                    int before = blocked(control);
                    client.send(words.subList(0, words.size() - 1));
                    awaitBlocked(control, before + 1);
                } else if (words.getLast().equals("~")) {
                    client.send(words.subList(0, words.size() - 1));
                } else {
                    heard.addAll(pipeline(client, words));
                }
            }
            return heard;
        } finally {
            for (RespConnection client : clients.values()) {
                client.close();
            }
            try (var control = new RespConnection(port)) {
                awaitBlocked(control, 0);
            }
        }
    }

    /// Sends commands divided by `|` at once.
    private static List<String> pipeline(RespConnection client, List<String> words)
            throws IOException {
        List<List<String>> commands = new ArrayList<>();
        commands.add(new ArrayList<>());
        for (String word : words) {
            if (word.equals("|")) {
                commands.add(new ArrayList<>());
            } else {
                commands.getLast().add(word);
            }
        }
        client.sendAll(commands);
        List<String> heard = new ArrayList<>();
        for (List<String> command : commands) {
            heard.add(command.getFirst() + " answers " + client.read());
        }
        return heard;
    }

    private static int blocked(RespConnection control) throws IOException {
        return Integer.parseInt(
                control.call("INFO", "clients")
                        .string()
                        .lines()
                        .filter(line -> line.startsWith("blocked_clients:"))
                        .findFirst()
                        .orElseThrow()
                        .substring("blocked_clients:".length()));
    }

    private static void awaitBlocked(RespConnection control, int clients) throws IOException {
        long deadlineNs = System.nanoTime() + WAIT_MAX_NS;
        while (blocked(control) != clients) {
            assertThat(System.nanoTime()).as("waiting clients").isLessThan(deadlineNs);
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
        }
    }
}

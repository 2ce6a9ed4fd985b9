// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dunlin.node.Node;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Requests at and beyond the limits of the protocol, compared with a redis-server to the byte.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ProtocolErrorsTest {
    @TempDir private static Path dir;
    private Node node;
    private ServerProcess redis;

    @BeforeAll
    void start() throws Exception {
        Assumptions.assumeTrue(
                Files.isExecutable(ServerProcess.REDIS_SERVER),
                "redis-server is not installed: skipped");
        redis = new ServerProcess(ServerProcess.Kind.REDIS, dir, 1000);
        node = TestNodes.start(dir);
        TestNodes.await("redis-server answers", 20, redis::answers);
    }

    @AfterAll
    void stop() {
        redis.close();
        node.close();
    }

    /// `~` is a line end, `x{n}` stands for n times the character before.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "*1048577~",
                "*2147483647~",
                "*2147483648~",
                "*1048577~$4~PING~",
                "*-1~*1~$4~PING~",
                "*0~*1~$4~PING~",
                "*01~$4~PING~",
                "*-0~*1~$4~PING~",
                "*+1~$4~PING~",
                "*~$4~PING~",
                "*1 ~$4~PING~",
                "*1~$536870912~",
                "*1~$536870913~",
                "*1~$4294967295~",
                "*1~$18446744073709551616~",
                "*1~$-1~",
                "*1~$04~PING~",
                "*1~$0~~",
                "*1~$~",
                "*1~$4~PINGxx*1~$4~PING~",
                "*1\n$4\nPING\n",
                "*1",
                "*x",
                "*1x",
                "*11111111111111111111",
                "*1~$11111111111111111111",
                "*1x{65535}",
                "*1x{65536}",
                "*1~$1x{65535}",
                "*1~$1x{65536}",
                "*1~:1~",
                "*1~~",
                "Ax{65536}",
                "Ax{65537}",
                "PING~\n~PING~",
                "PING\n",
                " PING~",
                "PING \"a\"b~",
                "PING 'a~",
            })
    void givenRequestAtTheLimit_whenSent_thenTheAnswerIsRediss(String pattern) {
        String request = request(pattern);

        assertThat(answer(node.port(), request)).isEqualTo(answer(redis.port(), request));
        assertThat(TestNodes.ask(node, "PING")).isEqualTo("+PONG");
    }

    private static String answer(int port, String request) {
        try (var c = new RawConnection(port)) {
            return c.send(request).rest();
        }
    }

    private static String request(String pattern) {
        String text = pattern.replace("~", "\r\n");
        int brace = text.indexOf("x{");
        if (brace < 0) {
            return text;
        }
        int times = Integer.parseInt(text.substring(brace + 2, text.length() - 1));
        return text.substring(0, brace) + text.substring(brace - 1, brace).repeat(times - 1);
    }
}

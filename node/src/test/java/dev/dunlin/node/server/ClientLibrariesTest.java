// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.dunlin.node.Node;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisConnectionException;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.JedisPooled;
import redis.clients.jedis.exceptions.JedisAccessControlException;

/// Unmodified clients with their default settings connect to a node with a password, and work.
class ClientLibrariesTest {
    private static final String HOST = "127.0.0.1";
    private static final String PASSWORD = "sesame";
    private static final Map<String, String> FIELDS = Map.of("f1", "v1", "f2", "v2");

    @TempDir private Path dir;
    private Node node;

    /// With both native transports of this module on its path, Lettuce takes the channels of one and the loops of the other.
    @BeforeAll
    static void leaveLettuceOneNativeTransport() {
        System.setProperty("io.lettuce.core.iouring", "false");
    }

    @BeforeEach
    void start() throws Exception {
        node = TestNodes.start(dir, "requirepass", PASSWORD);
    }

    @AfterEach
    void stop() {
        node.close();
    }

    /// Lettuce speaks RESP3 when HELLO works, and says its name and version with CLIENT SETINFO.
    @Test
    void givenLettuce_whenItConnectsWithItsDefaults_thenItWorksInResp3() {
        RedisURI uri =
                RedisURI.builder()
                        .withHost(HOST)
                        .withPort(node.port())
                        .withPassword(PASSWORD.toCharArray())
                        .withClientName("lettuce-test")
                        .build();
        RedisClient client = RedisClient.create(uri);
        try (StatefulRedisConnection<String, String> connection = client.connect()) {
            var redis = connection.sync();
            assertThat(redis.set("k", "v")).isEqualTo("OK");
            assertThat(redis.get("k")).isEqualTo("v");
            assertThat(redis.get("absent")).isNull();
            assertThat(redis.hset("h", FIELDS)).isEqualTo(2);
            assertThat(redis.hgetall("h")).isEqualTo(FIELDS);
            assertThat(redis.configGet("requirepass")).containsEntry("requirepass", PASSWORD);
            assertThat(redis.incrbyfloat("d", 1.5)).isEqualTo(1.5);
            assertThat(redis.info("server")).contains("redis_version:");
            assertThat(redis.clientGetname()).isEqualTo("lettuce-test");
            assertThat(redis.clientList())
                    .contains(" name=lettuce-test ", " resp=3 lib-name=Lettuce");
        } finally {
            client.shutdown();
        }
    }

    /// When its password is refused, Lettuce closes the connection itself, and in about one of a hundred cases it reports that instead of the
    /// reason (of redis-server as well); so it may try more than once.
    @Test
    void givenLettuceWithAWrongPassword_whenItConnects_thenItSaysWhy() {
        RedisClient client =
                RedisClient.create(
                        RedisURI.builder()
                                .withHost(HOST)
                                .withPort(node.port())
                                .withPassword("wrong".toCharArray())
                                .build());
        try {
            Throwable refusal = catchThrowable(client::connect);
            for (int retries = 0; retries < 5 && hidesItsReason(refusal); retries++) {
                refusal = catchThrowable(client::connect);
            }
            assertThat(refusal).hasStackTraceContaining("WRONGPASS");
        } finally {
            client.shutdown();
        }
    }

    private static boolean hidesItsReason(Throwable refusal) {
        return refusal instanceof RedisConnectionException
                && refusal.getCause() instanceof RedisConnectionException closed
                && "Connection closed prematurely".equals(closed.getMessage());
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void givenJedis_whenItConnects_thenItWorksWithItsDefaultsAndInResp3(boolean resp3) {
        var config = DefaultJedisClientConfig.builder().password(PASSWORD).clientName("jedis-test");
        if (resp3) {
            config.resp3();
        }
        try (var redis = new Jedis(new HostAndPort(HOST, node.port()), config.build())) {
            assertThat(redis.set("k", "v")).isEqualTo("OK");
            assertThat(redis.get("k")).isEqualTo("v");
            assertThat(redis.get("absent")).isNull();
            assertThat(redis.hset("h", FIELDS)).isEqualTo(2);
            assertThat(redis.hgetAll("h")).isEqualTo(FIELDS);
            assertThat(redis.configGet("requirepass")).containsEntry("requirepass", PASSWORD);
            assertThat(redis.incrByFloat("d", 1.5)).isEqualTo(1.5);
            assertThat(redis.clientList())
                    .contains(" name=jedis-test ", " resp=" + (resp3 ? 3 : 2) + " lib-name=jedis");
        }
    }

    @Test
    void givenPooledJedis_whenUsed_thenItWorksWithItsDefaults() {
        var config = DefaultJedisClientConfig.builder().password(PASSWORD).build();
        try (var redis = new JedisPooled(new HostAndPort(HOST, node.port()), config)) {
            assertThat(redis.set("k", "v")).isEqualTo("OK");
            assertThat(redis.hset("h", FIELDS)).isEqualTo(2);
            assertThat(redis.hgetAll("h")).isEqualTo(FIELDS);
        }
    }

    @Test
    void givenJedisWithAWrongPassword_whenItConnects_thenItSaysWhy() {
        var config = DefaultJedisClientConfig.builder().password("wrong").build();
        assertThatThrownBy(
                        () -> {
                            try (var redis =
                                    new Jedis(new HostAndPort(HOST, node.port()), config)) {
                                redis.ping();
                            }
                        })
                .isInstanceOf(JedisAccessControlException.class)
                .hasMessageContaining("WRONGPASS");
    }
}

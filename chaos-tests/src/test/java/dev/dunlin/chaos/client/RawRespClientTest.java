// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.chaos.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RawRespClientTest {
    private static final long SEED = Long.getLong("seed", 20_261_122L);
    private static final Duration TIMEOUT = Duration.ofMillis(300);

    @ParameterizedTest
    @ValueSource(
            strings = {
                "MOVED 1 127.0.0.1:7",
                "ASK 1 127.0.0.1:7",
                "CLUSTERDOWN Hash slot not served",
                "MASTERDOWN Link with MASTER is down",
                "LOADING Redis is loading the dataset in memory",
                "READONLY You can't write against a read only replica.",
                "OOM command not allowed",
                "MISCONF Redis is configured to save",
                "NOREPLICAS Not enough good replicas to write.",
                "TRYAGAIN Multiple keys request during rehashing of slot",
                "CROSSSLOT Keys in request don't hash to the same slot",
                "NOAUTH Authentication required.",
                "EXECABORT Transaction discarded"
            })
    void givenARefusal_whenReplied_thenTheOutcomeIsFail(String error) throws Exception {
        assertThat(invokeAgainst("-" + error + "\r\n")).isEqualTo(new Outcome.Fail(error));
    }

    @ParameterizedTest
    @ValueSource(strings = {"NOQUORUM too few acks", "UNBLOCKED force unblock", "ERR in script"})
    void givenAnErrorThatMayFollowExecution_whenReplied_thenTheOutcomeIsInfo(String error)
            throws Exception {
        assertThat(invokeAgainst("-" + error + "\r\n")).isEqualTo(new Outcome.Info(error));
    }

    @Test
    void givenEveryReplyType_whenReplied_thenItIsDecoded() throws Exception {
        assertThat(invokeAgainst("*5\r\n+OK\r\n:-7\r\n$3\r\na\r\n\r\n$-1\r\n*-1\r\n"))
                .isEqualTo(
                        new Outcome.Ok(
                                new Reply.Array(
                                        List.of(
                                                new Reply.Simple("OK"),
                                                new Reply.Int(-7),
                                                new Reply.Bulk("a\r\n"),
                                                new Reply.Nil(),
                                                new Reply.Nil()))));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "+OK",
                "$5\r\nab",
                "$5\r\nabcdeXY",
                "?what\r\n",
                ":notanumber\r\n",
                "$99999999999\r\n",
                "*2000000\r\n",
                "$-5\r\n",
                "*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n+deep\r\n"
            })
    void givenABrokenReply_whenTheConnectionEnds_thenTheOutcomeIsInfo(String bytes)
            throws Exception {
        assertThat(invokeAgainst(bytes)).isInstanceOf(Outcome.Info.class);
    }

    @Test
    void givenRandomGarbage_whenReplied_thenTheClientNeverThrows() throws Exception {
        for (long seed = SEED; seed < SEED + 50; seed++) {
            var random = new SplittableRandom(seed);
            byte[] garbage = new byte[1 + random.nextInt(200)];
            random.nextBytes(garbage);

            Outcome outcome = invokeAgainst(garbage);

            assertThat(outcome).as("seed %d", seed).isNotNull();
        }
    }

    @Test
    void givenNobodyListens_whenInvoked_thenTheOutcomeIsFail() throws Exception {
        InetSocketAddress nobody;
        try (var server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            nobody = (InetSocketAddress) server.getLocalSocketAddress();
        }
        try (var client = new RawRespClient(nobody, null, TIMEOUT)) {
            assertThat(client.invoke("SET", "a", "1")).isInstanceOf(Outcome.Fail.class);
        }
    }

    @Test
    void givenASilentServer_whenTheTimeoutPasses_thenTheOutcomeIsInfo() throws Exception {
        try (var server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                var client =
                        new RawRespClient(
                                (InetSocketAddress) server.getLocalSocketAddress(),
                                null,
                                TIMEOUT)) {
            assertThat(client.invoke("SET", "a", "1")).isInstanceOf(Outcome.Info.class);
        }
    }

    @Test
    void givenPipelinedCommands_whenReceived_thenRepliesComeInOrder() throws Exception {
        try (var server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Thread peer = answer(server, "+one\r\n+two\r\n".getBytes(StandardCharsets.US_ASCII));
            try (var client =
                    new RawRespClient(
                            (InetSocketAddress) server.getLocalSocketAddress(), null, TIMEOUT)) {
                assertThat(client.send("GET", "a")).isEmpty();
                assertThat(client.send("GET", "b")).isEmpty();
                assertThat(client.receive()).isEqualTo(new Outcome.Ok(new Reply.Simple("one")));
                assertThat(client.receive()).isEqualTo(new Outcome.Ok(new Reply.Simple("two")));
            }
            peer.join();
        }
    }

    @Test
    void givenAnUnknownOutcome_whenReceivingAgain_thenItStaysUnknown() throws Exception {
        try (var server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Thread peer = answer(server, "+one\r\n".getBytes(StandardCharsets.US_ASCII));
            try (var client =
                    new RawRespClient(
                            (InetSocketAddress) server.getLocalSocketAddress(), null, TIMEOUT)) {
                assertThat(client.send("GET", "a")).isEmpty();
                assertThat(client.send("GET", "b")).isEmpty();
                assertThat(client.receive().isOk()).isTrue();
                assertThat(client.receive()).isInstanceOf(Outcome.Info.class);
                assertThat(client.receive()).isInstanceOf(Outcome.Info.class);
            }
            peer.join();
        }
    }

    private static Outcome invokeAgainst(String reply) throws Exception {
        return invokeAgainst(reply.getBytes(StandardCharsets.US_ASCII));
    }

    private static Outcome invokeAgainst(byte[] reply) throws Exception {
        try (var server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Thread peer = answer(server, reply);
            try (var client =
                    new RawRespClient(
                            (InetSocketAddress) server.getLocalSocketAddress(), null, TIMEOUT)) {
                return client.invoke("GET", "a");
            } finally {
                peer.join();
            }
        }
    }

    // Reads one byte, answers, and ends the stream; the client decides alone what that means.
    private static Thread answer(ServerSocket server, byte[] reply) throws InterruptedException {
        var listening = new CountDownLatch(1);
        Thread peer =
                Thread.ofVirtual()
                        .start(() -> {
                            listening.countDown();
                            try (Socket socket = server.accept()) {
                                if (socket.getInputStream().read() >= 0) {
                                    socket.getOutputStream().write(reply);
                                    socket.shutdownOutput();
                                    socket.getInputStream().readAllBytes();
                                }
                            } catch (IOException _) {
                                // The client hung up first, which some of these tests want.
                            }
                        });
        listening.await();
        return peer;
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.benchmarks.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class LoadGeneratorTest {
    private static final Meter NO_METER =
            new Meter() {
                @Override
                public void windowOpened() {}

                @Override
                public void windowClosed() {}
            };

    @Test
    void givenAKeyspace_whenAllIsSent_thenEveryKeyArrives() throws IOException {
        try (var server = new FakeServer(_ -> "+OK\r\n");
                var generator =
                        new LoadGenerator(server.port(), new Workload(Command.SET, 8, 5, 3, 203))) {
            generator.sendAll();

            assertThat(server.keys()).hasSize(203);
            // 26 batches of 8: the last one starts again at the first keys.
            assertThat(server.requests()).isEqualTo(208);
        }
    }

    @Test
    void givenAServer_whenMeasured_thenOperationsAndLatenciesAreThoseOfTheWindow()
            throws IOException {
        try (var server = new FakeServer(_ -> ":1\r\n");
                var generator =
                        new LoadGenerator(server.port(), new Workload(Command.INCR, 4, 3, 3, 10))) {
            LoadResult result =
                    generator.measure(Duration.ofMillis(20), Duration.ofMillis(100), NO_METER);

            assertThat(result.operations()).isPositive().isLessThan(server.requests());
            assertThat(result.elapsedNanos()).isGreaterThanOrEqualTo(100_000_000);
            assertThat(result.latenciesNanos().getTotalCount() % 4).isZero();
            assertThat(result.latenciesNanos().getTotalCount())
                    .isBetween(1L, result.operations() + 12);
            assertThat(result.latencyMicros(50)).isPositive();
        }
    }

    @Test
    void givenOneErrorReplyAmongMany_whenMeasured_thenTheRunFails() throws IOException {
        try (var server = new FakeServer(n -> n == 500 ? "-ERR out of luck\r\n" : "+PONG\r\n");
                var generator =
                        new LoadGenerator(server.port(), new Workload(Command.PING, 4, 3, 3, 1))) {
            assertThatThrownBy(
                            () -> generator.measure(Duration.ZERO, Duration.ofMinutes(1), NO_METER))
                    .isInstanceOf(WrongReply.class)
                    .hasMessageContaining("-ERR out of luck");
        }
    }

    @Test
    void givenTwoRepliesToOneRequest_whenMeasured_thenTheRunFails() throws IOException {
        try (var server = new FakeServer(_ -> "+PONG\r\n+PONG\r\n");
                var generator =
                        new LoadGenerator(server.port(), new Workload(Command.PING, 1, 1, 3, 1))) {
            assertThatThrownBy(
                            () -> generator.measure(Duration.ZERO, Duration.ofMinutes(1), NO_METER))
                    .isInstanceOf(WrongReply.class)
                    .hasMessageContaining("more replies than requests");
        }
    }

    @Test
    void givenAServerThatGoesAway_whenMeasured_thenTheRunFails() throws IOException {
        var server = new FakeServer(_ -> "+PONG\r\n");
        try (var generator =
                new LoadGenerator(server.port(), new Workload(Command.PING, 1, 2, 3, 1))) {
            assertThatThrownBy(() ->
                            generator.measure(
                                    Duration.ZERO,
                                    Duration.ofMinutes(1),
                                    new Meter() {
                                        @Override
                                        public void windowOpened() throws IOException {
                                            server.close();
                                        }

                                        @Override
                                        public void windowClosed() {}
                                    }))
                    .isInstanceOf(IOException.class);
        }
    }

    @Test
    void givenRequestsLargerThanAnySocketBuffer_whenSent_thenTheRestFollows() throws IOException {
        try (var server = new FakeServer(_ -> "+OK\r\n");
                var generator =
                        new LoadGenerator(
                                server.port(), new Workload(Command.SET, 256, 2, 65_536, 1_024))) {
            generator.sendAll();

            assertThat(server.keys()).hasSize(1_024);
        }
    }

    @Test
    void givenALoadWithAProbe_whenDone_thenEveryPingWasAnswered() throws IOException {
        try (var server = new FakeServer(_ -> "+OK\r\n");
                var generator =
                        new LoadGenerator(
                                server.port(), new Workload(Command.SET, 1, 1, 3, 2_000))) {
            ProbeResult probe = generator.sendAllProbed(server.port(), false);

            assertThat(probe.latenciesNanos().getTotalCount()).isPositive();
            assertThat(server.requests()).isEqualTo(2_000 + probe.latenciesNanos().getTotalCount());
        }
    }

    @Test
    void givenNobodyListens_whenConnecting_thenTheFailureNamesThePort() throws IOException {
        // Bound, so that nobody else gets the port, but not listening.
        try (var held = new Socket()) {
            held.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            int port = held.getLocalPort();

            assertThatThrownBy(
                            () -> new LoadGenerator(port, new Workload(Command.PING, 1, 1, 3, 1)))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("connect to port " + port);
        }
    }
}

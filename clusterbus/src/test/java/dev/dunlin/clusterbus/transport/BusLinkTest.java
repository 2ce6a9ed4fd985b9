// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.clusterbus.transport;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dunlin.clusterbus.model.Bytes;
import dev.dunlin.clusterbus.testkit.Await;
import dev.dunlin.clusterbus.testkit.RandomMessages;
import dev.dunlin.clusterbus.wire.BusCodec;
import dev.dunlin.clusterbus.wire.BusMessage;
import dev.dunlin.clusterbus.wire.DecodeFailure;
import dev.dunlin.clusterbus.wire.MfStart;
import dev.dunlin.clusterbus.wire.Publish;
import dev.dunlin.clusterbus.wire.PublishBody;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Links over real sockets on loopback.
class BusLinkTest {
    private static final long TIMEOUT_MS = 10_000;
    private static final long SEND_BUFFER_BYTES = 4 * 1024 * 1024;

    private final MultiThreadIoEventLoopGroup group =
            new MultiThreadIoEventLoopGroup(1, BusTransport.nio().ioHandlers());
    private final EventLoop loop = group.next();
    private final LinkStats stats = new LinkStats();
    private final List<Ear> accepted = new CopyOnWriteArrayList<>();
    private BusNetwork network;
    private BusServer server;

    @BeforeEach
    void openServer() throws IOException {
        var limits = new LinkLimits(SEND_BUFFER_BYTES, 3, 100_000);
        network = new BusNetwork(loop, BusTransport.nio(), limits, stats, null);
        network.nodeTimeoutMs(1000);
        server = BusServer.open(network, List.of(loopback(0)), this::accept);
    }

    private BusLinkListener accept(BusLink link) {
        var ear = new Ear();
        ear.link = link;
        accepted.add(ear);
        return ear;
    }

    @AfterEach
    void closeAll() {
        server.close();
        group.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
    }

    @Test
    void givenTwoNodes_whenMessagesAreSent_thenTheyArriveWholeAndInOrder() throws Exception {
        var messages = new ArrayList<BusMessage>();
        var random = new Random(1);
        for (int i = 0; i < 500; i++) {
            messages.add(RandomMessages.message(random));
        }
        var client = connect(server.port());
        Await.until("connected", TIMEOUT_MS, () -> client.connected);

        onLoop(() -> {
            messages.forEach(message -> client.link().send(frame(message)));
            return 0;
        });

        Await.until("received", TIMEOUT_MS, () -> accepted.getFirst().messages.size() == 500);
        assertThat(accepted.getFirst().messages).isEqualTo(messages);
        assertThat(onLoop(() -> accepted.getFirst().link().peerIp())).isEqualTo("127.0.0.1");
    }

    @Test
    void givenLink_whenPeerClosesIt_thenItSaysSoOnceAndNamesThePeer() throws Exception {
        var client = connect(server.port());
        Await.until("connected", TIMEOUT_MS, () -> client.connected && !accepted.isEmpty());

        onLoop(() -> {
            accepted.getFirst().link().close();
            return 0;
        });

        Await.until("closed", TIMEOUT_MS, () -> !client.closedByPeer.isEmpty());
        assertThat(client.closedByPeer).containsExactly(true);
        assertThat(accepted.getFirst().closedByPeer).isEmpty();
    }

    @Test
    void givenNobodyListens_whenConnecting_thenItIsRefused() throws Exception {
        int port;
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = socket.getLocalPort();
        }

        var client = connect(port);

        Await.until("failed", TIMEOUT_MS, () -> !client.refused.isEmpty());
        assertThat(client.refused).containsExactly(true);
    }

    @Test
    void givenNameInsteadOfAddress_whenConnecting_thenItFailsWithoutLookingItUp() throws Exception {
        var client = new Ear();

        onLoop(() -> network.connect("localhost", server.port(), client));

        Await.until("failed", TIMEOUT_MS, () -> !client.refused.isEmpty());
        assertThat(client.refused).containsExactly(false);
    }

    @Test
    void givenConnectingLink_whenClosed_thenNothingIsHeardOfIt() throws Exception {
        var client = new Ear();

        onLoop(() -> {
            network.connect("127.0.0.1", server.port(), client).close();
            return 0;
        });
        var second = connect(server.port());
        Await.until("connected", TIMEOUT_MS, () -> second.connected);

        assertThat(client.connected || !client.refused.isEmpty()).isFalse();
        assertThat(client.closedByPeer).isEmpty();
    }

    @Test
    void givenGarbage_whenReceived_thenTheConnectionIsClosedAndCounted() throws Exception {
        try (var socket = open()) {
            socket.getOutputStream().write("GET / HTTP/1.1\r\n".getBytes(UTF_8));

            assertThat(socket.getInputStream().read()).isEqualTo(-1);
        }
        Await.until("heard", TIMEOUT_MS, () -> !accepted.getFirst().closedByPeer.isEmpty());
        assertThat(accepted.getFirst().closedByPeer).containsExactly(false);
        assertThat(stats.decodeFailures(DecodeFailure.BAD_SIGNATURE)).isEqualTo(1);
    }

    @Test
    void givenMessageOfWrongVersion_whenReceived_thenOnlyItIsSkipped() throws Exception {
        var header = RandomMessages.header(new Random(1));
        byte[] wrong = bytes(new MfStart(header));
        wrong[9] = 2;
        try (var socket = open()) {
            socket.getOutputStream().write(wrong);
            socket.getOutputStream().write(bytes(new MfStart(header)));

            Await.until(
                    "received",
                    TIMEOUT_MS,
                    () -> !accepted.isEmpty() && accepted.getFirst().messages.size() == 1);
        }
        assertThat(stats.decodeFailures(DecodeFailure.WRONG_VERSION)).isEqualTo(1);
    }

    @Test
    void givenMessageInSingleBytes_whenReceived_thenItIsWhole() throws Exception {
        byte[] frame = bytes(new MfStart(RandomMessages.header(new Random(1))));
        try (var socket = open()) {
            socket.setTcpNoDelay(true);
            OutputStream out = socket.getOutputStream();
            for (byte value : frame) {
                out.write(value);
            }

            Await.until(
                    "received",
                    TIMEOUT_MS,
                    () -> !accepted.isEmpty() && accepted.getFirst().messages.size() == 1);
        }
    }

    @Test
    void givenTooManyConnections_whenOneMoreComes_thenItIsClosedAndOneMayFollowLater()
            throws Exception {
        try (var first = open();
                var second = open();
                var third = open()) {
            Await.until("accepted", TIMEOUT_MS, () -> accepted.size() == 3);
            assertThat(List.of(first, second, third)).allMatch(Socket::isConnected);
            try (var fourth = open()) {
                assertThat(fourth.getInputStream().read()).isEqualTo(-1);
            }
            assertThat(stats.inboundRefused()).isEqualTo(1);
        }
        Await.until(
                "all gone", TIMEOUT_MS, () -> onLoop(() -> network.context().inboundLinks()) == 0);
        try (var later = open()) {
            Await.until("accepted", TIMEOUT_MS, () -> accepted.size() == 4);
            assertThat(later.isConnected()).isTrue();
        }
    }

    @Test
    void givenHalfFramesOverTheBudget_whenReceived_thenTheLinkIsClosed() throws Exception {
        var body = new PublishBody(Bytes.of("c"), Bytes.wrap(new byte[1_000_000]));
        byte[] frame = bytes(new Publish(RandomMessages.header(new Random(1)), body));
        try (var socket = open()) {
            socket.getOutputStream().write(frame, 0, 50_000);
            Await.until(
                    "held",
                    TIMEOUT_MS,
                    () -> onLoop(() -> network.context().partialFrameBytes()) == 50_000);
            socket.getOutputStream().write(frame, 50_000, 60_000);

            Await.until("closed", TIMEOUT_MS, () -> stats.partialFramesExceeded() == 1);
        }
        Await.until(
                "given back",
                TIMEOUT_MS,
                () -> onLoop(() -> network.context().partialFrameBytes()) == 0);
    }

    @Test
    void givenPeerThatDoesNotRead_whenTheSendBufferIsFull_thenTheLinkIsClosed() throws Exception {
        var body = new PublishBody(Bytes.of("c"), Bytes.wrap(new byte[1_000_000]));
        var message = new Publish(RandomMessages.header(new Random(1)), body);
        try (var silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            var client = connect(silent.getLocalPort());
            Await.until("connected", TIMEOUT_MS, () -> client.connected);

            Await.until(
                    "closed",
                    TIMEOUT_MS,
                    () ->
                            onLoop(() -> {
                                client.link().send(frame(message));
                                assertThat(client.link().pendingBytes())
                                        .isLessThan(SEND_BUFFER_BYTES + 1_100_000);
                                return !client.link().isOpen();
                            }));

            assertThat(client.closedByPeer).containsExactly(false);
            assertThat(stats.sendBufferExceeded()).isEqualTo(1);
        }
    }

    @Test
    void givenPortInUse_whenOpened_thenItIsAnError() {
        assertThatThrownBy(() ->
                        BusServer.open(network, List.of(loopback(server.port())), this::accept))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("cannot listen on cluster bus address");
    }

    private Ear connect(int port) throws Exception {
        var ear = new Ear();
        ear.link = onLoop(() -> network.connect("127.0.0.1", port, ear));
        return ear;
    }

    private Socket open() throws IOException {
        var socket = new Socket(InetAddress.getLoopbackAddress(), server.port());
        socket.setSoTimeout((int) TIMEOUT_MS);
        return socket;
    }

    private <T> T onLoop(Callable<T> task) throws Exception {
        return loop.submit(task).get(TIMEOUT_MS, TimeUnit.MILLISECONDS);
    }

    private static InetSocketAddress loopback(int port) {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }

    private static ByteBuf frame(BusMessage message) {
        ByteBuf out = Unpooled.buffer();
        BusCodec.encode(message, out);
        return out;
    }

    private static byte[] bytes(BusMessage message) {
        ByteBuf out = frame(message);
        var bytes = new byte[out.readableBytes()];
        out.readBytes(bytes);
        return bytes;
    }

    /// Remembers what it hears.
    private static final class Ear implements BusLinkListener {
        private final List<BusMessage> messages = new CopyOnWriteArrayList<>();
        private final List<Boolean> closedByPeer = new CopyOnWriteArrayList<>();
        private final List<Boolean> refused = new CopyOnWriteArrayList<>();
        private volatile boolean connected;
        private volatile @Nullable BusLink link;

        BusLink link() {
            return Objects.requireNonNull(link);
        }

        @Override
        public void onConnected() {
            connected = true;
        }

        @Override
        public void onConnectFailed(boolean wasRefused) {
            refused.add(wasRefused);
        }

        @Override
        public void onMessage(BusMessage message) {
            messages.add(message);
        }

        @Override
        public void onClosed(boolean byPeer) {
            closedByPeer.add(byPeer);
        }
    }
}

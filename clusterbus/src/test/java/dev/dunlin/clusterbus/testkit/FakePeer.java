// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.clusterbus.testkit;

import dev.dunlin.clusterbus.model.Bytes;
import dev.dunlin.clusterbus.model.NodeFlags;
import dev.dunlin.clusterbus.model.NodeId;
import dev.dunlin.clusterbus.model.SlotSet;
import dev.dunlin.clusterbus.wire.BusCodec;
import dev.dunlin.clusterbus.wire.BusHeader;
import dev.dunlin.clusterbus.wire.BusMessage;
import dev.dunlin.clusterbus.wire.Decoded;
import dev.dunlin.clusterbus.wire.Gossip;
import dev.dunlin.clusterbus.wire.Meet;
import dev.dunlin.clusterbus.wire.MessageFlags;
import dev.dunlin.clusterbus.wire.Ping;
import dev.dunlin.clusterbus.wire.Pong;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// A bus peer made by hand: answers pings, keeps every frame as it came, and says what the test makes it say. It has no rules
/// of its own, so it can also say what no honest node would.
public final class FakePeer implements AutoCloseable {
    private static final int LENGTH_FIELD_END = 8;

    /// A frame as it came.
    public record Frame(Bytes bytes, BusMessage message) {}

    /// Everything that was received, on all connections.
    public final List<Frame> frames = new CopyOnWriteArrayList<>();

    private final NodeId id;
    private final int port;
    private final ServerSocket server;
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();
    private volatile BusHeader header;

    public FakePeer(RandomGenerator random) throws IOException {
        id = NodeId.random(random);
        port = Ports.free();
        server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        header = primary(SlotSet.EMPTY, 0, 0);
        start(this::accept);
    }

    public NodeId id() {
        return id;
    }

    public int port() {
        return port;
    }

    public int busPort() {
        return server.getLocalPort();
    }

    /// {@return what it says about itself}
    public BusHeader header() {
        return header;
    }

    /// Speaks as a primary from now on.
    public BusHeader primary(SlotSet slots, long configEpoch, long currentEpoch) {
        header = header(slots, configEpoch, currentEpoch, null, NodeFlags.PRIMARY);
        return header;
    }

    /// Speaks as a replica from now on.
    public BusHeader replica(NodeId primary, SlotSet slots, long configEpoch, long currentEpoch) {
        header = header(slots, configEpoch, currentEpoch, primary, NodeFlags.REPLICA);
        return header;
    }

    private BusHeader header(
            SlotSet slots,
            long configEpoch,
            long currentEpoch,
            @Nullable NodeId primary,
            int role) {
        return new BusHeader(
                id,
                currentEpoch,
                configEpoch,
                0,
                slots,
                primary,
                "127.0.0.1",
                port,
                0,
                server.getLocalPort(),
                NodeFlags.of(role | NodeFlags.MYSELF),
                true,
                MessageFlags.NONE);
    }

    /// Opens a connection to the bus of another node.
    public Connection connect(int otherBusPort) throws IOException {
        var socket = new Socket(InetAddress.getLoopbackAddress(), otherBusPort);
        sockets.add(socket);
        start(() -> read(socket));
        return new Connection(socket);
    }

    /// A connection that the peer opened itself.
    public static final class Connection {
        private final Socket socket;

        Connection(Socket socket) {
            this.socket = socket;
        }

        public void send(BusMessage message) throws IOException {
            FakePeer.send(socket, message);
        }
    }

    /// {@return a PING with what the peer says about itself now}
    public Ping ping() {
        return new Ping(header, Gossip.EMPTY);
    }

    /// {@return the first frame that was received with a message of this kind}
    public @Nullable Frame first(Class<? extends BusMessage> kind) {
        for (Frame frame : frames) {
            if (kind.isInstance(frame.message())) {
                return frame;
            }
        }
        return null;
    }

    private static void send(Socket socket, BusMessage message) throws IOException {
        ByteBuf out = Unpooled.buffer();
        BusCodec.encode(message, out);
        synchronized (socket) {
            out.readBytes(socket.getOutputStream(), out.readableBytes());
        }
    }

    private void accept() throws IOException {
        while (true) {
            var socket = server.accept();
            sockets.add(socket);
            start(() -> read(socket));
        }
    }

    private void read(Socket socket) throws IOException {
        var in = new DataInputStream(socket.getInputStream());
        while (true) {
            byte[] head = in.readNBytes(LENGTH_FIELD_END);
            if (head.length < LENGTH_FIELD_END) {
                return;
            }
            int length = ByteBuffer.wrap(head).getInt(4);
            byte[] frame = Arrays.copyOf(head, length);
            in.readFully(frame, LENGTH_FIELD_END, length - LENGTH_FIELD_END);
            if (BusCodec.decode(Unpooled.wrappedBuffer(frame))
                    instanceof Decoded.Received(BusMessage message, _)) {
                frames.add(new Frame(Bytes.wrap(frame), message));
                if (message instanceof Ping || message instanceof Meet) {
                    send(socket, new Pong(header, Gossip.EMPTY));
                }
            } else {
                throw new IOException("a frame that we cannot decode");
            }
        }
    }

    private interface Task {
        void run() throws IOException;
    }

    private void start(Task task) {
        Thread.ofVirtual()
                .start(() -> {
                    try {
                        task.run();
                    } catch (IOException gone) {
                        if (!server.isClosed() && frames.isEmpty()) {
                            throw new UncheckedIOException(gone);
                        }
                    }
                });
    }

    @Override
    public void close() throws IOException {
        server.close();
        for (Socket socket : sockets) {
            socket.close();
        }
    }
}

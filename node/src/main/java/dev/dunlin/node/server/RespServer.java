// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.server;

import dev.dunlin.node.command.KeyspaceStats;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.WriteBufferWaterMark;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntSupplier;

/// Listens for clients and gives each a [ClientConnection] on the node's loop.
///
/// Thread: `bind` and `close` by the node's owner, the rest on the loop.
final class RespServer implements AutoCloseable {
    /// What one read takes at most; a batch of pipelined commands fits, and one connection cannot starve the others.
    private static final int READ_BYTES = 16 * 1024;

    private static final byte[] TOO_MANY_CLIENTS =
            "-ERR max number of clients reached\r\n"
                    .getBytes(java.nio.charset.StandardCharsets.UTF_8);

    private final List<Channel> listeners = new ArrayList<>();

    /// Binds all addresses.
    ///
    /// @param clientsMax is asked at each connection, because CONFIG SET can change it
    /// @throws IOException naming the address that could not be bound
    static RespServer bind(
            NodeLoop loop,
            Transport transport,
            List<String> addresses,
            int port,
            int backlog,
            IntSupplier clientsMax,
            ClientRegistry registry,
            CommandProcessor processor,
            KeyspaceStats stats)
            throws IOException {
        var server = new RespServer();
        for (String address : addresses) {
            var bootstrap =
                    new ServerBootstrap()
                            .group(loop.eventLoop(), loop.eventLoop())
                            .channel(transport.serverChannel())
                            .option(ChannelOption.SO_BACKLOG, backlog)
                            .option(ChannelOption.SO_REUSEADDR, true)
                            .childOption(ChannelOption.TCP_NODELAY, true)
                            .childOption(ChannelOption.SO_KEEPALIVE, true)
                            // The end of what a client sends may come together with requests; they
                            // are
                            // answered before the connection ends.
                            .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
                            .childOption(ChannelOption.ALLOCATOR, PooledByteBufAllocator.DEFAULT)
                            .childOption(
                                    ChannelOption.RECVBUF_ALLOCATOR,
                                    new FixedRecvByteBufAllocator(READ_BYTES))
                            .childOption(
                                    ChannelOption.WRITE_BUFFER_WATER_MARK,
                                    new WriteBufferWaterMark(1 << 20, 4 << 20))
                            .childHandler(
                                    new ChannelInitializer<>() {
                                        @Override
                                        protected void initChannel(Channel channel) {
                                            accept(
                                                    channel,
                                                    loop,
                                                    clientsMax.getAsInt(),
                                                    registry,
                                                    processor,
                                                    stats);
                                        }
                                    });
            var bound = bootstrap.bind(host(address), port).awaitUninterruptibly();
            if (!bound.isSuccess() && address.startsWith("-")) {
                continue;
            }
            if (!bound.isSuccess()) {
                server.close();
                throw new IOException(
                        "cannot listen on "
                                + address
                                + ":"
                                + port
                                + ": "
                                + bound.cause().getMessage(),
                        bound.cause());
            }
            server.listeners.add(bound.channel());
        }
        return server;
    }

    private static void accept(
            Channel channel,
            NodeLoop loop,
            int clientsMax,
            ClientRegistry registry,
            CommandProcessor processor,
            KeyspaceStats stats) {
        if (registry.size() >= clientsMax) {
            stats.connectionsRejected++;
            channel.writeAndFlush(io.netty.buffer.Unpooled.wrappedBuffer(TOO_MANY_CLIENTS))
                    .addListener(io.netty.channel.ChannelFutureListener.CLOSE);
            return;
        }
        stats.connectionsReceived++;
        loop.turn();
        var connection = new ClientConnection(registry, processor, channel, loop.nowMs());
        registry.add(connection.client());
        channel.pipeline().addLast(connection);
    }

    /// {@return an address that the system understands for one of `bind`: `*` stands for all of IPv4, `::*` of IPv6; a leading
    /// `-` marks one that may be missing}
    static String host(String address) {
        String bare = address.startsWith("-") ? address.substring(1) : address;
        return switch (bare) {
            case "*" -> "0.0.0.0";
            case "::*" -> "::";
            default -> bare;
        };
    }

    /// {@return the port that was bound, which the system chose when 0 was asked for}
    int port() {
        return ((java.net.InetSocketAddress) listeners.getFirst().localAddress()).getPort();
    }

    @Override
    public void close() {
        for (Channel listener : listeners) {
            listener.close().awaitUninterruptibly();
        }
    }
}

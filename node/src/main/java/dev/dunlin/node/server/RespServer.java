// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.server;

import dev.dunlin.node.command.KeyspaceStats;
import dev.dunlin.node.config.Directives;
import dev.dunlin.node.config.Settings;
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

/// Listens for clients and gives each a [ClientConnection] on the node's loop.
///
/// Thread: `bind` and `close` by the node's owner, the rest on the loop.
final class RespServer implements AutoCloseable {
    /// What one read takes at most; a batch of pipelined commands fits, and one connection cannot starve the others.
    private static final int READ_BYTES = 16 * 1024;

    private static final byte[] TOO_MANY_CLIENTS =
            "-ERR max number of clients reached\r\n"
                    .getBytes(java.nio.charset.StandardCharsets.UTF_8);

    private final NodeLoop loop;
    private final Transport transport;
    private final Settings settings;
    private final ClientRegistry registry;
    private final CommandProcessor processor;
    private final KeyspaceStats stats;
    private final List<Channel> listeners = new ArrayList<>();

    RespServer(
            NodeLoop loop,
            Transport transport,
            Settings settings,
            ClientRegistry registry,
            CommandProcessor processor,
            KeyspaceStats stats) {
        this.loop = loop;
        this.transport = transport;
        this.settings = settings;
        this.registry = registry;
        this.processor = processor;
        this.stats = stats;
    }

    /// Opens the port on all addresses of `bind`; whatever clients need is in place before.
    ///
    /// @throws IOException naming the address that could not be bound
    void bind() throws IOException {
        int port = settings.get(Directives.PORT);
        for (String address : settings.get(Directives.BIND)) {
            var bootstrap =
                    new ServerBootstrap()
                            .group(loop.eventLoop(), loop.eventLoop())
                            .channel(transport.serverChannel())
                            .option(ChannelOption.SO_BACKLOG, settings.get(Directives.TCP_BACKLOG))
                            .option(ChannelOption.SO_REUSEADDR, true)
                            .childOption(ChannelOption.TCP_NODELAY, true)
                            .childOption(ChannelOption.SO_KEEPALIVE, true)
                            // The end of what a client sends may come together with requests; they
                            // are answered before the connection ends.
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
                                            accept(channel);
                                        }
                                    });
            var bound = bootstrap.bind(host(address), port).awaitUninterruptibly();
            if (!bound.isSuccess() && address.startsWith("-")) {
                continue;
            }
            if (!bound.isSuccess()) {
                close();
                throw new IOException(
                        "cannot listen on "
                                + address
                                + ":"
                                + port
                                + ": "
                                + bound.cause().getMessage(),
                        bound.cause());
            }
            listeners.add(bound.channel());
        }
    }

    private void accept(Channel channel) {
        // CONFIG SET can change it.
        if (registry.size() >= settings.get(Directives.MAX_CLIENTS)) {
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

// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.server;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ReflectiveChannelFactory;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.channel.uring.IoUring;
import io.netty.channel.uring.IoUringIoHandler;
import io.netty.channel.uring.IoUringServerSocketChannel;
import io.netty.channel.uring.IoUringSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.function.Supplier;

/// The way to the kernel's sockets: io_uring where it is allowed, else epoll, else the JDK's selector.
///
/// Default container profiles forbid io_uring, so epoll is common and must be as good as it gets.
///
/// Thread: immutable.
public enum Transport {
    IO_URING(
            "io_uring",
            IoUringSocketChannel.class,
            IoUringServerSocketChannel.class,
            IoUringIoHandler::newFactory),
    EPOLL(
            "epoll",
            EpollSocketChannel.class,
            EpollServerSocketChannel.class,
            EpollIoHandler::newFactory),
    NIO("nio", NioSocketChannel.class, NioServerSocketChannel.class, NioIoHandler::newFactory);

    private final String label;
    private final Class<? extends Channel> socketChannel;
    private final Class<? extends ServerSocketChannel> serverChannel;

    @SuppressWarnings("ImmutableEnumChecker") // A method reference without state.
    private final Supplier<IoHandlerFactory> handlers;

    Transport(
            String label,
            Class<? extends Channel> socketChannel,
            Class<? extends ServerSocketChannel> serverChannel,
            Supplier<IoHandlerFactory> handlers) {
        this.label = label;
        this.socketChannel = socketChannel;
        this.serverChannel = serverChannel;
        this.handlers = handlers;
    }

    /// {@return the best transport that works here}
    ///
    /// @param wanted `auto`, or the label of one, which is then used or fails
    /// @throws IllegalArgumentException when the wanted transport does not exist or does not work here
    public static Transport choose(String wanted) {
        return switch (wanted) {
            case "auto" -> IoUring.isAvailable() ? IO_URING : Epoll.isAvailable() ? EPOLL : NIO;
            case "io_uring" ->
                    require(IO_URING, IoUring.isAvailable(), IoUring.unavailabilityCause());
            case "epoll" -> require(EPOLL, Epoll.isAvailable(), Epoll.unavailabilityCause());
            case "nio" -> NIO;
            default ->
                    throw new IllegalArgumentException(
                            "unknown io-transport '"
                                    + wanted
                                    + "': use auto, io_uring, epoll or nio");
        };
    }

    private static Transport require(
            Transport transport,
            boolean available,
            @org.jspecify.annotations.Nullable Throwable cause) {
        if (!available) {
            throw new IllegalArgumentException(
                    "io-transport " + transport.label + " does not work here: " + cause);
        }
        return transport;
    }

    /// {@return what makes client sockets for a loop of this transport}
    public ChannelFactory<? extends Channel> channelFactory() {
        return new ReflectiveChannelFactory<>(socketChannel);
    }

    /// {@return the name a setting uses for it}
    public String label() {
        return label;
    }

    /// {@return a group of one thread}
    public EventLoopGroup singleThread(String threadName) {
        return new MultiThreadIoEventLoopGroup(
                1, new DefaultThreadFactory(threadName), handlers.get());
    }

    public Class<? extends Channel> socketChannel() {
        return socketChannel;
    }

    public Class<? extends ServerSocketChannel> serverChannel() {
        return serverChannel;
    }
}

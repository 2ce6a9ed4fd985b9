// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.clusterbus.transport;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.channel.ChannelOption;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.ServerChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioChannelOption;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import jdk.net.ExtendedSocketOptions;

/// Which of Netty's transports carries the bus. The pieces must belong together; the node passes those it runs on.
///
/// @param keepAlive the transport's names for the kernel's keep-alive timers
public record BusTransport(
        IoHandlerFactory ioHandlers,
        ChannelFactory<? extends ServerChannel> serverChannels,
        ChannelFactory<? extends Channel> channels,
        KeepAlive keepAlive) {
    /// Options in seconds, seconds and number of probes.
    public record KeepAlive(
            ChannelOption<Integer> idle,
            ChannelOption<Integer> interval,
            ChannelOption<Integer> count) {}

    /// {@return the transport that runs everywhere}
    public static BusTransport nio() {
        return new BusTransport(
                NioIoHandler.newFactory(),
                NioServerSocketChannel::new,
                NioSocketChannel::new,
                new KeepAlive(
                        NioChannelOption.of(ExtendedSocketOptions.TCP_KEEPIDLE),
                        NioChannelOption.of(ExtendedSocketOptions.TCP_KEEPINTERVAL),
                        NioChannelOption.of(ExtendedSocketOptions.TCP_KEEPCOUNT)));
    }
}

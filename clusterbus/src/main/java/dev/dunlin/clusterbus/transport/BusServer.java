// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.clusterbus.transport;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Listens on the bus port. Connections beyond the limit are closed at once.
///
/// Thread: opened and closed by any thread but the bus loop, whose answer it waits for; links are born on the bus loop.
public final class BusServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(BusServer.class);
    private static final int BACKLOG = 511;
    private static final long CLOSE_TIMEOUT_MS = 5000;

    /// Is told about each new link, on the bus loop.
    @FunctionalInterface
    public interface Acceptor {
        /// {@return who listens to `link` from now on}
        BusLinkListener onAccepted(BusLink link);
    }

    private final List<Channel> channels = new ArrayList<>();

    private BusServer() {}

    /// Listens on all of `addresses`; throws `IOException` when one cannot be bound, and then listens on none.
    public static BusServer open(
            BusNetwork network, List<InetSocketAddress> addresses, Acceptor acceptor)
            throws IOException {
        var server = new BusServer();
        boolean complete = false;
        try {
            for (InetSocketAddress address : addresses) {
                server.channels.add(bind(network, address, acceptor));
            }
            complete = true;
            return server;
        } finally {
            if (!complete) {
                server.close();
            }
        }
    }

    private static Channel bind(BusNetwork network, InetSocketAddress address, Acceptor acceptor)
            throws IOException {
        var future =
                new ServerBootstrap()
                        .group(network.loop(), network.loop())
                        .channelFactory(network.transport().serverChannels())
                        .option(ChannelOption.SO_BACKLOG, BACKLOG)
                        .option(ChannelOption.SO_REUSEADDR, true)
                        .handler(new AcceptFailureLog())
                        .childHandler(new InboundInitializer(network, acceptor))
                        .bind(address)
                        .awaitUninterruptibly();
        if (!future.isSuccess()) {
            throw new IOException(
                    "cannot listen on cluster bus address " + address, future.cause());
        }
        return future.channel();
    }

    /// {@return the port of the first address, which was chosen by the kernel when 0 was asked for}
    public int port() {
        return ((InetSocketAddress) channels.getFirst().localAddress()).getPort();
    }

    /// Stops listening; open links stay.
    @Override
    public void close() {
        for (Channel channel : channels) {
            if (!channel.close().awaitUninterruptibly(CLOSE_TIMEOUT_MS, TimeUnit.MILLISECONDS)) {
                LOG.warn("cluster bus port did not close address={}", channel.localAddress());
            }
        }
    }

    private static final class InboundInitializer extends ChannelInitializer<Channel> {
        private final BusNetwork network;
        private final Acceptor acceptor;

        InboundInitializer(BusNetwork network, Acceptor acceptor) {
            this.network = network;
            this.acceptor = acceptor;
        }

        @Override
        @SuppressWarnings(
                "FutureReturnValueIgnored") // There is nothing to do about a close that fails.
        protected void initChannel(Channel channel) {
            if (!network.context().admitInbound()) {
                network.context().stats().inboundWasRefused();
                channel.close();
                return;
            }
            channel.closeFuture().addListener(_ -> network.context().inboundGone());
            var link = new BusLink(network.context(), true);
            network.prepare(channel, link);
            link.listener(acceptor.onAccepted(link));
        }
    }

    /// Out of file descriptors, most likely: Netty stops accepting for a second and tries again.
    private static final class AcceptFailureLog extends ChannelInboundHandlerAdapter {
        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) throws Exception {
            LOG.warn("cluster bus accept failed cause={}", cause.toString());
            super.exceptionCaught(ctx, cause);
        }
    }
}

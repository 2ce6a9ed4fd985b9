// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.clusterbus.transport;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/// Opens links to other nodes and, through [BusServer], takes theirs. All of them live on one event loop.
///
/// Thread: the bus loop.
public final class BusNetwork {
    private static final int KEEP_ALIVE_PROBES = 3;

    private final EventLoop loop;
    private final BusTransport transport;
    private final LinkContext context;
    private final @Nullable InetAddress bindSource;
    private int connectTimeoutMs;
    private int keepAliveSeconds;

    /// @param bindSource local address of outbound connections (`bind-source-addr`), null to let the kernel choose
    public BusNetwork(
            EventLoop loop,
            BusTransport transport,
            LinkLimits limits,
            LinkStats stats,
            @Nullable InetAddress bindSource) {
        this.loop = loop;
        this.transport = transport;
        this.context = new LinkContext(limits, stats);
        this.bindSource = bindSource;
    }

    /// Derives what depends on the node timeout, for links opened from now on.
    public void nodeTimeoutMs(long nodeTimeoutMs) {
        // A connection that takes longer than the node timeout is a failure by any other measure,
        // too.
        connectTimeoutMs = Math.clamp(nodeTimeoutMs, 100, 60_000);
        keepAliveSeconds = Math.clamp(nodeTimeoutMs / 1000 * 2, 1, 3600);
    }

    /// Changes the limits, for open links too.
    public void limits(LinkLimits limits) {
        context.limits(limits);
    }

    LinkContext context() {
        return context;
    }

    EventLoop loop() {
        return loop;
    }

    BusTransport transport() {
        return transport;
    }

    /// Starts to connect. The outcome goes to `listener`, possibly before this returns.
    ///
    /// @param ip numeric; anything else fails, because resolving a name would block the loop
    public BusLink connect(String ip, int port, BusLinkListener listener) {
        var link = new BusLink(context, false);
        link.listener(listener);
        byte[] address = NetUtil.createByteArrayFromIpAddressString(ip);
        var bootstrap =
                new Bootstrap()
                        .group(loop)
                        .channelFactory(transport.channels())
                        .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, connectTimeoutMs)
                        .handler(initializer(link));
        if (bindSource != null) {
            bootstrap.localAddress(new InetSocketAddress(bindSource, 0));
        }
        var target =
                address == null
                        ? InetSocketAddress.createUnresolved(ip, port)
                        : new InetSocketAddress(
                                NetUtil.createInetAddressFromIpAddressString(ip), port);
        if (address == null) {
            bootstrap.disableResolver();
        }
        var future = bootstrap.connect(target);
        link.attach(future.channel());
        future.addListener(done -> {
            if (done.isSuccess()) {
                link.onConnected();
            } else {
                link.onConnectFailed(done.cause());
            }
        });
        return link;
    }

    private ChannelInitializer<Channel> initializer(BusLink link) {
        return new ChannelInitializer<>() {
            @Override
            protected void initChannel(Channel channel) {
                prepare(channel, link);
            }
        };
    }

    /// Makes `channel` carry `link`.
    void prepare(Channel channel, BusLink link) {
        link.attach(channel);
        var keepAlive = transport.keepAlive();
        var config = channel.config();
        config.setOption(ChannelOption.TCP_NODELAY, true);
        config.setOption(ChannelOption.SO_KEEPALIVE, true);
        config.setOption(keepAlive.idle(), keepAliveSeconds);
        config.setOption(keepAlive.interval(), Math.max(1, keepAliveSeconds / KEEP_ALIVE_PROBES));
        config.setOption(keepAlive.count(), KEEP_ALIVE_PROBES);
        channel.pipeline().addLast(new FrameDecoder(link));
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// What the node relies on, whichever way to the kernel's sockets it takes.
class TransportTest {
    private static final int ROUND_TRIPS = 5_000;
    private static final int BYTES = 4;

    /// A reply that has not come by then never will.
    private static final int ANSWER_MS_MAX = 10_000;

    static List<Transport> available() {
        var available = new ArrayList<Transport>();
        for (Transport transport : Transport.values()) {
            try {
                available.add(Transport.choose(transport.label()));
            } catch (IllegalArgumentException _) {
                // Not allowed here.
            }
        }
        return available;
    }

    /// A client is held for a moment, as when its slot's owner is in doubt, and at once served again.
    @ParameterizedTest
    @MethodSource("available")
    void givenReadingStopsForAMoment_whenItGoesOn_thenWhatComesIsRead(Transport transport)
            throws Exception {
        try (var group = transport.singleThread("transport-test")) {
            var bound =
                    new ServerBootstrap()
                            .group(group)
                            .channel(transport.serverChannel())
                            .childHandler(
                                    new ChannelInitializer<Channel>() {
                                        @Override
                                        protected void initChannel(Channel channel) {
                                            channel.pipeline().addLast(new HesitantEcho());
                                        }
                                    })
                            .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                            .sync()
                            .channel();
            try (var socket = new Socket()) {
                socket.setTcpNoDelay(true);
                socket.setSoTimeout(ANSWER_MS_MAX);
                socket.connect(bound.localAddress());
                for (int i = 0; i < ROUND_TRIPS; i++) {
                    // Several, so that the kernel may tell of bytes that were read together with
                    // earlier ones.
                    for (int b = 0; b < BYTES; b++) {
                        socket.getOutputStream().write(b);
                    }
                    assertThat(socket.getInputStream().readNBytes(BYTES)).hasSize(BYTES);
                }
            }
        }
    }

    /// Echoes, and stops and resumes reading in later tasks of the same turn, when the next read may have begun.
    private static final class HesitantEcho extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            Channel channel = context.channel();
            channel.eventLoop()
                    .execute(() -> {
                        channel.config().setAutoRead(false);
                        channel.eventLoop().execute(() -> channel.config().setAutoRead(true));
                    });
            context.writeAndFlush(message);
        }
    }
}

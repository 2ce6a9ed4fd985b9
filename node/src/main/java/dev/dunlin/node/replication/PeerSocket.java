// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.replication;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.util.concurrent.Future;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The writing side of a replication connection. A write that fails closes it, which the reading side notices.
///
/// Thread: the node's loop.
final class PeerSocket {
    private static final Logger LOG = LoggerFactory.getLogger(PeerSocket.class);

    private final Channel channel;

    PeerSocket(Channel channel) {
        this.channel = channel;
    }

    boolean writable() {
        return channel.isWritable();
    }

    /// Queues `bytes`, which it takes over.
    void write(ByteBuf bytes) {
        channel.write(bytes).addListener(ChannelFutureListener.CLOSE_ON_FAILURE);
    }

    void flush() {
        channel.flush();
    }

    void send(ByteBuf bytes) {
        channel.writeAndFlush(bytes).addListener(ChannelFutureListener.CLOSE_ON_FAILURE);
    }

    /// One character per byte.
    void send(String text) {
        send(Unpooled.copiedBuffer(text, ISO_8859_1));
    }

    /// One command as a RESP array.
    void sendCommand(List<String> words) {
        StringBuilder text = new StringBuilder().append('*').append(words.size()).append("\r\n");
        for (String word : words) {
            text.append('$').append(word.length()).append("\r\n").append(word).append("\r\n");
        }
        send(text.toString());
    }

    private static void closed(Future<?> closing) {
        if (!closing.isSuccess()) {
            LOG.warn("replication connection not closed cleanly", closing.cause());
        }
    }

    void autoRead(boolean on) {
        channel.config().setAutoRead(on);
    }

    /// Closes once everything queued has left.
    void closeAfterWrites() {
        channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
    }

    /// Closes at once; what is queued is dropped.
    void close() {
        channel.close().addListener(PeerSocket::closed);
    }
}

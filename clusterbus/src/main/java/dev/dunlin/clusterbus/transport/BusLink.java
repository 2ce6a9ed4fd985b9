// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.clusterbus.transport;

import dev.dunlin.clusterbus.wire.DecodeFailure;
import dev.dunlin.clusterbus.wire.Decoded;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.util.NetUtil;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One TCP connection of the bus. States: outbound `CONNECTING -> OPEN -> CLOSED` or `CONNECTING -> CLOSED`; inbound
/// `OPEN -> CLOSED`.
///
/// Thread: the bus loop.
public final class BusLink {
    private static final Logger LOG = LoggerFactory.getLogger(BusLink.class);

    private enum State {
        CONNECTING,
        OPEN,
        CLOSED
    }

    private final LinkContext context;
    private final boolean inbound;
    private State state;
    private @Nullable Channel channel;
    private @Nullable BusLinkListener listener;

    /// Bytes of an incomplete frame that this link holds, as last told to the context.
    private int partialBytes;

    /// Whether the end of the connection, when it comes, is not the peer's doing.
    private boolean timedOut;

    BusLink(LinkContext context, boolean inbound) {
        this.context = context;
        this.inbound = inbound;
        this.state = inbound ? State.OPEN : State.CONNECTING;
    }

    void attach(Channel newChannel) {
        channel = newChannel;
    }

    void listener(BusLinkListener newListener) {
        listener = newListener;
    }

    private Channel channel() {
        return Objects.requireNonNull(channel, "attached before use");
    }

    private BusLinkListener listener() {
        return Objects.requireNonNull(listener, "set before the first event");
    }

    /// {@return numeric address of the other end, empty when it is not known any more}
    public String peerIp() {
        return ip(channel().remoteAddress());
    }

    /// {@return numeric address of our end, empty when it is not known any more}
    public String localIp() {
        return ip(channel().localAddress());
    }

    private static String ip(@Nullable SocketAddress address) {
        return address instanceof InetSocketAddress inet && !inet.isUnresolved()
                ? NetUtil.toAddressString(inet.getAddress())
                : "";
    }

    public boolean isOpen() {
        return state == State.OPEN;
    }

    /// {@return bytes that were sent but not yet taken by the kernel}
    public long pendingBytes() {
        var buffer = channel().unsafe().outboundBuffer();
        return buffer == null ? 0 : buffer.totalPendingWriteBytes();
    }

    /// Sends one frame, whose ownership goes over. On a link that is not open it is dropped; on one whose send buffer is full
    /// the link is closed.
    @SuppressWarnings("FutureReturnValueIgnored") // A void promise reports to the pipeline.
    public void send(ByteBuf frame) {
        if (state != State.OPEN) {
            frame.release();
            return;
        }
        if (pendingBytes() > context.limits().sendBufferBytes()) {
            frame.release();
            context.stats().sendBufferWasExceeded();
            LOG.warn(
                    "cluster bus link closed, send buffer is full peer={} pending_bytes={}",
                    peerIp(),
                    pendingBytes());
            fail(false);
            return;
        }
        // It saves an object per message; a failure arrives as exceptionCaught.
        channel().writeAndFlush(frame, channel().voidPromise());
    }

    /// Closes the link; the listener hears nothing more.
    @SuppressWarnings(
            "FutureReturnValueIgnored") // There is nothing to do about a close that fails.
    public void close() {
        if (state != State.CLOSED) {
            state = State.CLOSED;
            channel().close();
        }
    }

    /// Closes the link, and says so.
    private void fail(boolean byPeer) {
        boolean wasOpen = state == State.OPEN;
        close();
        if (wasOpen) {
            listener().onClosed(byPeer);
        }
    }

    void onConnected() {
        if (state == State.CONNECTING) {
            state = State.OPEN;
            listener().onConnected();
        }
    }

    void onConnectFailed(Throwable cause) {
        if (state == State.CONNECTING) {
            close();
            listener().onConnectFailed(says(cause, "refused"));
        }
    }

    void onDecoded(Decoded decoded) {
        if (state != State.OPEN) {
            return;
        }
        switch (decoded) {
            case Decoded.Received(var message, int ignoredParts) -> {
                if (ignoredParts > 0) {
                    context.stats().partsIgnored(ignoredParts);
                    LOG.debug("cluster bus message has malformed parts peer={}", peerIp());
                }
                listener().onMessage(message);
            }
            case Decoded.Rejected(DecodeFailure reason) -> onGarbage(reason);
        }
    }

    void onGarbage(DecodeFailure reason) {
        context.stats().decodeFailed(reason);
        // The counters tell how often; a peer that sends garbage must not fill the log.
        LOG.debug(
                "cluster bus frame rejected peer={} reason={} closed={}",
                peerIp(),
                reason.name().toLowerCase(Locale.ROOT),
                reason.closesLink());
        if (reason.closesLink()) {
            fail(false);
        }
    }

    void onPartialBytes(int bytes) {
        boolean withinLimit = context.holdPartial((long) bytes - partialBytes);
        partialBytes = bytes;
        if (!withinLimit && bytes > 0 && state == State.OPEN) {
            context.stats().partialFramesWereExceeded();
            LOG.warn("cluster bus link closed, too many half frames peer={}", peerIp());
            fail(false);
        }
    }

    void onException(Throwable cause) {
        if (says(cause, "timed out") || says(cause, "no route") || says(cause, "unreachable")) {
            timedOut = true;
        }
        LOG.debug("cluster bus link broken inbound={} cause={}", inbound, cause.toString());
        fail(!timedOut);
    }

    void onInactive() {
        onPartialBytes(0);
        fail(!timedOut);
    }

    /// Transports differ in their exception types for the same condition, but all repeat the kernel's words.
    private static boolean says(Throwable cause, String words) {
        String message = cause.getMessage();
        return message != null && message.toLowerCase(Locale.ROOT).contains(words);
    }
}

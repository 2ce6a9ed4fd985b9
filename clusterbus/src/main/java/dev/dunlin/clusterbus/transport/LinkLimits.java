// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.clusterbus.transport;

/// What links may hold at most.
///
/// @param sendBufferBytes bytes waiting in one link's send buffer; the message that would come on top closes the link
///     instead (`cluster-link-sendbuf-limit`)
/// @param inboundLinks connections that others opened; further ones are closed at once
/// @param partialFrameBytes bytes of incomplete frames over all links together; the link that exceeds it is closed
public record LinkLimits(long sendBufferBytes, int inboundLinks, long partialFrameBytes) {
    /// Redis sets no limit to the send buffer; we always have one, wide enough for the largest published message twice.
    public static final long SEND_BUFFER_BYTES_DEFAULT = 128L * 1024 * 1024;

    private static final int INBOUND_LINKS_DEFAULT = 8192;
    private static final long PARTIAL_FRAME_BYTES_DEFAULT = 256L * 1024 * 1024;

    /// {@return limits with which a cluster of a thousand nodes has room to spare}
    public static LinkLimits defaults() {
        return new LinkLimits(
                SEND_BUFFER_BYTES_DEFAULT, INBOUND_LINKS_DEFAULT, PARTIAL_FRAME_BYTES_DEFAULT);
    }

    /// {@return these limits with `bytes` per send buffer; 0 stands for the default, as in redis.conf}
    public LinkLimits withSendBufferBytes(long bytes) {
        return new LinkLimits(
                bytes == 0 ? SEND_BUFFER_BYTES_DEFAULT : bytes, inboundLinks, partialFrameBytes);
    }
}

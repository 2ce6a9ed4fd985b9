// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.server;

import dev.dunlin.node.config.BufferLimits;

/// Decides when a client that does not read its replies has had enough of the node's memory (`client-output-buffer-limit`).
///
/// Over the hard limit it is dropped at once, over the soft limit when it stays there without a break. Replicas are not meant: what waits
/// for them lies in the log once for all, and is limited there.
///
/// Thread: owned by the node's loop.
final class OutputWatch {
    private static final long BELOW = -1;

    /// Since when the client is over its soft limit, in Unix milliseconds.
    private long overSoftSinceMs = BELOW;

    /// {@return whether a client with this many bytes waiting must go}
    boolean exceeds(BufferLimits.Limit limit, long pendingBytes, long nowMs) {
        if (limit.hardBytes() > 0 && pendingBytes > limit.hardBytes()) {
            return true;
        }
        if (limit.softBytes() == 0 || pendingBytes <= limit.softBytes()) {
            overSoftSinceMs = BELOW;
            return false;
        }
        if (overSoftSinceMs == BELOW) {
            overSoftSinceMs = nowMs;
        }
        return nowMs - overSoftSinceMs > limit.softSeconds() * 1000L;
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.server;

import dev.dunlin.node.resp.RespError;
import org.jspecify.annotations.Nullable;

/// The disk's say on commands that write.
///
/// Thread: owned by the node's loop.
interface DiskGuard {
    /// {@return whether writes are to wait, because the disk does not keep up with those that were}
    boolean holdsWrites();

    /// {@return why writes are refused, or null} PING is refused for the same reason, so that whoever watches the node notices.
    @Nullable RespError refusal();
}

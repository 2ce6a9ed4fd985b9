// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.server;

import dev.dunlin.node.resp.RespError;
import org.jspecify.annotations.Nullable;

/// Whether what the node promises to keep on disk can be kept there.
///
/// Thread: called on the node's loop, once per command, so it must cost nothing.
@FunctionalInterface
interface DiskHealth {
    /// {@return why no write may be taken now, or null}
    @Nullable RespError writeError();
}

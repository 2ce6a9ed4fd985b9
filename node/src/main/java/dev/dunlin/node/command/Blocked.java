// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import dev.dunlin.node.resp.ReplyWriter;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// A client that waits inside a command.
///
/// Thread: called on the node's loop.
public interface Blocked {
    /// The client has gone, or is unblocked by somebody else: forget it.
    void cancel();

    /// {@return whether the wait makes no sense any more when the node stops being a primary}
    default boolean endsWithRole() {
        return false;
    }

    /// {@return the reply as if the time of the wait had run out, or null when CLIENT UNBLOCK has no power over this wait}
    default @Nullable Consumer<ReplyWriter> timedOut() {
        return null;
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

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
}

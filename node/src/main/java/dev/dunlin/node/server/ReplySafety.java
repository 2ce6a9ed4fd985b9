// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.server;

/// When a reply may leave: not before what it tells of, or was made from, is as safe as the node has promised (`appendfsync`).
///
/// Safety is a position in the log. A reply that is made now depends on all that is in the log now, whoever wrote it: with `always` no
/// reader learns of a write that a loss of power could still take back.
///
/// Thread: owned by the node's loop.
interface ReplySafety {
    /// What a reply depends on that depends on nothing.
    long NOTHING = 0;

    /// {@return the position of the log now, for [#dependence]}
    long mark();

    /// {@return what the replies depend on that were made since `mark`: a position in the log, negative when nothing was written since, so that
    /// they only show what is there}
    long dependence(long mark);

    /// {@return whether replies that depend on this may leave}
    boolean isSafe(long dependence);
}

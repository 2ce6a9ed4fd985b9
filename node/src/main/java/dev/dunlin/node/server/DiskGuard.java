// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.server;

/// Whether the disk keeps up with what is written.
///
/// Thread: owned by the node's loop.
interface DiskGuard {
    /// {@return whether writes are to wait, because the disk does not keep up with those that were}
    boolean holdsWrites();
}

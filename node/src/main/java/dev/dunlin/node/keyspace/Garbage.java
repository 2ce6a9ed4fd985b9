// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.keyspace;

/// A large structure that nobody reaches any more, to be freed in slices.
///
/// Thread: the node's loop.
public interface Garbage {
    /// Frees about `entriesMax` entries.
    ///
    /// @return whether all is freed
    boolean free(int entriesMax);

    /// {@return entries that wait to be freed, what is inside them not counted}
    default long pendingEntries() {
        return 0;
    }
}

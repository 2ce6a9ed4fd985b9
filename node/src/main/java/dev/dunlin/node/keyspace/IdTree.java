// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.keyspace;

import dev.dunlin.node.offheap.Allocator;
import dev.dunlin.node.offheap.OrderedTree;

/// Trees of what has a stream id: 128 bits, compared without sign, none twice in a tree.
///
/// Thread: owned by the node's loop.
public final class IdTree extends OrderedTree {
    IdTree(Allocator allocator) {
        super(allocator, true);
    }

    @Override
    protected int compareTie(int payload) {
        return 0;
    }
}

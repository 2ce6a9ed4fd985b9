// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.keyspace;

import dev.dunlin.node.offheap.Allocator;
import dev.dunlin.node.offheap.NodeChain;

/// Nodes of a chain, or of a part of one, that nobody reaches any more.
///
/// Thread: the node's loop.
final class ChainGarbage implements Garbage {
    private final NodeChain chains;
    private int next;

    ChainGarbage(NodeChain chains, int first) {
        this.chains = chains;
        this.next = first;
    }

    @Override
    public boolean free(int entriesMax) {
        for (int i = 0; i < entriesMax && next != Allocator.NULL; i++) {
            int node = next;
            next = chains.next(node);
            chains.free(node);
        }
        return next == Allocator.NULL;
    }
}

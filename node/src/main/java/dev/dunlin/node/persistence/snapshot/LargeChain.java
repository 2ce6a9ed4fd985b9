// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.persistence.snapshot;

import dev.dunlin.node.offheap.Allocator;
import dev.dunlin.node.offheap.NodeChain;

/// A large value that is a chain.
///
/// ```
/// head                     | nodes, in the order of the cut | tail
/// key, expiry, type, count |                                | what else a stream has
/// ```
///
/// All its nodes are pinned when this is made, and each is unpinned once it is written: until then nobody changes its content, and when
/// it was taken out of the chain this is who frees it. Four bytes for each node are what the order takes.
///
/// Thread: owned by the node's loop.
final class LargeChain extends LargeValue {
    /// What is written last, as it was at the cut.
    final HeldBytes tail = new HeldBytes();

    private final NodeChain chains;

    /// The nodes that the value had at the cut.
    private final int[] nodes;

    private int next;

    /// @param header of the chain
    LargeChain(int database, int kind, NodeChain chains, long header) {
        super(database, kind, NodeChain.nodes(header));
        this.chains = chains;
        this.nodes = new int[count];
        int node = NodeChain.first(header);
        for (int i = 0; i < count; i++) {
            nodes[i] = node;
            chains.pin(node);
            node = chains.next(node);
        }
    }

    /// {@return the node whose turn it is, or [Allocator#NULL] behind the last}
    int node() {
        return next == count ? Allocator.NULL : nodes[next];
    }

    /// The node is not needed any more.
    void pass() {
        chains.unpin(nodes[next++]);
    }

    /// Lets go of all nodes that are left.
    void passAll() {
        while (next < count) {
            pass();
        }
    }

    @Override
    void release() {
        super.release();
        tail.release();
    }
}

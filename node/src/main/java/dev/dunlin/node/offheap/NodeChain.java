// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.offheap;

/// Values that are a sequence of blocks of native memory, doubly linked: large lists, and whatever else has an order and many parts.
///
/// ```
/// header   0       4      8       12                      wherever the owner keeps it, in an entry's value
///          | first | last | nodes | the owner's own ...
///
/// node     0          4      8       12      16           a block of its own
///          | previous | next | flags | bytes | content ...
///
/// flags: bits 0-7 the owner's own, bit 8 pinned, bit 9 left
/// ```
///
/// A running snapshot pins the nodes of a cut. The content of a pinned node must not change: who wants to change it makes a copy and puts
/// that into the chain ([#replace]). A pinned node that is taken out of its chain is left to the snapshot, which frees it when it unpins it.
/// The links of a pinned node may change: the snapshot has a list of its own.
///
/// Thread: owned by the node's loop.
public final class NodeChain {
    /// Bytes that the header of a chain takes.
    public static final int HEADER_BYTES = 12;

    /// Bytes that a node takes besides its content.
    public static final int NODE_HEADER_BYTES = 16;

    private static final int LAST = 4;
    private static final int NODES = 8;

    private static final int NEXT = 4;
    private static final int FLAGS = 8;
    private static final int BYTES = 12;

    private static final int OWN_MASK = 0xFF;
    private static final int PINNED_FLAG = 0x100;
    private static final int LEFT_FLAG = 0x200;

    private final Allocator allocator;

    /// Of nodes that only a snapshot still needs.
    private long leftBytes;

    public NodeChain(Allocator allocator) {
        this.allocator = allocator;
    }

    // The chain

    /// Makes the [#HEADER_BYTES] bytes at `header` a chain without nodes.
    public static void writeEmpty(long header) {
        Memory.putInt(header, Allocator.NULL);
        Memory.putInt(header + LAST, Allocator.NULL);
        Memory.putInt(header + NODES, 0);
    }

    /// {@return the first node, or [Allocator#NULL]}
    public static int first(long header) {
        return Memory.getInt(header);
    }

    /// {@return the last node, or [Allocator#NULL]}
    public static int last(long header) {
        return Memory.getInt(header + LAST);
    }

    /// {@return how many nodes there are}
    public static int nodes(long header) {
        return Memory.getInt(header + NODES);
    }

    /// Puts a node that is in no chain behind another.
    ///
    /// @param node [Allocator#NULL] to put it first
    public void insertAfter(long header, int node, int made) {
        int next = node == Allocator.NULL ? first(header) : next(node);
        link(header, node, made);
        link(header, made, next);
        Memory.putInt(header + NODES, nodes(header) + 1);
    }

    /// Takes a node out of its chain and frees it.
    public void remove(long header, int node) {
        link(header, previous(node), next(node));
        Memory.putInt(header + NODES, nodes(header) - 1);
        free(node);
    }

    /// Puts a node that is in no chain in the place of another, which is freed.
    public void replace(long header, int node, int made) {
        int next = next(node);
        link(header, previous(node), made);
        link(header, made, next);
        free(node);
    }

    /// Moves a node if it leaves ([Allocator#isLeaving]) and no snapshot knows it by its reference.
    ///
    /// @return the node from now on
    public int relocate(long header, int node) {
        if (!allocator.isLeaving(node) || isPinned(node)) {
            return node;
        }
        int moved = allocator.move(node);
        link(header, previous(moved), moved);
        link(header, moved, next(moved));
        return moved;
    }

    /// Makes `node` the first of its chain.
    ///
    /// @param before how many nodes are before it
    /// @return the first of those, which are a chain that nobody knows from now on; [Allocator#NULL] when there are none
    public int cutBefore(long header, int node, int before) {
        if (before == 0) {
            return Allocator.NULL;
        }
        int cut = first(header);
        Memory.putInt(allocator.address(previous(node)) + NEXT, Allocator.NULL);
        Memory.putInt(allocator.address(node), Allocator.NULL);
        Memory.putInt(header, node);
        Memory.putInt(header + NODES, nodes(header) - before);
        return cut;
    }

    /// Makes `node` the last of its chain.
    ///
    /// @param behind how many nodes are behind it
    /// @return the first of those, which are a chain that nobody knows from now on; [Allocator#NULL] when there are none
    public int cutBehind(long header, int node, int behind) {
        if (behind == 0) {
            return Allocator.NULL;
        }
        int cut = next(node);
        Memory.putInt(allocator.address(node) + NEXT, Allocator.NULL);
        Memory.putInt(header + LAST, node);
        Memory.putInt(header + NODES, nodes(header) - behind);
        return cut;
    }

    private void link(long header, int left, int right) {
        if (left == Allocator.NULL) {
            Memory.putInt(header, right);
        } else {
            Memory.putInt(allocator.address(left) + NEXT, right);
        }
        if (right == Allocator.NULL) {
            Memory.putInt(header + LAST, left);
        } else {
            Memory.putInt(allocator.address(right), left);
        }
    }

    // Nodes

    /// {@return a node that is in no chain yet, with room for `bytesMax` bytes of content and none yet}
    ///
    /// @param own flags of the owner's, 0 to 255
    public int allocate(int own, long bytesMax) {
        int node = allocator.allocate(NODE_HEADER_BYTES + bytesMax);
        long address = allocator.address(node);
        Memory.putInt(address, Allocator.NULL);
        Memory.putInt(address + NEXT, Allocator.NULL);
        Memory.putInt(address + FLAGS, own);
        Memory.putInt(address + BYTES, 0);
        return node;
    }

    /// Takes a node back that no chain refers to any more; one that is pinned is freed when it is unpinned.
    public void free(int node) {
        if (isPinned(node)) {
            flags(node, flags(node) | LEFT_FLAG);
            leftBytes += allocator.capacity(node);
        } else {
            allocator.free(node);
        }
    }

    /// {@return the node before, or [Allocator#NULL]}
    public int previous(int node) {
        return Memory.getInt(allocator.address(node));
    }

    /// {@return the node behind, or [Allocator#NULL]}
    public int next(int node) {
        return Memory.getInt(allocator.address(node) + NEXT);
    }

    /// {@return the owner's own flags}
    public int own(int node) {
        return flags(node) & OWN_MASK;
    }

    /// {@return where the content is}
    public long content(int node) {
        return allocator.address(node) + NODE_HEADER_BYTES;
    }

    /// {@return how many bytes of content there are}
    public int bytes(int node) {
        return Memory.getInt(allocator.address(node) + BYTES);
    }

    public void bytes(int node, int bytes) {
        Memory.putInt(allocator.address(node) + BYTES, bytes);
    }

    /// {@return how many bytes of content the node has room for}
    public long capacity(int node) {
        return allocator.capacity(node) - NODE_HEADER_BYTES;
    }

    /// {@return how many bytes of content a node for `bytes` bytes will have room for}
    public long capacityFor(long bytes) {
        return allocator.capacityFor(NODE_HEADER_BYTES + bytes) - NODE_HEADER_BYTES;
    }

    // Snapshots

    /// {@return bytes of nodes that are in no chain any more, and that a snapshot still needs}
    public long leftBytes() {
        return leftBytes;
    }

    /// {@return whether a snapshot needs the content as it is}
    public boolean isPinned(int node) {
        return (flags(node) & PINNED_FLAG) != 0;
    }

    /// Keeps the node and its content until [#unpin].
    public void pin(int node) {
        flags(node, flags(node) | PINNED_FLAG);
    }

    /// The snapshot does not need the node any more; nor does anybody else when it was taken out of its chain meanwhile.
    public void unpin(int node) {
        if ((flags(node) & LEFT_FLAG) != 0) {
            leftBytes -= allocator.capacity(node);
            allocator.free(node);
        } else {
            flags(node, flags(node) & ~PINNED_FLAG);
        }
    }

    private int flags(int node) {
        return Memory.getInt(allocator.address(node) + FLAGS);
    }

    private void flags(int node, int flags) {
        Memory.putInt(allocator.address(node) + FLAGS, flags);
    }
}

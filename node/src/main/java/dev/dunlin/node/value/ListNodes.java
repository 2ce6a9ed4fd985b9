// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.value;

import dev.dunlin.node.keyspace.Keyspace;
import dev.dunlin.node.offheap.Allocator;
import dev.dunlin.node.offheap.Memory;
import dev.dunlin.node.offheap.NodeChain;

/// A large list: a chain of listpacks, none longer than the limit, and elements too large for one, each a node of its own.
///
/// ```
/// header   | first | last | nodes | i64 elements |                          the entry's value
///
/// chain    [ listpack: a b c d ] <-> [ plain: a very long element ] <-> [ listpack: e f g ]
/// ```
///
/// A node's block grows with its listpack, doubling, and never past the limit; one that is left behind, or has lost half of its content,
/// is cut to size. Neighbours that fit one node become one when either of them has lost elements.
///
/// An element is named by its node and its offset in the node's listpack ([#PLAIN_ELEMENT] in a plain node). Nodes that a snapshot has
/// pinned are never changed but replaced by a copy, so every method that changes a node may end its name.
///
/// Thread: owned by the node's loop.
final class ListNodes {
    /// Bytes of the header.
    static final int HEADER_BYTES = NodeChain.HEADER_BYTES + Long.BYTES;

    /// The offset of the element of a plain node.
    static final int PLAIN_ELEMENT = 0;

    /// What a node says of itself, also to those that write it to a file.
    static final int PACKED = 0;

    static final int PLAIN = 1;

    /// The first room that a new node at an end gets: it will grow.
    private static final int FIRST_BYTES = 512;

    private final Keyspace keyspace;
    private final NodeChain chains;
    private ListLimit limit = ListLimit.of(-2);

    /// What [#locate] has found.
    private long locatedBefore;

    private int locatedOrdinal;

    ListNodes(Keyspace keyspace) {
        this.keyspace = keyspace;
        this.chains = keyspace.chains();
    }

    void limit(ListLimit newLimit) {
        limit = newLimit;
    }

    static void writeEmpty(long header) {
        NodeChain.writeEmpty(header);
        Memory.putLong(header + NodeChain.HEADER_BYTES, 0);
    }

    /// {@return how many elements there are}
    static long count(long header) {
        return Memory.getLong(header + NodeChain.HEADER_BYTES);
    }

    private static void addToCount(long header, long change) {
        Memory.putLong(header + NodeChain.HEADER_BYTES, count(header) + change);
    }

    // Nodes

    boolean isPlain(int node) {
        return chains.own(node) == PLAIN;
    }

    /// {@return the listpack of a node that is not plain, or the text of one that is}
    long content(int node) {
        return chains.content(node);
    }

    int bytes(int node) {
        return chains.bytes(node);
    }

    void free(int node) {
        chains.free(node);
    }

    int previous(int node) {
        return chains.previous(node);
    }

    int next(int node) {
        return chains.next(node);
    }

    /// {@return how many elements a node has}
    int elements(int node) {
        return isPlain(node) ? 1 : Listpack.count(content(node));
    }

    int firstElement(int node) {
        return isPlain(node) ? PLAIN_ELEMENT : Listpack.first(content(node));
    }

    int lastElement(int node) {
        return isPlain(node) ? PLAIN_ELEMENT : Listpack.at(content(node), -1);
    }

    boolean matches(int node, int element, ListpackElement wanted) {
        return isPlain(node)
                ? wanted.textEquals(content(node), bytes(node))
                : Listpack.matches(content(node), element, wanted);
    }

    // Finding

    /// Finds the node of an element, from the nearer end.
    ///
    /// @param index from 0 to below the number of elements
    /// @return the node; [#locatedBefore] says how many elements are before it
    int locate(long header, long index) {
        long count = count(header);
        if (index < count / 2) {
            int node = NodeChain.first(header);
            int ordinal = 0;
            long before = 0;
            for (int here = elements(node); index >= before + here; here = elements(node)) {
                before += here;
                ordinal++;
                node = next(node);
            }
            return located(node, before, ordinal);
        }
        int node = NodeChain.last(header);
        int ordinal = NodeChain.nodes(header) - 1;
        long before = count - elements(node);
        while (index < before) {
            node = previous(node);
            before -= elements(node);
            ordinal--;
        }
        return located(node, before, ordinal);
    }

    private int located(int node, long before, int ordinal) {
        locatedBefore = before;
        locatedOrdinal = ordinal;
        return node;
    }

    long locatedBefore() {
        return locatedBefore;
    }

    // Adding

    /// Puts an element at an end.
    void push(long header, boolean first, ListpackElement element) {
        addToCount(header, 1);
        int end = first ? NodeChain.first(header) : NodeChain.last(header);
        boolean large = limit.isLarge(element.entryBytes());
        if (!large && end != Allocator.NULL && fits(end, element)) {
            insertInto(header, end, first, element);
            return;
        }
        if (end != Allocator.NULL) {
            end = cutToSize(header, end);
        }
        chains.insertAfter(
                header,
                first ? Allocator.NULL : end,
                large ? plain(element) : packed(element, FIRST_BYTES));
    }

    /// Puts an element before or behind another.
    void insert(long header, int node, int element, boolean behind, ListpackElement made) {
        addToCount(header, 1);
        place(header, node, element, behind, made);
    }

    private void place(long header, int node, int element, boolean behind, ListpackElement made) {
        boolean plain = isPlain(node);
        int at = plain || !behind ? element : Listpack.next(content(node), element);
        boolean first = plain ? !behind : at == Listpack.first(content(node));
        boolean last = plain ? behind : Listpack.isEnd(content(node), at);
        boolean large = limit.isLarge(made.entryBytes());
        if (!large) {
            if (fits(node, made)) {
                insertInto(header, node, at, made);
                return;
            }
            int neighbour = first ? previous(node) : last ? next(node) : Allocator.NULL;
            if (neighbour != Allocator.NULL && fits(neighbour, made)) {
                insertInto(header, neighbour, !first, made);
                return;
            }
        }
        int alone = large ? plain(made) : packed(made, 0);
        if (first) {
            chains.insertAfter(header, previous(node), alone);
        } else {
            chains.insertAfter(header, last ? node : split(header, node, at), alone);
        }
        merge(header, alone);
    }

    /// Puts an element in the place of another.
    void replace(long header, int node, int element, ListpackElement made) {
        boolean large = limit.isLarge(made.entryBytes());
        boolean plain = isPlain(node);
        if (plain || (large && elements(node) == 1)) {
            int alone = large ? plain(made) : packed(made, 0);
            chains.replace(header, node, alone);
            merge(header, alone);
            return;
        }
        long bytes = Listpack.bytesAfterReplace(content(node), element, made);
        if (!large && (bytes <= limit.nodeBytesMax() || elements(node) == 1)) {
            int changed = writable(header, node, bytes);
            Listpack.replace(content(changed), element, made);
            cutToHalf(header, sized(changed));
            return;
        }
        boolean last = Listpack.isEnd(content(node), Listpack.next(content(node), element));
        int rest = take(header, node, element, 1);
        place(header, rest, last ? lastElement(rest) : element, last, made);
    }

    // Taking out

    /// Takes out the first or last `elements` elements.
    void removeFromEnd(long header, boolean first, long elements) {
        long count = count(header);
        if (elements >= count) {
            keyspace.dropChain(NodeChain.first(header), NodeChain.nodes(header));
            writeEmpty(header);
            return;
        }
        int node = locate(header, first ? elements : count - elements - 1);
        int within =
                first
                        ? (int) (elements - locatedBefore)
                        : (int) (locatedBefore + elements(node) - (count - elements));
        int dropped = first ? locatedOrdinal : NodeChain.nodes(header) - locatedOrdinal - 1;
        keyspace.dropChain(
                first
                        ? chains.cutBefore(header, node, dropped)
                        : chains.cutBehind(header, node, dropped),
                dropped);
        addToCount(header, -elements);
        if (within > 0) {
            long listpack = content(node);
            int from = first ? Listpack.first(listpack) : Listpack.at(listpack, -within);
            node = take(header, node, from, within);
        }
        merge(header, node);
    }

    /// Takes out elements that have a text.
    ///
    /// @param first whether to begin at the first, or at the last
    /// @return how many there were
    long remove(long header, ListpackElement wanted, long elementsMax, boolean first) {
        long removed = 0;
        int changed = Allocator.NULL;
        int node = first ? NodeChain.first(header) : NodeChain.last(header);
        while (node != Allocator.NULL && removed < elementsMax) {
            // Keeps its name whatever happens to this one.
            int following = first ? next(node) : previous(node);
            int before = elements(node);
            int rest = removeIn(header, node, wanted, elementsMax - removed, first);
            int after = rest == Allocator.NULL ? 0 : elements(rest);
            removed += before - after;
            if (after > 0 && after < before) {
                changed = mergeAwayFrom(header, rest, first);
            }
            node = following;
        }
        addToCount(header, -removed);
        if (changed != Allocator.NULL && removed == elementsMax) {
            merge(header, changed);
        }
        return removed;
    }

    /// {@return the node from now on, or [Allocator#NULL] when nothing is left of it}
    private int removeIn(
            long header, int node, ListpackElement wanted, long elementsMax, boolean first) {
        if (isPlain(node)) {
            if (!matches(node, PLAIN_ELEMENT, wanted)) {
                return node;
            }
            chains.remove(header, node);
            return Allocator.NULL;
        }
        int at = node;
        long left = elementsMax;
        int element = first ? firstElement(at) : lastElement(at);
        while (left > 0 && element != Listpack.NOT_FOUND && !Listpack.isEnd(content(at), element)) {
            if (Listpack.matches(content(at), element, wanted)) {
                if (elements(at) == 1) {
                    chains.remove(header, at);
                    return Allocator.NULL;
                }
                at = writable(header, at, bytes(at));
                Listpack.delete(content(at), element, 1);
                sized(at);
                left--;
            } else if (first) {
                element = Listpack.next(content(at), element);
            }
            if (!first) {
                element = Listpack.previous(content(at), element);
            }
        }
        return cutToHalf(header, at);
    }

    // Copying

    /// Appends all elements of a listpack.
    void pushAll(long header, long listpack, ListpackElement scratch) {
        if (Listpack.count(listpack) > 0
                && !limit.isExceededBy(0, Listpack.count(listpack))
                && Listpack.bytes(listpack) <= limit.nodeBytesMax()) {
            int bytes = Listpack.bytes(listpack);
            int node = chains.allocate(PACKED, bytes);
            Memory.copy(listpack, content(node), bytes);
            chains.insertAfter(header, NodeChain.last(header), sized(node));
            addToCount(header, Listpack.count(listpack));
            return;
        }
        for (int at = Listpack.first(listpack);
                !Listpack.isEnd(listpack, at);
                at = Listpack.next(listpack, at)) {
            if (Listpack.isInteger(listpack, at)) {
                scratch.ofInteger(Listpack.integer(listpack, at));
            } else {
                scratch.ofMemory(
                        Listpack.stringAddress(listpack, at), Listpack.stringBytes(listpack, at));
            }
            push(header, false, scratch);
        }
    }

    /// Makes `target` the header of a copy.
    void copy(long header, long target) {
        writeEmpty(target);
        for (int node = NodeChain.first(header); node != Allocator.NULL; node = next(node)) {
            chains.insertAfter(target, NodeChain.last(target), copyOf(node, bytes(node)));
        }
        addToCount(target, count(header));
    }

    // Inside of nodes

    private boolean fits(int node, ListpackElement element) {
        if (isPlain(node)) {
            return false;
        }
        long listpack = content(node);
        return Listpack.bytesAfterInsert(listpack, element) <= limit.nodeBytesMax()
                && !limit.isExceededBy(0, Listpack.count(listpack) + 1L);
    }

    private void insertInto(long header, int node, boolean first, ListpackElement element) {
        long listpack = content(node);
        insertInto(
                header, node, first ? Listpack.first(listpack) : Listpack.end(listpack), element);
    }

    private void insertInto(long header, int node, int at, ListpackElement element) {
        int changed = writable(header, node, Listpack.bytesAfterInsert(content(node), element));
        Listpack.insert(content(changed), at, element);
        sized(changed);
    }

    /// Takes elements out of a node that has more, and is not plain. The list's count is the caller's.
    ///
    /// @return the node from now on
    private int take(long header, int node, int from, int elements) {
        int changed = writable(header, node, bytes(node));
        Listpack.delete(content(changed), from, elements);
        return cutToHalf(header, sized(changed));
    }

    /// Makes the elements from `at` on a node of their own.
    ///
    /// @return the node of those before
    private int split(long header, int node, int at) {
        long listpack = content(node);
        int right = chains.allocate(PACKED, Listpack.tailBytes(listpack, at));
        Listpack.copyTail(listpack, at, content(right));
        chains.insertAfter(header, node, sized(right));
        return take(header, node, at, Listpack.count(content(right)));
    }

    /// Makes one node of this one and its neighbours, as far as they fit.
    private void merge(long header, int node) {
        int at = node;
        int previous = previous(at);
        if (previous != Allocator.NULL && areMergeable(previous, at)) {
            at = merge(header, previous, at);
        }
        int next = next(at);
        if (next != Allocator.NULL && areMergeable(at, next)) {
            merge(header, at, next);
        }
    }

    /// As [#merge], with one neighbour only.
    ///
    /// @return the node from now on
    private int mergeAwayFrom(long header, int node, boolean fromNext) {
        int left = fromNext ? previous(node) : node;
        int right = fromNext ? node : next(node);
        return left != Allocator.NULL && right != Allocator.NULL && areMergeable(left, right)
                ? merge(header, left, right)
                : node;
    }

    private boolean areMergeable(int left, int right) {
        if (isPlain(left) || isPlain(right)) {
            return false;
        }
        long bytes = (long) bytes(left) + bytes(right) - Listpack.EMPTY_BYTES;
        return bytes <= limit.nodeBytesMax()
                && !limit.isExceededBy(0, (long) elements(left) + elements(right));
    }

    /// {@return the node of both}
    private int merge(long header, int left, int right) {
        int bytes = bytes(left) + bytes(right) - Listpack.EMPTY_BYTES;
        int changed = writable(header, left, bytes);
        Listpack.appendAll(content(changed), content(right));
        chains.remove(header, right);
        return sized(changed);
    }

    // Blocks

    private int plain(ListpackElement element) {
        int node = chains.allocate(PLAIN, element.textBytes());
        element.copyText(content(node));
        chains.bytes(node, element.textBytes());
        return node;
    }

    private int packed(ListpackElement element, int roomMin) {
        int bytes = Listpack.EMPTY_BYTES + element.entryBytes();
        int node =
                chains.allocate(PACKED, Math.max(bytes, Math.min(roomMin, limit.nodeBytesMax())));
        Listpack.writeEmpty(content(node));
        Listpack.append(content(node), element);
        return sized(node);
    }

    /// Notes the size of a node's listpack.
    private int sized(int node) {
        chains.bytes(node, Listpack.bytes(content(node)));
        return node;
    }

    /// {@return the node, or what has taken its place: with room for so many bytes, and free to be changed}
    private int writable(long header, int node, long bytes) {
        boolean pinned = chains.isPinned(node);
        if (!pinned && bytes <= chains.capacity(node)) {
            return node;
        }
        long room =
                bytes > bytes(node)
                        ? Math.max(bytes, Math.min(2L * bytes(node), limit.nodeBytesMax()))
                        : bytes(node);
        return inPlaceOf(header, node, room);
    }

    /// Cuts a node to size that will not grow for now.
    private int cutToSize(long header, int node) {
        return chains.isPinned(node) || chains.capacityFor(bytes(node)) == chains.capacity(node)
                ? node
                : inPlaceOf(header, node, bytes(node));
    }

    /// Cuts a node to size of which half is unused.
    private int cutToHalf(long header, int node) {
        return chains.capacity(node) > 2L * bytes(node) + FIRST_BYTES
                ? cutToSize(header, node)
                : node;
    }

    private int inPlaceOf(long header, int node, long room) {
        int copy = copyOf(node, room);
        chains.replace(header, node, copy);
        return copy;
    }

    private int copyOf(int node, long room) {
        int copy = chains.allocate(chains.own(node), room);
        Memory.copy(content(node), content(copy), bytes(node));
        chains.bytes(copy, bytes(node));
        return copy;
    }
}

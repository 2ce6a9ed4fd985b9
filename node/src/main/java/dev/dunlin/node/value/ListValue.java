// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.value;

import dev.dunlin.node.keyspace.Keyspace;
import dev.dunlin.node.keyspace.ValueKind;
import dev.dunlin.node.offheap.Allocator;
import dev.dunlin.node.offheap.Entry;
import dev.dunlin.node.offheap.Memory;
import dev.dunlin.node.offheap.NodeChain;

/// A list in the keyspace, whichever way it is laid out.
///
/// ```
/// small   entry | ... | key | listpack: element, element, element ...
/// large   entry | ... | key | header of a chain of listpacks: ListNodes
/// ```
///
/// A flyweight: `open` one list, use it, open the next; nothing is allocated on the heap. A list becomes large when it is about to outgrow
/// the limit ([#makeRoom]), and small again when one node is left of it and that is half of the limit ([#shrink]).
///
/// After [#seek], [#next] and [#previous] the list is at an element; [#show] gives its text as a range of native memory, valid until
/// something is changed or another element is shown.
///
/// Thread: owned by the node's loop.
public final class ListValue extends OpenValue<ListValue> {
    private static final int DIGITS_BYTES = 24;

    private final ListNodes nodes;
    private final ListpackElement pushed = new ListpackElement();
    private final ListpackElement wanted = new ListpackElement();

    /// Where an integer of a listpack is written out as text.
    private final long digits;

    /// Where the header is while a small list becomes large.
    private final long newHeader;

    private ListLimit limit = ListLimit.of(-2);

    /// The node that it is at, and the element there; a small list has no nodes.
    private int node;

    private int element;

    /// The listpack that it is in, 0 in a plain node.
    private long listpack;

    private long elementAddress;
    private int elementBytes;

    public ListValue(Keyspace keyspace) {
        super(keyspace);
        this.nodes = new ListNodes(keyspace);
        this.digits = keyspace.allocateScratch(DIGITS_BYTES + ListNodes.HEADER_BYTES);
        this.newHeader = digits + DIGITS_BYTES;
    }

    /// Sets how long a listpack may get.
    ///
    /// @param listpackSize elements when positive, else one of five sizes in bytes (`list-max-listpack-size`)
    public void limit(int listpackSize) {
        limit = ListLimit.of(listpackSize);
        nodes.limit(limit);
    }

    @Override
    ListValue self() {
        return this;
    }

    @Override
    int emptyKind() {
        return ValueKind.LIST_LISTPACK;
    }

    /// Makes the value of an entry, which is a copy of the open list's, a list of its own; only for a large one.
    public void copyTo(int entryRef) {
        nodes.copy(value(), Entry.value(allocator.address(entryRef)));
    }

    /// {@return whether a node of a large list is one element as it stands, and not a listpack}
    public static boolean isPlain(NodeChain chains, int listNode) {
        return chains.own(listNode) == ListNodes.PLAIN;
    }

    /// {@return whether it is one listpack}
    public boolean isPacked() {
        return kind() == ValueKind.LIST_LISTPACK;
    }

    /// {@return how many elements there are}
    public long count() {
        return isPacked() ? Listpack.count(value()) : ListNodes.count(value());
    }

    // Reading

    /// Goes to an element.
    ///
    /// @param index counted from the end when negative (-1 is the last)
    /// @return whether there is one
    public boolean seek(long index) {
        long count = count();
        long at = index < 0 ? index + count : index;
        if (at < 0 || at >= count) {
            return false;
        }
        if (isPacked()) {
            node = Allocator.NULL;
            listpack = value();
            element = inListpack(listpack, at, count);
            return true;
        }
        enter(nodes.locate(value(), at));
        element =
                listpack == 0
                        ? ListNodes.PLAIN_ELEMENT
                        : inListpack(listpack, at - nodes.locatedBefore(), nodes.elements(node));
        return true;
    }

    private void enter(int listNode) {
        node = listNode;
        listpack = nodes.isPlain(listNode) ? 0 : nodes.content(listNode);
    }

    private static int inListpack(long listpack, long index, long count) {
        return Listpack.at(listpack, index < count / 2 ? index : index - count);
    }

    /// Goes to the next element.
    ///
    /// @return whether there is one; if not, the list is nowhere
    public boolean next() {
        if (listpack != 0) {
            element = Listpack.next(listpack, element);
            if (!Listpack.isEnd(listpack, element)) {
                return true;
            }
        }
        int following = node == Allocator.NULL ? Allocator.NULL : nodes.next(node);
        if (following == Allocator.NULL) {
            return false;
        }
        enter(following);
        element = nodes.firstElement(following);
        return true;
    }

    /// Goes to the element before.
    ///
    /// @return whether there is one; if not, the list is nowhere
    public boolean previous() {
        if (listpack != 0) {
            element = Listpack.previous(listpack, element);
            if (element != Listpack.NOT_FOUND) {
                return true;
            }
        }
        int before = node == Allocator.NULL ? Allocator.NULL : nodes.previous(node);
        if (before == Allocator.NULL) {
            return false;
        }
        enter(before);
        element = nodes.lastElement(before);
        return true;
    }

    /// Shows the element that it is at.
    public ListValue show() {
        if (listpack == 0) {
            elementAddress = nodes.content(node);
            elementBytes = nodes.bytes(node);
            return this;
        }
        if (Listpack.isInteger(listpack, element)) {
            elementAddress = digits;
            elementBytes =
                    (int)
                            (dev.dunlin.node.resp.Decimal.write(
                                            digits, Listpack.integer(listpack, element))
                                    - digits);
        } else {
            elementAddress = Listpack.stringAddress(listpack, element);
            elementBytes = Listpack.stringBytes(listpack, element);
        }
        return this;
    }

    public long elementAddress() {
        return elementAddress;
    }

    public int elementBytes() {
        return elementBytes;
    }

    /// Sets what [#isWanted] and [#remove] look for.
    public void want(long text, int bytes) {
        wanted.ofMemory(text, bytes);
    }

    /// {@return whether the element that it is at is the one that is wanted}
    public boolean isWanted() {
        return listpack == 0
                ? nodes.matches(node, element, wanted)
                : Listpack.matches(listpack, element, wanted);
    }

    // Changing; the list must have been opened for it

    /// {@return bytes that an element will take in a listpack}
    public int entryBytes(long text, int bytes) {
        return pushed.ofMemory(text, bytes).entryBytes();
    }

    /// Says that elements are about to be added, all or none of them: the place where a small list becomes large.
    ///
    /// @param texts bytes of their texts, which is what Redis counts
    /// @param entries bytes that they will take in a listpack
    public void makeRoom(long texts, long entries, long elements) {
        if (!isPacked()) {
            return;
        }
        long bytes = Listpack.bytes(value());
        if (limit.isExceededBy(bytes + texts, count() + elements)) {
            convertToNodes();
        } else {
            resize(bytes + entries);
        }
    }

    /// Puts an element at an end; [#makeRoom] comes first.
    public void push(boolean first, long text, int bytes) {
        push(first, pushed.ofMemory(text, bytes));
    }

    /// Puts elements at the end.
    public void pushAll(Iterable<byte[]> texts) {
        long bytes = 0;
        long entries = 0;
        long elements = 0;
        for (byte[] text : texts) {
            bytes += text.length;
            entries += pushed.ofBytes(text).entryBytes();
            elements++;
        }
        makeRoom(bytes, entries, elements);
        for (byte[] text : texts) {
            push(false, pushed.ofBytes(text));
        }
    }

    private void push(boolean first, ListpackElement made) {
        if (isPacked()) {
            insertPacked(first ? Listpack.first(value()) : Listpack.end(value()), made);
        } else {
            database.beforeChange(ref);
            nodes.push(value(), first, made);
        }
    }

    /// Puts an element before or behind the one that it is at; it then is nowhere. [#makeRoom] comes first.
    public void insert(boolean behind, long text, int bytes) {
        pushed.ofMemory(text, bytes);
        if (isPacked()) {
            insertPacked(behind ? Listpack.next(value(), element) : element, pushed);
        } else {
            database.beforeChange(ref);
            nodes.insert(value(), node, element, behind, pushed);
        }
    }

    private void insertPacked(int at, ListpackElement made) {
        resize(Math.max(valueBytes(), Listpack.bytesAfterInsert(value(), made)));
        Listpack.insert(value(), at, made);
    }

    /// Puts an element in the place of the one that it is at; it then is nowhere. [#makeRoom] comes first, as if it was to be added without
    /// taking any bytes, and [#shrink] follows: the list may have got larger or smaller.
    public void set(long text, int bytes) {
        pushed.ofMemory(text, bytes);
        if (isPacked()) {
            long after = Listpack.bytesAfterReplace(value(), element, pushed);
            resize(Math.max(valueBytes(), after));
            Listpack.replace(value(), element, pushed);
        } else {
            database.beforeChange(ref);
            nodes.replace(value(), node, element, pushed);
        }
    }

    /// Takes out the first or last elements; it then is nowhere. A list without elements must be deleted by the caller, another be told to
    /// [#shrink].
    public void removeFromEnd(boolean first, long elements) {
        database.beforeChange(ref);
        if (!isPacked()) {
            nodes.removeFromEnd(value(), first, elements);
            return;
        }
        int count = (int) Math.min(elements, count());
        if (count > 0) {
            Listpack.delete(
                    value(), first ? Listpack.first(value()) : Listpack.at(value(), -count), count);
        }
    }

    /// Takes out elements that are the one that is wanted; it then is nowhere. As with [#removeFromEnd] something must follow.
    ///
    /// @param first whether to begin at the first, or at the last
    /// @return how many there were
    public long remove(boolean first, long elementsMax) {
        database.beforeChange(ref);
        if (!isPacked()) {
            return nodes.remove(value(), wanted, elementsMax, first);
        }
        long removed = 0;
        boolean there = seek(first ? 0 : -1);
        while (there && removed < elementsMax) {
            boolean found = Listpack.matches(listpack, element, wanted);
            if (found) {
                Listpack.delete(listpack, element, 1);
                removed++;
            } else if (first) {
                element = Listpack.next(listpack, element);
            }
            if (first) {
                there = !Listpack.isEnd(listpack, element);
            } else {
                element = Listpack.previous(listpack, element);
                there = element != Listpack.NOT_FOUND;
            }
        }
        return removed;
    }

    /// Gives back what a list that has lost elements does not need any more; a large one may become small.
    public void shrink() {
        if (isPacked()) {
            resize(Listpack.bytes(value()));
            return;
        }
        int only = NodeChain.first(value());
        if (NodeChain.nodes(value()) != 1 || nodes.isPlain(only)) {
            return;
        }
        int bytes = nodes.bytes(only);
        if (limit.isHalved(bytes, nodes.elements(only))) {
            resize(bytes);
            Memory.copy(nodes.content(only), value(), bytes);
            Entry.kind(allocator.address(ref), ValueKind.LIST_LISTPACK);
            nodes.free(only);
        }
    }

    private void convertToNodes() {
        database.beforeChange(ref);
        ListNodes.writeEmpty(newHeader);
        nodes.pushAll(newHeader, value(), wanted);
        resize(ListNodes.HEADER_BYTES);
        Memory.copy(newHeader, value(), ListNodes.HEADER_BYTES);
        Entry.kind(allocator.address(ref), ValueKind.LIST_QUICKLIST);
    }

    private void resize(long bytes) {
        ref = database.resizeValue(slot, ref, keyHash, (int) bytes);
    }

    private int valueBytes() {
        return Entry.valueBytes(allocator.address(ref));
    }
}

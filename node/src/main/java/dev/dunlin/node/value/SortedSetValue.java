// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.value;

import dev.dunlin.node.keyspace.Database;
import dev.dunlin.node.keyspace.Keyspace;
import dev.dunlin.node.keyspace.ValueKind;
import dev.dunlin.node.offheap.Allocator;
import dev.dunlin.node.offheap.Entry;
import dev.dunlin.node.offheap.HashIndex;
import dev.dunlin.node.offheap.Memory;
import dev.dunlin.node.offheap.OrderedTree;
import dev.dunlin.node.offheap.OrderedTree.Tie;
import dev.dunlin.node.offheap.ScoreTree;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.IntConsumer;
import java.util.random.RandomGenerator;

/// A sorted set in the keyspace, whichever way it is laid out.
///
/// ```
/// small   entry | ... | key | listpack: member, score, member, score ...                         in order
/// large   entry | ... | key | u32 table root | u32 tree root
///                               |                |
///                               |                tree of (score, reference of element)           in order
///                               table of elements: member -> score, 8 bytes                      in no order
/// ```
///
/// A flyweight like [HashValue]: `open` one set, use it, open the next. An element of a large set is one block, which table and tree both
/// refer to; a new score changes it where it is. A set that outgrows the limits of the small form becomes large, and stays so.
///
/// After [#find], [#showAt], [#random] and inside of a visitor the set shows one element, valid until something is changed or another
/// element is shown.
///
/// Thread: owned by the node's loop.
public final class SortedSetValue extends OpenValue<SortedSetValue> {
    /// What [#createFrom] answers when a member comes twice.
    public static final int DUPLICATE_MEMBER = Allocator.NULL;

    /// What [#rank] answers when there is no such member.
    public static final int NOT_FOUND = -1;

    private static final int ROOTS_BYTES = 2 * Integer.BYTES;
    private static final int TREE_OFFSET = Integer.BYTES;
    private static final int DIGITS_BYTES = 24;

    /// Elements of a large set that are read at a time.
    private static final int GROUP_ELEMENTS = 32;

    /// Gets the elements of a set one after the other.
    @FunctionalInterface
    public interface ElementVisitor {
        /// @param element the set, which shows the element
        void visit(SortedSetValue element);
    }

    /// The elements of a set to be made, from a file or another node.
    public interface Elements {
        /// Steps to the next element; false behind the last.
        boolean next() throws IOException;

        /// {@return how many elements there are altogether}
        long count();

        byte[] member();

        /// {@return the score, which is a number}
        double score();
    }

    private final Keyspace keyspace;
    private final HashIndex index;
    private final ScoreTree trees;
    private final PackedScores packed;
    private final ListpackElement memberElement = new ListpackElement();
    private final ListpackElement scoreElement = new ListpackElement();
    private final IntConsumer elementVisitor = this::visitElement;

    private long packedElementsMax = 128;
    private long packedBytesMax = 64;

    private long memberAddress;
    private int memberBytes;
    private double score;
    private ElementVisitor visitor = element -> {};

    private final int[] groupRefs = new int[GROUP_ELEMENTS];
    private final int[] groupMemberBytes = new int[GROUP_ELEMENTS];

    public SortedSetValue(Keyspace keyspace) {
        super(keyspace);
        this.keyspace = keyspace;
        this.index = keyspace.index();
        this.trees = keyspace.scores();
        this.packed = new PackedScores(keyspace.allocateScratch(DIGITS_BYTES));
    }

    /// Sets up to what size a set stays small.
    ///
    /// @param elements at most (`zset-max-listpack-entries`)
    /// @param bytes of the longest member (`zset-max-listpack-value`)
    public void limits(long elements, long bytes) {
        packedElementsMax = elements;
        packedBytesMax = bytes;
    }

    @Override
    SortedSetValue self() {
        return this;
    }

    @Override
    int emptyKind() {
        return ValueKind.ZSET_LISTPACK;
    }

    /// Adds a set with these elements under a key that is not there.
    ///
    /// @return the entry, or [#DUPLICATE_MEMBER] when a member came twice: then nothing was added
    /// @throws IOException what `elements` throws; then nothing was added either
    public int createFrom(
            Database inDatabase,
            int inSlot,
            long key,
            int keyBytes,
            long hashOfKey,
            long expireAtMs,
            Elements elements)
            throws IOException {
        create(inDatabase, inSlot, key, keyBytes, hashOfKey, expireAtMs);
        expect(elements.count(), 0);
        boolean done = false;
        try {
            // A few may turn out to be no small set when a long member comes.
            List<byte[]> members = new ArrayList<>();
            List<Double> scores = new ArrayList<>();
            while (isPacked() && elements.next()) {
                members.add(elements.member());
                scores.add(elements.score());
                expect(0, elements.member().length);
            }
            for (int i = 0; i < members.size(); i++) {
                if (!put(members.get(i), scores.get(i))) {
                    return DUPLICATE_MEMBER;
                }
            }
            while (elements.next()) {
                if (!put(elements.member(), elements.score())) {
                    return DUPLICATE_MEMBER;
                }
            }
            done = true;
            return ref;
        } finally {
            if (!done) {
                inDatabase.delete(inSlot, ref, hashOfKey);
            }
        }
    }

    /// Says of a set that is being loaded how large it is going to be: one that will not be small is made large at once, because a listpack
    /// does not tell -0 from 0.
    ///
    /// @param longest bytes of the longest member that is known of
    public void expect(long elements, long longest) {
        if (isPacked() && (elements > packedElementsMax || longest > packedBytesMax)) {
            convertToTree();
        }
    }

    /// Copies table and tree of the open set; only for a large one.
    ///
    /// @param target where the copy's roots are written
    public void copyTo(long target) {
        int table = index.create();
        int tree = trees.create();
        int source = tree();
        for (long at = trees.first(source); at != OrderedTree.NONE; at = trees.next(at)) {
            long entry = allocator.address(trees.payload(at));
            addNew(
                    table,
                    tree,
                    Entry.key(entry),
                    Entry.keyBytes(entry),
                    Double.longBitsToDouble(Memory.getLong(Entry.value(entry))));
        }
        Memory.putInt(target, table);
        Memory.putInt(target + TREE_OFFSET, tree);
    }

    /// {@return whether it is one listpack}
    public boolean isPacked() {
        return kind() == ValueKind.ZSET_LISTPACK;
    }

    /// {@return how many elements there are}
    public int count() {
        return isPacked() ? Listpack.count(listpack()) / 2 : index.size(table());
    }

    // The element that is shown

    public long memberAddress() {
        return memberAddress;
    }

    public int memberBytes() {
        return memberBytes;
    }

    public double score() {
        return score;
    }

    // Reading

    /// Looks for a member and shows it.
    ///
    /// @return whether it is there
    public boolean find(long member, int bytes) {
        if (isPacked()) {
            long listpack = listpack();
            int at = Listpack.findField(listpack, memberElement.ofMemory(member, bytes));
            if (at == Listpack.NOT_FOUND) {
                return false;
            }
            memberAddress = member;
            memberBytes = bytes;
            score = packed.score(listpack, Listpack.next(listpack, at));
            return true;
        }
        int element = index.find(table(), member, bytes, index.hash(member, bytes));
        if (element == Allocator.NULL) {
            return false;
        }
        showElement(element);
        return true;
    }

    /// Looks for a member and shows it.
    ///
    /// @return how many elements are before it, or [#NOT_FOUND]
    public int rank(long member, int bytes) {
        if (!isPacked()) {
            if (!find(member, bytes)) {
                return NOT_FOUND;
            }
            return trees.seeking(member, bytes).rank(tree(), ScoreTree.key(score), 0, Tie.COMPARE);
        }
        long listpack = listpack();
        memberElement.ofMemory(member, bytes);
        int rank = 0;
        for (int at = Listpack.first(listpack); !Listpack.isEnd(listpack, at); rank++) {
            if (Listpack.matches(listpack, at, memberElement)) {
                showPacked(listpack, at);
                return rank;
            }
            at = Listpack.next(listpack, Listpack.next(listpack, at));
        }
        return NOT_FOUND;
    }

    /// {@return how many elements lie before a score, those of the same score included or not}
    public int rankOfScore(double bound, boolean behindEqual) {
        return isPacked()
                ? packed.rank(listpack(), bound, behindEqual)
                : trees.rank(
                        tree(), ScoreTree.key(bound), 0, behindEqual ? Tie.BEHIND : Tie.BEFORE);
    }

    /// {@return how many elements lie before a member, the member itself included or not; of a set all of whose scores are the same}
    public int rankOfMember(long member, int bytes, boolean behindEqual) {
        if (isPacked()) {
            return packed.rank(listpack(), member, bytes, behindEqual);
        }
        long at = trees.seeking(member, bytes).seek(tree(), 0, 0, Tie.COMPARE_ONLY);
        int rank = trees.rank();
        if (at == OrderedTree.NONE || !behindEqual) {
            return rank;
        }
        return Entry.keyEquals(allocator.address(trees.payload(at)), member, bytes)
                ? rank + 1
                : rank;
    }

    /// Shows the element with `rank` elements before it, which must be there.
    public void showAt(int rank) {
        if (isPacked()) {
            long listpack = listpack();
            showPacked(listpack, Listpack.at(listpack, 2L * rank));
        } else {
            showElement(trees.payload(trees.at(tree(), rank)));
        }
    }

    /// Shows `elements` elements one after the other, from the one with `rank` elements before it on, or from there backwards; the visitor
    /// must not change the set, nor go through another one with this object.
    public void forEach(int rank, int elements, boolean backwards, ElementVisitor to) {
        if (elements <= 0) {
            return;
        }
        if (!isPacked()) {
            walkTree(rank, elements, backwards, to);
            return;
        }
        long listpack = listpack();
        int at = Listpack.at(listpack, 2L * rank);
        for (int left = elements; left > 0; left--) {
            showPacked(listpack, at);
            to.visit(this);
            if (left > 1) {
                at =
                        backwards
                                ? Listpack.previous(listpack, Listpack.previous(listpack, at))
                                : Listpack.next(listpack, Listpack.next(listpack, at));
            }
        }
    }

    /// Elements lie anywhere in memory, so the headers of a group are read first: these loads do not depend on each other, and the
    /// processor waits for memory once for many elements and not for each.
    private void walkTree(int rank, int elements, boolean backwards, ElementVisitor to) {
        long at = trees.at(tree(), rank);
        int group;
        for (int left = elements; left > 0; left -= group) {
            group = Math.min(left, GROUP_ELEMENTS);
            at = trees.payloads(at, backwards, groupRefs, group);
            for (int i = 0; i < group; i++) {
                groupMemberBytes[i] = Entry.keyBytes(allocator.address(groupRefs[i]));
            }
            for (int i = 0; i < group; i++) {
                showEntry(allocator.address(groupRefs[i]), groupMemberBytes[i]);
                to.visit(this);
            }
        }
    }

    /// Shows all elements in order; the visitor must not change the set.
    public void forEach(ElementVisitor to) {
        forEach(0, count(), false, to);
    }

    /// Shows a part of the elements, as [HashIndex#scan]; a small set as a whole.
    ///
    /// @param cursor 0 to begin
    /// @return where to go on, 0 at the end
    public long scan(long cursor, ElementVisitor to) {
        if (isPacked()) {
            forEach(to);
            return 0;
        }
        visitor = to;
        return index.scan(table(), cursor, elementVisitor);
    }

    /// Shows an element at random.
    public void random(RandomGenerator random) {
        showAt(random.nextInt(count()));
    }

    /// Shows `wanted` different elements at random.
    ///
    /// @param wanted less than [#count]
    public void forEachRandom(int wanted, RandomGenerator random, ElementVisitor to) {
        int count = count();
        if (!isPacked() && wanted < count / 3) {
            Set<Integer> shown = new HashSet<>();
            while (shown.size() < wanted) {
                int rank = random.nextInt(count);
                if (shown.add(rank)) {
                    showAt(rank);
                    to.visit(this);
                }
            }
            return;
        }
        var left = new int[] {count, wanted};
        forEach(element -> {
            if (random.nextInt(left[0]--) < left[1]) {
                left[1]--;
                to.visit(element);
            }
        });
    }

    // Changing; the set must have been opened for it

    /// Adds an element, or gives one another score.
    ///
    /// @return whether it is new
    public boolean put(long member, int bytes, double newScore) {
        memberElement.ofMemory(member, bytes);
        return isPacked() ? putPacked(member, bytes, newScore) : putLarge(member, bytes, newScore);
    }

    /// Adds an element, or gives one another score.
    ///
    /// @return whether it is new
    public boolean put(byte[] member, double newScore) {
        int scratch = allocator.allocate(Math.max(1, member.length));
        try {
            long address = allocator.address(scratch);
            Memory.copyIn(member, 0, address, member.length);
            return put(address, member.length, newScore);
        } finally {
            allocator.free(scratch);
        }
    }

    /// Removes a member. A set without elements must be deleted by the caller.
    ///
    /// @return whether it was there
    public boolean remove(long member, int bytes) {
        if (isPacked()) {
            int at = Listpack.findField(listpack(), memberElement.ofMemory(member, bytes));
            if (at == Listpack.NOT_FOUND) {
                return false;
            }
            removePacked(at, 1);
            return true;
        }
        int element = index.find(table(), member, bytes, index.hash(member, bytes));
        if (element == Allocator.NULL) {
            return false;
        }
        database.beforeChange(ref);
        removeLarge(element);
        return true;
    }

    /// Removes `elements` elements, from the one with `rank` elements before it on. A set without elements must be deleted by the caller.
    public void removeRange(int rank, int elements) {
        if (elements <= 0) {
            return;
        }
        if (isPacked()) {
            removePacked(Listpack.at(listpack(), 2L * rank), elements);
            return;
        }
        database.beforeChange(ref);
        int tree = tree();
        for (int left = elements; left > 0; left--) {
            removeLarge(trees.payload(trees.at(tree, rank)));
        }
    }

    private boolean putPacked(long member, int bytes, double newScore) {
        long listpack = listpack();
        packed.score(scoreElement, newScore);
        int at = Listpack.findField(listpack, memberElement);
        if (at != Listpack.NOT_FOUND) {
            movePacked(at, member, bytes, newScore);
            return false;
        }
        long grown =
                (long) Listpack.bytes(listpack)
                        + memberElement.entryBytes()
                        + scoreElement.entryBytes();
        if (count() >= packedElementsMax || bytes > packedBytesMax || grown > Listpack.BYTES_MAX) {
            convertToTree();
            return putLarge(member, bytes, newScore);
        }
        ref = database.resizeValue(slot, ref, keyHash, (int) grown);
        insertPacked(member, bytes, newScore);
        return true;
    }

    private void insertPacked(long member, int bytes, double newScore) {
        long listpack = listpack();
        int place = packed.place(listpack, newScore, member, bytes);
        Listpack.insert(listpack, place, memberElement);
        Listpack.insert(listpack, Listpack.next(listpack, place), scoreElement);
    }

    private void movePacked(int at, long member, int bytes, double newScore) {
        long listpack = listpack();
        int scoreAt = Listpack.next(listpack, at);
        if (packed.score(listpack, scoreAt) == newScore) {
            return;
        }
        int oldBytes = Listpack.bytes(listpack);
        int newBytes = (int) Listpack.bytesAfterReplace(listpack, scoreAt, scoreElement);
        if (newBytes > oldBytes) {
            ref = database.resizeValue(slot, ref, keyHash, newBytes);
        } else {
            database.beforeChange(ref);
        }
        Listpack.delete(listpack(), at, 2);
        insertPacked(member, bytes, newScore);
        if (newBytes < oldBytes) {
            ref = database.resizeValue(slot, ref, keyHash, newBytes);
        }
    }

    private void removePacked(int at, int elements) {
        database.beforeChange(ref);
        Listpack.delete(listpack(), at, 2 * elements);
        ref = database.resizeValue(slot, ref, keyHash, Listpack.bytes(listpack()));
    }

    private boolean putLarge(long member, int bytes, double newScore) {
        int table = table();
        int element = index.find(table, member, bytes, index.hash(member, bytes));
        database.beforeChange(ref);
        if (element == Allocator.NULL) {
            addNew(table, tree(), member, bytes, newScore);
            return true;
        }
        long entry = allocator.address(element);
        double old = Double.longBitsToDouble(Memory.getLong(Entry.value(entry)));
        if (old != newScore) {
            database.beforeElementChange(table, element);
            int tree = tree();
            trees.seeking(member, bytes).remove(tree, ScoreTree.key(old), 0);
            Memory.putLong(Entry.value(entry), Double.doubleToRawLongBits(newScore));
            trees.seeking(member, bytes).insert(tree, ScoreTree.key(newScore), 0, element);
        }
        return false;
    }

    /// Elements are born with the mark, as entries are: a running snapshot need not write them.
    private void addNew(int table, int tree, long member, int bytes, double newScore) {
        int element = allocator.allocate(Entry.bytes(bytes, Double.BYTES, false));
        long entry = allocator.address(element);
        Entry.initialize(entry, ValueKind.STRING, bytes, Double.BYTES, false, 0);
        Entry.mark(entry, keyspace.currentMark());
        long key = Entry.key(entry);
        Memory.copy(member, key, bytes);
        Memory.putLong(Entry.value(entry), Double.doubleToRawLongBits(newScore));
        index.insert(table, element, index.hash(key, bytes));
        trees.seeking(key, bytes).insert(tree, ScoreTree.key(newScore), 0, element);
    }

    private void removeLarge(int element) {
        int table = table();
        database.beforeElementChange(table, element);
        long entry = allocator.address(element);
        long key = Entry.key(entry);
        int bytes = Entry.keyBytes(entry);
        double old = Double.longBitsToDouble(Memory.getLong(Entry.value(entry)));
        trees.seeking(key, bytes).remove(tree(), ScoreTree.key(old), 0);
        index.remove(table, element, index.hash(key, bytes));
        allocator.free(element);
    }

    private void convertToTree() {
        database.beforeChange(ref);
        int table = index.create();
        int tree = trees.create();
        forEach(element -> addNew(table, tree, memberAddress, memberBytes, score));
        setRoots(table, tree);
    }

    /// Makes the open set, whatever it held, a large one with this table and tree.
    void setRoots(int table, int tree) {
        ref = database.resizeValue(slot, ref, keyHash, ROOTS_BYTES);
        long entry = allocator.address(ref);
        Entry.kind(entry, ValueKind.ZSET_TREE);
        Memory.putInt(Entry.value(entry), table);
        Memory.putInt(Entry.value(entry) + TREE_OFFSET, tree);
    }

    /// {@return whether so many elements, the longest member of so many bytes, make a small set}
    public boolean packs(int elements, int longest) {
        return elements <= packedElementsMax && longest <= packedBytesMax;
    }

    private long listpack() {
        return value();
    }

    private int table() {
        return Memory.getInt(Entry.value(allocator.address(ref)));
    }

    private int tree() {
        return Memory.getInt(Entry.value(allocator.address(ref)) + TREE_OFFSET);
    }

    private void visitElement(int element) {
        showElement(element);
        visitor.visit(this);
    }

    private void showElement(int element) {
        long entry = allocator.address(element);
        showEntry(entry, Entry.keyBytes(entry));
    }

    private void showEntry(long entry, int bytes) {
        memberAddress = Entry.key(entry);
        memberBytes = bytes;
        score = Double.longBitsToDouble(Memory.getLong(memberAddress + bytes));
    }

    private void showPacked(long listpack, int at) {
        packed.member(listpack, at);
        memberAddress = packed.memberAddress();
        memberBytes = packed.memberBytes();
        score = packed.score(listpack, Listpack.next(listpack, at));
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.value;

import dev.dunlin.node.keyspace.Database;
import dev.dunlin.node.keyspace.Keyspace;
import dev.dunlin.node.keyspace.ValueKind;
import dev.dunlin.node.offheap.Allocator;
import dev.dunlin.node.offheap.Entry;
import dev.dunlin.node.offheap.HashIndex;
import dev.dunlin.node.offheap.Memory;
import java.util.Arrays;
import java.util.function.IntConsumer;
import java.util.random.RandomGenerator;

/// A set in the keyspace, whichever way it is laid out.
///
/// ```
/// integers   entry | ... | key | intset                                            ascending
/// small      entry | ... | key | listpack: member, member ...                      in the order of insertion
/// large      entry | ... | key | u32 root -> table of entries: member -> nothing   in no order
/// ```
///
/// A flyweight: `open` one set, use it, open the next; nothing is allocated on the heap. A set becomes small when a member comes that is no
/// integer, and large when it outgrows the limits of what it is; it never goes back. Every change goes through the [Database], so that a
/// running snapshot sees the old state first.
///
/// A set may also be a draft, the result of a command in the making: it has all of the above but a key, and nobody else sees it.
///
/// Thread: owned by the node's loop.
public final class SetValue extends OpenValue<SetValue> {
    /// Gets the members of a set one after the other.
    @FunctionalInterface
    public interface MemberVisitor {
        /// @param member valid during the call
        void visit(SetMember member);
    }

    private final Keyspace keyspace;
    private final HashIndex index;
    private final ElementTables tables;
    private final ListpackElement element = new ListpackElement();
    private final SetMember shown;
    private final SetMember given;
    private final IntConsumer entryVisitor = this::visitEntry;

    private SetLimits limits = SetLimits.DEFAULT;

    /// Whether it has no key, and so no database that is to be told of changes.
    private boolean draft;

    private MemberVisitor visitor = member -> {};

    SetValue(Keyspace keyspace) {
        super(keyspace);
        this.keyspace = keyspace;
        this.index = keyspace.index();
        this.tables = new ElementTables(keyspace);
        this.shown = newMember(keyspace);
        this.given = newMember(keyspace);
    }

    static SetMember newMember(Keyspace keyspace) {
        return new SetMember(keyspace.index(), keyspace.allocateScratch(SetMember.DIGITS_BYTES));
    }

    void limits(SetLimits newLimits) {
        limits = newLimits;
    }

    // Which set

    @Override
    SetValue self() {
        return this;
    }

    /// Of a set whose members are not known yet.
    @Override
    int emptyKind() {
        return ValueKind.SET_INTSET;
    }

    @Override
    void opened() {
        draft = false;
    }

    /// Adds a set without members under a key that is not there; whoever calls this puts one in.
    ///
    /// @param first the member that comes first, which says with `members` how the set begins
    /// @param members how many are about to come, at most
    public SetValue create(
            Database inDatabase,
            int inSlot,
            long key,
            int keyBytes,
            long hashOfKey,
            long expireAtMs,
            SetMember first,
            int members) {
        return create(
                inDatabase, inSlot, key, keyBytes, hashOfKey, expireAtMs, kindFor(first, members));
    }

    private int kindFor(SetMember first, int members) {
        if (members <= limits.intsetEntries() && first.isInteger()) {
            return ValueKind.SET_INTSET;
        }
        return members <= limits.packedEntries() ? ValueKind.SET_LISTPACK : ValueKind.SET_TABLE;
    }

    @Override
    int emptyBytes(int kind) {
        return switch (kind) {
            case ValueKind.SET_INTSET -> Intset.EMPTY_BYTES;
            case ValueKind.SET_LISTPACK -> Listpack.EMPTY_BYTES;
            default -> ElementTables.ROOT_BYTES;
        };
    }

    @Override
    void writeEmpty(int kind) {
        long value = value();
        switch (kind) {
            case ValueKind.SET_INTSET -> Intset.writeEmpty(value);
            case ValueKind.SET_LISTPACK -> Listpack.writeEmpty(value);
            default -> Memory.putInt(value, index.create());
        }
    }

    /// Begins a draft without members, to be ended by [#attach] or [#discard].
    ///
    /// @param kind the [ValueKind] that it begins as
    public SetValue draft(int kind) {
        draft(kind, emptyBytes(kind));
        writeEmpty(kind);
        return this;
    }

    /// Begins a draft with the members of a whole intset that was checked.
    public SetValue draftOf(byte[] intset) {
        draft(ValueKind.SET_INTSET, intset.length);
        Memory.copyIn(intset, 0, value(), intset.length);
        if (count() > limits.intsetEntries()) {
            convertToTable();
        }
        return this;
    }

    private void draft(int kind, int bytes) {
        draft = true;
        ref = allocator.allocate(Entry.bytes(0, bytes, false));
        Entry.initialize(allocator.address(ref), kind, 0, bytes, false, 0);
    }

    /// Puts the draft, which must have members, under a key that is not there.
    public void attach(
            Database inDatabase,
            int inSlot,
            long key,
            int keyBytes,
            long hashOfKey,
            long expireAtMs) {
        long made = allocator.address(ref);
        int bytes = Entry.valueBytes(made);
        int entryRef =
                inDatabase.insert(
                        inSlot, key, keyBytes, hashOfKey, Entry.kind(made), bytes, expireAtMs);
        Memory.copy(value(), Entry.value(allocator.address(entryRef)), bytes);
        allocator.free(ref);
        open(inDatabase, inSlot, entryRef, hashOfKey);
    }

    /// Gives up the draft; a large one is freed later, in slices.
    public void discard() {
        if (kind() == ValueKind.SET_TABLE) {
            keyspace.dispose(root(), allocator::free);
        }
        allocator.free(ref);
        ref = Allocator.NULL;
    }

    /// {@return the root of a copy of the open set's table, members included; only for a large one}
    public int copyTable() {
        return tables.copy(root());
    }

    /// {@return how many members there are}
    public int count() {
        return switch (kind()) {
            case ValueKind.SET_INTSET -> Intset.count(value());
            case ValueKind.SET_LISTPACK -> Listpack.count(value());
            default -> index.size(root());
        };
    }

    // Reading

    public boolean contains(SetMember member) {
        return switch (kind()) {
            case ValueKind.SET_INTSET ->
                    member.isInteger() && Intset.find(value(), member.integer()) >= 0;
            case ValueKind.SET_LISTPACK ->
                    Listpack.find(value(), member.to(element)) != Listpack.NOT_FOUND;
            default -> find(root(), member) != Allocator.NULL;
        };
    }

    /// Shows all members, one after the other; the visitor must not change the set.
    public void forEach(MemberVisitor to) {
        long value = value();
        switch (kind()) {
            case ValueKind.SET_INTSET -> {
                for (int i = 0; i < Intset.count(value); i++) {
                    to.visit(showInteger(value, i));
                }
            }
            case ValueKind.SET_LISTPACK -> {
                for (int at = Listpack.first(value);
                        !Listpack.isEnd(value, at);
                        at = Listpack.next(value, at)) {
                    to.visit(showPacked(value, at));
                }
            }
            default -> {
                visitor = to;
                index.forEach(root(), entryVisitor);
            }
        }
    }

    /// Shows a part of the members, as [HashIndex#scan]; all of them unless the set is large.
    ///
    /// @param cursor 0 to begin
    /// @return where to go on, 0 at the end
    public long scan(long cursor, MemberVisitor to) {
        if (kind() != ValueKind.SET_TABLE) {
            forEach(to);
            return 0;
        }
        visitor = to;
        return index.scan(root(), cursor, entryVisitor);
    }

    /// {@return the member that was shown at this [SetMember#place], while nothing has changed}
    public SetMember show(int place) {
        return switch (kind()) {
            case ValueKind.SET_INTSET -> showInteger(value(), place);
            case ValueKind.SET_LISTPACK -> showPacked(value(), place);
            default -> showEntry(place);
        };
    }

    /// {@return a member at random}
    public SetMember random(RandomGenerator random) {
        long value = value();
        return switch (kind()) {
            case ValueKind.SET_INTSET -> showInteger(value, random.nextInt(Intset.count(value)));
            case ValueKind.SET_LISTPACK ->
                    showPacked(value, Listpack.at(value, random.nextInt(Listpack.count(value))));
            default -> showEntry(index.random(root(), random));
        };
    }

    /// Shows `wanted` different members at random; in their order unless the set is large.
    ///
    /// @param wanted not more than [#count]
    public void forEachRandom(int wanted, RandomGenerator random, MemberVisitor to) {
        if (kind() == ValueKind.SET_TABLE) {
            visitor = to;
            tables.forEachRandom(root(), wanted, random, entryVisitor);
            return;
        }
        var sample = new RandomSample(count(), wanted, random);
        forEach(member -> {
            if (sample.takesNext()) {
                to.visit(member);
            }
        });
    }

    // Changing; the set must have been opened for it, or be a draft

    /// Becomes large at once when `more` members could make it so.
    public void expect(int more) {
        int kind = kind();
        if ((kind == ValueKind.SET_INTSET && more > limits.intsetEntries())
                || (kind == ValueKind.SET_LISTPACK && more > limits.packedEntries())) {
            convertToTable();
        }
    }

    /// Puts a member in.
    ///
    /// @param member not one that this set shows
    /// @return whether it is new
    public boolean add(SetMember member) {
        return switch (kind()) {
            case ValueKind.SET_INTSET -> addToIntset(member);
            case ValueKind.SET_LISTPACK -> addToListpack(member);
            default -> addToTable(member);
        };
    }

    /// Puts a member in that comes from a file or another node.
    ///
    /// @return whether it is new
    public boolean add(byte[] member) {
        // Members are native memory to everything here.
        int block = allocator.allocate(Math.max(1, member.length));
        try {
            long text = allocator.address(block);
            Memory.copyIn(member, 0, text, member.length);
            return add(given.ofText(text, member.length));
        } finally {
            allocator.free(block);
        }
    }

    private boolean addToIntset(SetMember member) {
        if (!member.isInteger()) {
            if (mayBecomePacked(member)) {
                convertToListpack();
            } else {
                convertToTable();
            }
            return add(member);
        }
        int at = Intset.find(value(), member.integer());
        if (at >= 0) {
            return false;
        }
        long bytes = Intset.bytesAfterAdd(value(), member.integer());
        if (Intset.count(value()) >= limits.intsetEntries() || bytes > Listpack.BYTES_MAX) {
            convertToTable();
            return addToTable(member);
        }
        resize((int) bytes);
        Intset.add(value(), ~at, member.integer());
        return true;
    }

    private boolean mayBecomePacked(SetMember newcomer) {
        int count = Intset.count(value());
        return count < limits.packedEntries()
                && newcomer.bytes() <= limits.packedBytes()
                && longestInteger() <= limits.packedBytes()
                && count * (longestInteger() + 2L) + newcomer.bytes() + Listpack.EMPTY_BYTES
                        <= Listpack.BYTES_MAX;
    }

    /// {@return bytes of the longest text of an intset's integers, which is that of the first or the last}
    private int longestInteger() {
        long intset = value();
        int count = Intset.count(intset);
        return count == 0
                ? 0
                : Math.max(
                        Decimal.textBytes(Intset.at(intset, 0)),
                        Decimal.textBytes(Intset.at(intset, count - 1)));
    }

    private boolean addToListpack(SetMember member) {
        member.to(element);
        if (Listpack.find(value(), element) != Listpack.NOT_FOUND) {
            return false;
        }
        long bytes = Listpack.bytesAfterInsert(value(), element);
        if (Listpack.count(value()) >= limits.packedEntries()
                || element.textBytes() > limits.packedBytes()
                || bytes > Listpack.BYTES_MAX) {
            convertToTable();
            return addToTable(member);
        }
        resize((int) bytes);
        Listpack.append(value(), element);
        return true;
    }

    private boolean addToTable(SetMember member) {
        int root = root();
        if (find(root, member) != Allocator.NULL) {
            return false;
        }
        beforeChange();
        tables.add(root, member);
        return true;
    }

    /// Takes a member out. A set without members must be deleted by the caller.
    ///
    /// @return whether it was there
    public boolean remove(SetMember member) {
        switch (kind()) {
            case ValueKind.SET_INTSET -> {
                int at = member.isInteger() ? Intset.find(value(), member.integer()) : -1;
                if (at < 0) {
                    return false;
                }
                beforeChange();
                Intset.remove(value(), at);
                resize(Intset.bytes(value()));
            }
            case ValueKind.SET_LISTPACK -> {
                int at = Listpack.find(value(), member.to(element));
                if (at == Listpack.NOT_FOUND) {
                    return false;
                }
                beforeChange();
                Listpack.delete(value(), at, 1);
                resize(Listpack.bytes(value()));
            }
            default -> {
                int there = find(root(), member);
                if (there == Allocator.NULL) {
                    return false;
                }
                beforeChange();
                removeElement(there, member.hash());
            }
        }
        return true;
    }

    /// Takes out `wanted` members at random, showing each before.
    ///
    /// @param wanted less than [#count]
    public void pop(int wanted, RandomGenerator random, MemberVisitor to) {
        beforeChange();
        var sample = new RandomSample(count(), wanted, random);
        long value = value();
        switch (kind()) {
            case ValueKind.SET_INTSET -> {
                Intset.retain(
                        value, at -> !sample.takesNext() || showTo(to, showInteger(value, at)));
                resize(Intset.bytes(value));
            }
            case ValueKind.SET_LISTPACK -> {
                Listpack.retain(
                        value, at -> !sample.takesNext() || showTo(to, showPacked(value, at)));
                resize(Listpack.bytes(value));
            }
            default -> popElements(wanted, random, to);
        }
    }

    /// {@return false: the member goes}
    private static boolean showTo(MemberVisitor to, SetMember member) {
        to.visit(member);
        return false;
    }

    private void popElements(int wanted, RandomGenerator random, MemberVisitor to) {
        int[] chosen = new int[wanted];
        int[] count = {0};
        tables.forEachRandom(root(), wanted, random, there -> chosen[count[0]++] = there);
        for (int there : chosen) {
            to.visit(showEntry(there));
            removeElement(there, shown.hash());
        }
    }

    private void removeElement(int there, long hash) {
        if (!draft) {
            database.beforeElementChange(root(), there);
        }
        index.remove(root(), there, hash);
        allocator.free(there);
    }

    /// Has a draft become an intset if all members are integers and not too many.
    public void compactIntegers() {
        if (kind() == ValueKind.SET_INTSET || count() > limits.intsetEntries()) {
            return;
        }
        long[] integers = new long[count()];
        int[] found = {0};
        forEach(member -> {
            if (member.isInteger()) {
                integers[found[0]++] = member.integer();
            }
        });
        if (found[0] < integers.length) {
            return;
        }
        discard();
        draft(ValueKind.SET_INTSET);
        Arrays.sort(integers);
        for (long integer : integers) {
            add(shown.ofInteger(integer));
        }
    }

    // How it is laid out

    private void convertToListpack() {
        long intset = value();
        int count = Intset.count(intset);
        int bytes = Listpack.EMPTY_BYTES;
        for (int i = 0; i < count; i++) {
            bytes += element.ofInteger(Intset.at(intset, i)).entryBytes();
        }
        // The integers lie where the listpack is going to be.
        int copy = allocator.allocate(Intset.bytes(intset));
        long integers = allocator.address(copy);
        Memory.copy(intset, integers, Intset.bytes(intset));
        resize(bytes);
        Entry.kind(allocator.address(ref), ValueKind.SET_LISTPACK);
        Listpack.writeEmpty(value());
        for (int i = 0; i < count; i++) {
            Listpack.append(value(), element.ofInteger(Intset.at(integers, i)));
        }
        allocator.free(copy);
    }

    private void convertToTable() {
        beforeChange();
        int root = index.create();
        forEach(member -> tables.add(root, member));
        resize(ElementTables.ROOT_BYTES);
        tables.set(ref, ValueKind.SET_TABLE, root);
    }

    private void beforeChange() {
        if (!draft) {
            database.beforeChange(ref);
        }
    }

    /// Gives the value this many bytes; what both lengths share is kept.
    private void resize(int bytes) {
        if (!draft) {
            ref = database.resizeValue(slot, ref, keyHash, bytes);
            return;
        }
        int old = ref;
        long entry = allocator.address(old);
        if (Entry.sameForm(entry, bytes)
                && allocator.capacity(old) == allocator.capacityFor(Entry.bytes(0, bytes, false))) {
            Entry.valueBytes(entry, bytes);
            return;
        }
        long from = value();
        int kept = Math.min(bytes, Entry.valueBytes(entry));
        draft(kind(), bytes);
        Memory.copy(from, value(), kept);
        allocator.free(old);
    }

    private int root() {
        return tables.root(ref);
    }

    private int find(int root, SetMember member) {
        return index.find(root, member.address(), member.bytes(), member.hash());
    }

    private void visitEntry(int there) {
        visitor.visit(showEntry(there));
    }

    private SetMember showEntry(int there) {
        long entry = allocator.address(there);
        return shown.ofText(Entry.key(entry), Entry.keyBytes(entry)).at(there);
    }

    private SetMember showInteger(long intset, int position) {
        return shown.ofInteger(Intset.at(intset, position)).at(position);
    }

    private SetMember showPacked(long listpack, int at) {
        return (Listpack.isInteger(listpack, at)
                        ? shown.ofInteger(Listpack.integer(listpack, at))
                        : shown.ofText(
                                Listpack.stringAddress(listpack, at),
                                Listpack.stringBytes(listpack, at)))
                .at(at);
    }
}

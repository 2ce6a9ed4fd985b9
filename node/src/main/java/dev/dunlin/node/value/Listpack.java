// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.value;

import dev.dunlin.node.offheap.Memory;
import java.util.function.IntPredicate;

/// A listpack in native memory: a sequence of strings and integers in one block, byte for byte as Redis has it.
///
/// ```
/// 0           4             6                                                bytes - 1
/// | u32 bytes | u16 count   | element | back length | element | back length ... | ff |
/// ```
///
/// `count` 65535 means "count them". Elements ([ListpackEncoding]) are named by their offset from the start of the blob, so
/// that a name survives a move of the whole blob; a change leaves the names before it valid and no other.
///
/// Nothing here allocates, neither native memory nor objects. A change is made in two steps: ask for the bytes it will need
/// (`bytesAfter...`), give the blob that much room wherever its owner keeps it, then apply it. A blob from outside must have
/// passed [ListpackCheck#deep] before anything else here touches it; bounds are not checked again.
///
/// Thread: the owner of the memory.
public final class Listpack {
    /// The most a listpack may take, as in Redis. Asking beforehand keeps a blob below it.
    public static final long BYTES_MAX = 1L << 30;

    /// Bytes of a listpack without elements.
    public static final int EMPTY_BYTES = 7;

    /// What a search answers when there is no such element.
    public static final int NOT_FOUND = -1;

    static final int COUNT_OFFSET = 4;
    static final int HEADER_BYTES = 6;
    static final int COUNT_UNKNOWN = 0xffff;

    private Listpack() {}

    /// Makes the [#EMPTY_BYTES] bytes at `listpack` an empty listpack.
    public static void writeEmpty(long listpack) {
        Memory.putInt(listpack, EMPTY_BYTES);
        Memory.putShort(listpack + COUNT_OFFSET, (short) 0);
        Memory.putByte(listpack + HEADER_BYTES, (byte) ListpackEncoding.END);
    }

    /// {@return the size of the whole blob}
    public static int bytes(long listpack) {
        return Memory.getInt(listpack);
    }

    /// {@return how many elements there are; walks the blob when there are 65535 or more}
    public static int count(long listpack) {
        int stated = Memory.getShort(listpack + COUNT_OFFSET) & 0xffff;
        if (stated != COUNT_UNKNOWN) {
            return stated;
        }
        int count = 0;
        for (int entry = first(listpack); !isEnd(listpack, entry); entry = next(listpack, entry)) {
            count++;
        }
        return count;
    }

    /// {@return the first element, which may be the end}
    public static int first(long listpack) {
        return HEADER_BYTES;
    }

    /// {@return whether `entry` is the place behind the last element}
    public static boolean isEnd(long listpack, int entry) {
        return (Memory.getByte(listpack + entry) & 0xff) == ListpackEncoding.END;
    }

    /// {@return the place behind the last element, where [#insert] appends}
    public static int end(long listpack) {
        return bytes(listpack) - 1;
    }

    /// {@return the element behind `entry`, which may be the end}
    public static int next(long listpack, int entry) {
        return entry + entryBytes(listpack + entry);
    }

    /// {@return the element before `entry`, which may be the end; [#NOT_FOUND] before the first}
    public static int previous(long listpack, int entry) {
        if (entry == HEADER_BYTES) {
            return NOT_FOUND;
        }
        long encoded = ListpackEncoding.readBacklen(listpack + entry - 1);
        return (int) (entry - encoded - ListpackEncoding.backlenBytes(encoded));
    }

    /// {@return the element at `index`, counted from the end when negative (-1 is the last), or [#NOT_FOUND]}
    public static int at(long listpack, long index) {
        if (index >= 0) {
            int entry = first(listpack);
            for (long i = 0; !isEnd(listpack, entry); i++) {
                if (i == index) {
                    return entry;
                }
                entry = next(listpack, entry);
            }
            return NOT_FOUND;
        }
        int entry = end(listpack);
        for (long i = 0; i > index && entry != NOT_FOUND; i--) {
            entry = previous(listpack, entry);
        }
        return entry;
    }

    /// {@return whether the element is stored as an integer; otherwise it is a string}
    public static boolean isInteger(long listpack, int entry) {
        return !ListpackEncoding.isString(lead(listpack + entry));
    }

    /// {@return the value of an element that is an integer}
    public static long integer(long listpack, int entry) {
        return ListpackEncoding.integer(listpack + entry, lead(listpack + entry));
    }

    /// {@return where the bytes of an element that is a string are}
    public static long stringAddress(long listpack, int entry) {
        return listpack + entry + ListpackEncoding.headerBytes(lead(listpack + entry));
    }

    /// {@return the size of an element that is a string}
    public static int stringBytes(long listpack, int entry) {
        int lead = lead(listpack + entry);
        return (int) ListpackEncoding.encodedBytes(listpack + entry, lead)
                - ListpackEncoding.headerBytes(lead);
    }

    /// {@return the size of an element as text, whichever way it is stored}
    public static int textBytes(long listpack, int entry) {
        return isInteger(listpack, entry)
                ? Decimal.textBytes(integer(listpack, entry))
                : stringBytes(listpack, entry);
    }

    /// Copies an element as text into `target` and returns its size.
    public static int copyText(long listpack, int entry, byte[] target, int index) {
        if (isInteger(listpack, entry)) {
            return Decimal.write(integer(listpack, entry), target, index);
        }
        int bytes = stringBytes(listpack, entry);
        Memory.copyOut(stringAddress(listpack, entry), target, index, bytes);
        return bytes;
    }

    /// {@return whether the text of the element is that of `wanted`}
    public static boolean matches(long listpack, int entry, ListpackElement wanted) {
        return entryMatches(listpack + entry, lead(listpack + entry), wanted);
    }

    /// Looks at every element.
    ///
    /// @return the first that is `wanted`, or [#NOT_FOUND]
    public static int find(long listpack, ListpackElement wanted) {
        long entry = listpack + HEADER_BYTES;
        for (int lead = lead(entry); lead != ListpackEncoding.END; lead = lead(entry)) {
            if (entryMatches(entry, lead, wanted)) {
                return (int) (entry - listpack);
            }
            entry += entryBytes(entry, lead);
        }
        return NOT_FOUND;
    }

    /// Looks at every other element: the fields of (field, value) pairs.
    ///
    /// @return the field that is `wanted` (its value is the next element), or [#NOT_FOUND]
    public static int findField(long listpack, ListpackElement wanted) {
        return findField(listpack, wanted, 1);
    }

    /// As the other, with `others` elements that belong to each field behind it.
    static int findField(long listpack, ListpackElement wanted, int others) {
        long entry = listpack + HEADER_BYTES;
        for (int lead = lead(entry); lead != ListpackEncoding.END; lead = lead(entry)) {
            if (entryMatches(entry, lead, wanted)) {
                return (int) (entry - listpack);
            }
            entry += entryBytes(entry, lead);
            for (int i = 0; i < others; i++) {
                entry += entryBytes(entry);
            }
        }
        return NOT_FOUND;
    }

    /// {@return the size of the blob with one more element, wherever it goes; not to be applied above [#BYTES_MAX]}
    public static long bytesAfterInsert(long listpack, ListpackElement element) {
        return (long) bytes(listpack) + element.entryBytes();
    }

    /// {@return the size of the blob with the element at `entry` replaced; not to be applied above [#BYTES_MAX]}
    public static long bytesAfterReplace(long listpack, int entry, ListpackElement element) {
        return (long) bytes(listpack) - entryBytes(listpack + entry) + element.entryBytes();
    }

    /// {@return the size of the blob without `count` elements from `entry` on; those past the end do not count}
    public static int bytesAfterDelete(long listpack, int entry, int count) {
        return bytes(listpack) - (skip(listpack, entry, count) - entry);
    }

    /// Puts an element behind the last. The blob must have room for [#bytesAfterInsert].
    public static void append(long listpack, ListpackElement element) {
        insert(listpack, end(listpack), element);
    }

    /// Puts an element before the one at `entry`, or at the end. The blob must have room for [#bytesAfterInsert].
    public static void insert(long listpack, int entry, ListpackElement element) {
        splice(listpack, entry, 0, element.entryBytes());
        element.writeTo(listpack + entry);
        addToCount(listpack, 1);
    }

    /// Puts an element in the place of another. The blob must have room for [#bytesAfterReplace].
    public static void replace(long listpack, int entry, ListpackElement element) {
        splice(listpack, entry, entryBytes(listpack + entry), element.entryBytes());
        element.writeTo(listpack + entry);
    }

    /// Takes out up to `count` elements from `entry` on; the blob is then [#bytes] long, within the room it has.
    ///
    /// @return how many were there to be taken out
    public static int delete(long listpack, int entry, int count) {
        int deleted = 0;
        int to = entry;
        while (deleted < count && !isEnd(listpack, to)) {
            to = next(listpack, to);
            deleted++;
        }
        splice(listpack, entry, to - entry, 0);
        addToCount(listpack, -deleted);
        return deleted;
    }

    /// Takes out the elements that `kept` does not say; the blob is then [#bytes] long, within the room it has.
    ///
    /// @param kept asked about each element once, in their order, while the element is still where it was
    public static void retain(long listpack, IntPredicate kept) {
        int target = HEADER_BYTES;
        int count = 0;
        int entry = HEADER_BYTES;
        while (!isEnd(listpack, entry)) {
            int next = next(listpack, entry);
            if (kept.test(entry)) {
                if (target != entry) {
                    Memory.copy(listpack + entry, listpack + target, next - entry);
                }
                target += next - entry;
                count++;
            }
            entry = next;
        }
        Memory.putByte(listpack + target, (byte) ListpackEncoding.END);
        Memory.putInt(listpack, target + 1);
        Memory.putShort(listpack + COUNT_OFFSET, (short) Math.min(count, COUNT_UNKNOWN));
    }

    /// Puts all elements of another listpack behind the last. The blob must have room for both.
    public static void appendAll(long listpack, long other) {
        int elements = count(other);
        int bytes = bytes(other) - EMPTY_BYTES;
        int end = end(listpack);
        splice(listpack, end, 0, bytes);
        Memory.copy(other + HEADER_BYTES, listpack + end, bytes);
        int stated = Memory.getShort(listpack + COUNT_OFFSET) & 0xffff;
        int sum = Math.min(stated + elements, COUNT_UNKNOWN);
        Memory.putShort(listpack + COUNT_OFFSET, (short) sum);
    }

    /// {@return the size of a listpack of the elements from `entry` on}
    public static int tailBytes(long listpack, int entry) {
        return HEADER_BYTES + bytes(listpack) - entry;
    }

    /// Makes the [#tailBytes] bytes at `target` a listpack of the elements from `entry` on.
    public static void copyTail(long listpack, int entry, long target) {
        int bytes = tailBytes(listpack, entry);
        Memory.copy(listpack + entry, target + HEADER_BYTES, bytes - HEADER_BYTES);
        Memory.putInt(target, bytes);
        Memory.putShort(target + COUNT_OFFSET, (short) COUNT_UNKNOWN);
        Memory.putShort(target + COUNT_OFFSET, (short) Math.min(count(target), COUNT_UNKNOWN));
    }

    /// Takes note of elements that were written behind the last; the blob must have room for the end mark too.
    ///
    /// @param end the address behind the last of them
    static void endAt(long listpack, long end, int elements) {
        Memory.putByte(end, (byte) ListpackEncoding.END);
        Memory.putInt(listpack, (int) (end + 1 - listpack));
        int stated = Memory.getShort(listpack + COUNT_OFFSET) & 0xffff;
        Memory.putShort(
                listpack + COUNT_OFFSET, (short) Math.min(COUNT_UNKNOWN, (long) stated + elements));
    }

    /// Writes a copy with an element more behind each group of `group` elements. `target` must have room for it.
    static void weave(long source, int group, ListpackElement element, long target) {
        int from = HEADER_BYTES;
        int to = HEADER_BYTES;
        int count = 0;
        while (!isEnd(source, from)) {
            int next = skip(source, from, group);
            Memory.copy(source + from, target + to, next - from);
            to += next - from;
            element.writeTo(target + to);
            to += element.entryBytes();
            from = next;
            count += group + 1;
        }
        Memory.putByte(target + to, (byte) ListpackEncoding.END);
        Memory.putInt(target, to + 1);
        Memory.putShort(target + COUNT_OFFSET, (short) Math.min(count, COUNT_UNKNOWN));
    }

    private static int skip(long listpack, int entry, int count) {
        int to = entry;
        for (int i = 0; i < count && !isEnd(listpack, to); i++) {
            to = next(listpack, to);
        }
        return to;
    }

    /// Makes room: the `oldBytes` at `offset` become `newBytes`, what follows moves, and the header follows suit.
    private static void splice(long listpack, int offset, int oldBytes, int newBytes) {
        int bytes = bytes(listpack);
        long bytesAfter = (long) bytes - oldBytes + newBytes;
        if (bytesAfter > BYTES_MAX) {
            throw new IllegalStateException("a listpack of " + bytesAfter + " bytes");
        }
        int tail = offset + oldBytes;
        Memory.copy(listpack + tail, listpack + offset + newBytes, bytes - tail);
        Memory.putInt(listpack, (int) bytesAfter);
    }

    /// Changes come one up or any number down, so the count can become unknown and not pass it; from there it stays unknown.
    private static void addToCount(long listpack, int change) {
        int stated = Memory.getShort(listpack + COUNT_OFFSET) & 0xffff;
        if (stated != COUNT_UNKNOWN) {
            Memory.putShort(listpack + COUNT_OFFSET, (short) (stated + change));
        }
    }

    private static boolean entryMatches(long entry, int lead, ListpackElement wanted) {
        if ((lead & 0xc0) == 0x80) {
            return wanted.textEquals(entry + 1, lead & 0x3f);
        }
        if (ListpackEncoding.isString(lead)) {
            int header = ListpackEncoding.headerBytes(lead);
            return wanted.textEquals(
                    entry + header, (int) ListpackEncoding.encodedBytes(entry, lead) - header);
        }
        return wanted.isInteger() && ListpackEncoding.integer(entry, lead) == wanted.integer();
    }

    private static int lead(long entry) {
        return Memory.getByte(entry) & 0xff;
    }

    private static int entryBytes(long entry) {
        return entryBytes(entry, lead(entry));
    }

    private static int entryBytes(long entry, int lead) {
        long encoded = ListpackEncoding.encodedBytes(entry, lead);
        return (int) encoded + ListpackEncoding.backlenBytes(encoded);
    }
}

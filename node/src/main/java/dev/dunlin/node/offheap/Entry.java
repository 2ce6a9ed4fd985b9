// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.offheap;

/// One key with its value, expiry and access statistics, as it lies in native memory.
///
/// ```
/// 0      1         4          5            8              8 or 20
/// | meta | access  | keyBytes | valueBytes | [ expiry ]   | key ... | value ...     short form, key < 256 B, value < 16 MiB
/// | u8   | u24     | u8       | u24        | i64, i32     |
///
/// 0      1         4          8            12             16 or 28
/// | meta | access  | keyBytes | valueBytes | unused       | [ expiry ] | key ... | value ...    long form
/// | u8   | u24     | u32      | u32        | u32          |
///
/// meta: bits 0-3 value type and encoding (the keyspace says which), bit 4 has an expiry, bit 5 long form, bit 6 snapshot mark
/// expiry: Unix time in milliseconds, then the entry's position in its database's list of expiring entries
/// ```
///
/// The header is read with one 8-byte load, and each change of it is one 8-byte store: a processor cannot hand a narrow store on to a wider
/// load that follows, and waits until all stores before it are done. Integers are little-endian. The allocator's block may be larger than the
/// entry.
///
/// Thread: stateless; entries belong to the node's loop.
public final class Entry {
    static final int HEADER_BYTES = 8;
    static final int LONG_HEADER_BYTES = 16;
    static final int EXPIRY_BYTES = 12;

    private static final int KIND_MASK = 0x0F;
    private static final int EXPIRES_FLAG = 0x10;
    private static final int LONG_FLAG = 0x20;
    private static final int MARK_FLAG = 0x40;
    private static final int SHORT_KEY_BYTES_MAX = 0xFF;
    private static final int SHORT_VALUE_BYTES_MAX = 0xFF_FFFF;

    private Entry() {}

    /// {@return bytes that an entry of this shape takes}
    public static long bytes(int keyBytes, long valueBytes, boolean expires) {
        return (isShort(keyBytes, valueBytes) ? HEADER_BYTES : LONG_HEADER_BYTES)
                + (expires ? EXPIRY_BYTES : 0)
                + keyBytes
                + valueBytes;
    }

    /// {@return bytes of the entry at `entry`}
    public static long bytes(long entry) {
        return bytes(keyBytes(entry), valueBytes(entry), expires(entry));
    }

    /// Writes the header of a new entry; key, value and expiry are the caller's to fill in.
    public static void initialize(
            long entry, int kind, int keyBytes, int valueBytes, boolean expires, int access) {
        int meta = kind | (expires ? EXPIRES_FLAG : 0);
        if (isShort(keyBytes, valueBytes)) {
            Memory.putLong(
                    entry,
                    (long) valueBytes << 40
                            | (long) keyBytes << 32
                            | (access & 0xFF_FFFFL) << 8
                            | meta);
        } else {
            Memory.putLong(
                    entry, (long) keyBytes << 32 | (access & 0xFF_FFFFL) << 8 | meta | LONG_FLAG);
            Memory.putLong(entry + 8, valueBytes & 0xFFFF_FFFFL);
        }
    }

    /// {@return whether a value of `valueBytes` can be given to the entry without moving the key}
    public static boolean sameForm(long entry, int valueBytes) {
        long header = Memory.getLong(entry);
        return (header & LONG_FLAG) != 0
                ? !isShort((int) (header >>> 32), valueBytes)
                : valueBytes <= SHORT_VALUE_BYTES_MAX;
    }

    /// Sets the length of the value; the form must not change ([#sameForm]).
    public static void valueBytes(long entry, int valueBytes) {
        long header = Memory.getLong(entry);
        if ((header & LONG_FLAG) != 0) {
            Memory.putInt(entry + 8, valueBytes);
        } else {
            Memory.putLong(entry, (header & 0xFF_FFFF_FFFFL) | (long) valueBytes << 40);
        }
    }

    /// {@return value type and encoding, 0 to 15}
    public static int kind(long entry) {
        return Memory.getByte(entry) & KIND_MASK;
    }

    public static void kind(long entry, int kind) {
        Memory.putLong(entry, (Memory.getLong(entry) & ~(long) KIND_MASK) | kind);
    }

    public static boolean expires(long entry) {
        return (Memory.getByte(entry) & EXPIRES_FLAG) != 0;
    }

    /// {@return the mark by which a running snapshot tells entries that it has written from those it has not}
    public static boolean mark(long entry) {
        return (Memory.getByte(entry) & MARK_FLAG) != 0;
    }

    public static void mark(long entry, boolean mark) {
        long header = Memory.getLong(entry);
        Memory.putLong(entry, mark ? header | MARK_FLAG : header & ~(long) MARK_FLAG);
    }

    /// {@return the 24 bits that eviction keeps about accesses}
    public static int access(long entry) {
        return Memory.getInt(entry) >>> 8;
    }

    public static void access(long entry, int access) {
        long header = Memory.getLong(entry);
        Memory.putLong(entry, (header & ~0xFFFF_FF00L) | (access & 0xFF_FFFFL) << 8);
    }

    public static int keyBytes(long entry) {
        long header = Memory.getLong(entry);
        return (header & LONG_FLAG) != 0 ? (int) (header >>> 32) : (int) (header >>> 32) & 0xFF;
    }

    public static int valueBytes(long entry) {
        long header = Memory.getLong(entry);
        return (header & LONG_FLAG) != 0 ? Memory.getInt(entry + 8) : (int) (header >>> 40);
    }

    /// {@return the address of the key}
    public static long key(long entry) {
        int meta = Memory.getByte(entry);
        return entry
                + ((meta & LONG_FLAG) != 0 ? LONG_HEADER_BYTES : HEADER_BYTES)
                + ((meta & EXPIRES_FLAG) != 0 ? EXPIRY_BYTES : 0);
    }

    /// {@return the address of the value}
    public static long value(long entry) {
        return key(entry) + keyBytes(entry);
    }

    /// {@return Unix time in milliseconds; only for an entry that expires}
    public static long expireAtMs(long entry) {
        return Memory.getLong(expiry(entry));
    }

    public static void expireAtMs(long entry, long expireAtMs) {
        Memory.putLong(expiry(entry), expireAtMs);
    }

    /// {@return the position in the database's list of expiring entries; only for an entry that expires}
    public static int expiryPosition(long entry) {
        return Memory.getInt(expiry(entry) + 8);
    }

    public static void expiryPosition(long entry, int position) {
        Memory.putInt(expiry(entry) + 8, position);
    }

    /// {@return whether the entry's key is these bytes}
    public static boolean keyEquals(long entry, long keyAddress, int keyBytes) {
        return keyBytes(entry) == keyBytes && Memory.equal(key(entry), keyAddress, keyBytes);
    }

    private static long expiry(long entry) {
        return entry
                + ((Memory.getByte(entry) & LONG_FLAG) != 0 ? LONG_HEADER_BYTES : HEADER_BYTES);
    }

    private static boolean isShort(int keyBytes, long valueBytes) {
        return keyBytes <= SHORT_KEY_BYTES_MAX && valueBytes <= SHORT_VALUE_BYTES_MAX;
    }
}

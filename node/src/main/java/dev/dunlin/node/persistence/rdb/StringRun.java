// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.persistence.rdb;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/// Keys with short strings that follow each other in a file, packed into one array, which costs a reader and a loop much less than objects
/// for each of them.
///
/// ```
/// | keyBytes i32 | valueBytes i32 | expireAtMs i64, RdbRecord.Entry.NEVER | key | value | the next ...
/// ```
///
/// Integers are little-endian.
///
/// Thread: filled by the one that reads, then handed over and not changed any more.
public final class StringRun {
    public static final int KEY_BYTES = 0;
    public static final int VALUE_BYTES = 4;
    public static final int EXPIRE_AT_MS = 8;
    public static final int HEADER_BYTES = 16;

    private static final VarHandle I32 =
            MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle I64 =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private final int db;
    private byte[] packed;
    private int bytes;
    private int count;

    /// @param bytesExpected how much will be packed, about
    StringRun(int db, int bytesExpected) {
        this.db = db;
        this.packed = new byte[bytesExpected];
    }

    void add(byte[] key, byte[] value, long expireAtMs) {
        int needed = HEADER_BYTES + key.length + value.length;
        if (needed > packed.length - bytes) {
            packed = Arrays.copyOf(packed, Math.max(packed.length * 2, bytes + needed));
        }
        I32.set(packed, bytes + KEY_BYTES, key.length);
        I32.set(packed, bytes + VALUE_BYTES, value.length);
        I64.set(packed, bytes + EXPIRE_AT_MS, expireAtMs);
        System.arraycopy(key, 0, packed, bytes + HEADER_BYTES, key.length);
        System.arraycopy(value, 0, packed, bytes + HEADER_BYTES + key.length, value.length);
        bytes += needed;
        count++;
    }

    /// {@return the database of all the keys}
    public int db() {
        return db;
    }

    /// {@return the array, of which [#bytes] are used; it must not be changed}
    public byte[] packed() {
        return packed;
    }

    public int bytes() {
        return bytes;
    }

    /// {@return how many keys there are}
    public int count() {
        return count;
    }
}

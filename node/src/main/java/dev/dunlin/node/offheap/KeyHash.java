// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.offheap;

/// A 64-bit hash of a key's bytes, seeded per process so that nobody outside can make keys collide.
///
/// Folded multiplication: 8 bytes at a time go into a 64x64 -> 128-bit product whose halves are combined, the fastest good mixing step
/// that a JIT compiles to two instructions.
///
/// Thread: stateless.
public final class KeyHash {
    private static final long K0 = 0x9E37_79B9_7F4A_7C15L;
    private static final long K1 = 0xD1B5_4A32_D192_ED03L;
    private static final long K2 = 0x8CB9_2BA7_2F3D_8DD7L;

    private KeyHash() {}

    /// {@return the hash of `length` bytes at `address` under `seed`}
    public static long hash(long address, int length, long seed) {
        long h = seed ^ length * K2;
        if (length >= 8) {
            long end = address + length - 8;
            long at = address;
            while (at + 8 < end) {
                h = fold(h ^ Memory.getLong(at) ^ K0, Memory.getLong(at + 8) ^ K1);
                at += 16;
            }
            if (at < end) {
                h = fold(h ^ Memory.getLong(at) ^ K1, K0);
            }
            // The last 8 bytes, which may overlap what was read before.
            return fold(h ^ Memory.getLong(end), K2);
        }
        long tail;
        if (length >= 4) {
            tail =
                    (Memory.getInt(address) & 0xFFFF_FFFFL) << 32
                            | (Memory.getInt(address + length - 4) & 0xFFFF_FFFFL);
        } else if (length > 0) {
            tail =
                    (Memory.getByte(address) & 0xFFL) << 16
                            | (Memory.getByte(address + (length >>> 1)) & 0xFFL) << 8
                            | (Memory.getByte(address + length - 1) & 0xFFL);
        } else {
            tail = 0;
        }
        return fold(fold(h ^ tail ^ K0, K1), K2);
    }

    private static long fold(long a, long b) {
        return Math.unsignedMultiplyHigh(a, b) ^ a * b;
    }
}

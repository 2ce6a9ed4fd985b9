// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.value;

import dev.dunlin.node.offheap.Memory;

/// What BITOP does to strings in native memory, a word at a time. A shorter string counts as if zeros followed it.
///
/// The target may be one of the sources: each word is read from all of them before it is written.
///
/// Thread: stateless; the owner of the memory decides who may call.
public enum BitOperation {
    AND {
        @Override
        long apply(long left, long right) {
            return left & right;
        }

        @Override
        int words(long[] sources, int count, long target, int bytes) {
            int i = 0;
            for (; i + 32 <= bytes; i += 32) {
                long at = sources[0] + i;
                long a = Memory.getLong(at);
                long b = Memory.getLong(at + 8);
                long c = Memory.getLong(at + 16);
                long d = Memory.getLong(at + 24);
                for (int source = 1; source < count; source++) {
                    at = sources[source] + i;
                    a &= Memory.getLong(at);
                    b &= Memory.getLong(at + 8);
                    c &= Memory.getLong(at + 16);
                    d &= Memory.getLong(at + 24);
                }
                write(target + i, a, b, c, d);
            }
            return i;
        }
    },
    OR {
        @Override
        long apply(long left, long right) {
            return left | right;
        }

        @Override
        int words(long[] sources, int count, long target, int bytes) {
            int i = 0;
            for (; i + 32 <= bytes; i += 32) {
                long at = sources[0] + i;
                long a = Memory.getLong(at);
                long b = Memory.getLong(at + 8);
                long c = Memory.getLong(at + 16);
                long d = Memory.getLong(at + 24);
                for (int source = 1; source < count; source++) {
                    at = sources[source] + i;
                    a |= Memory.getLong(at);
                    b |= Memory.getLong(at + 8);
                    c |= Memory.getLong(at + 16);
                    d |= Memory.getLong(at + 24);
                }
                write(target + i, a, b, c, d);
            }
            return i;
        }
    },
    XOR {
        @Override
        long apply(long left, long right) {
            return left ^ right;
        }

        @Override
        int words(long[] sources, int count, long target, int bytes) {
            int i = 0;
            for (; i + 32 <= bytes; i += 32) {
                long at = sources[0] + i;
                long a = Memory.getLong(at);
                long b = Memory.getLong(at + 8);
                long c = Memory.getLong(at + 16);
                long d = Memory.getLong(at + 24);
                for (int source = 1; source < count; source++) {
                    at = sources[source] + i;
                    a ^= Memory.getLong(at);
                    b ^= Memory.getLong(at + 8);
                    c ^= Memory.getLong(at + 16);
                    d ^= Memory.getLong(at + 24);
                }
                write(target + i, a, b, c, d);
            }
            return i;
        }
    },
    NOT {
        @Override
        long apply(long left, long right) {
            throw new IllegalStateException("NOT has one operand");
        }

        @Override
        long finish(long word) {
            return ~word;
        }

        @Override
        int words(long[] sources, int count, long target, int bytes) {
            int i = 0;
            for (; i + 32 <= bytes; i += 32) {
                long at = sources[0] + i;
                write(
                        target + i,
                        ~Memory.getLong(at),
                        ~Memory.getLong(at + 8),
                        ~Memory.getLong(at + 16),
                        ~Memory.getLong(at + 24));
            }
            return i;
        }
    };

    abstract long apply(long left, long right);

    long finish(long word) {
        return word;
    }

    /// Works through all that can be done in steps of 32 bytes.
    ///
    /// @param bytes length of the shortest source
    /// @return how many bytes are done
    abstract int words(long[] sources, int count, long target, int bytes);

    /// Writes the result of the first `count` sources.
    ///
    /// @param sources addresses
    /// @param lengths of the sources, in bytes
    /// @param bytes length of the longest source, and of the target
    public void run(long[] sources, int[] lengths, int count, long target, int bytes) {
        int shortest = bytes;
        for (int i = 0; i < count; i++) {
            shortest = Math.min(shortest, lengths[i]);
        }
        int done = words(sources, count, target, shortest);
        for (; done + 8 <= bytes; done += 8) {
            Memory.putLong(target + done, wordAt(sources, lengths, count, done, 8));
        }
        if (done < bytes) {
            long word = wordAt(sources, lengths, count, done, bytes - done);
            for (; done < bytes; done++) {
                Memory.putByte(target + done, (byte) word);
                word >>>= 8;
            }
        }
    }

    private long wordAt(long[] sources, int[] lengths, int count, int at, int bytes) {
        long word = part(sources[0], lengths[0], at, bytes);
        for (int i = 1; i < count; i++) {
            word = apply(word, part(sources[i], lengths[i], at, bytes));
        }
        return finish(word);
    }

    private static long part(long source, int length, int at, int bytes) {
        int there = Math.min(bytes, length - at);
        if (there == 8) {
            return Memory.getLong(source + at);
        }
        long word = 0;
        for (int i = there - 1; i >= 0; i--) {
            word = word << 8 | (Memory.getByte(source + at + i) & 0xFF);
        }
        return word;
    }

    private static void write(long at, long a, long b, long c, long d) {
        Memory.putLong(at, a);
        Memory.putLong(at + 8, b);
        Memory.putLong(at + 16, c);
        Memory.putLong(at + 24, d);
    }
}

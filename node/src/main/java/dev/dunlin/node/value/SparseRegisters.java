// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.value;

import dev.dunlin.node.offheap.Memory;

/// The registers of a HyperLogLog as runs of equal ones, which is short while most are zero.
///
/// ```
/// 00xxxxxx            xxxxxx + 1 registers of 0              ZERO
/// 01xxxxxx yyyyyyyy   xxxxxxyyyyyyyy + 1 registers of 0      XZERO
/// 1vvvvvxx            xx + 1 registers of vvvvv + 1          VAL
/// ```
///
/// A change has two steps, so that its owner can make room in between: [#locate] finds the run that a register is in and what must stand
/// in its place, [#apply] writes that. The bytes that come out are those of Redis; only where the last run lacks its second byte Redis
/// writes behind its string, and this refuses. Positions are bytes from the start of the string, header included.
///
/// Thread: owned by the node's loop.
final class SparseRegisters {
    static final int VALUE_MAX = 32;

    /// What [#locate] finds.
    static final int UNCHANGED = 0;

    static final int CHANGED = 1;
    static final int CORRUPT = -1;

    private static final int VALUE_RUN_MAX = 4;
    private static final int ZERO_RUN_MAX = 64;

    /// How many runs are looked at for neighbours to be joined after a change.
    private static final int RUNS_TO_JOIN = 5;

    private static final int NONE = -1;

    /// Registers in a run by its first byte; without what the second byte of XZERO adds.
    private static final int[] RUNS = runs();

    /// Where to go on looking for a higher register: a run, and its first register.
    private int knownAt = HyperLogLog.HEADER_BYTES;

    private int knownRegister;

    private int at;
    private int oldBytes;
    private int joinFrom;

    /// What to write in place of the run, the first byte lowest.
    private long newRuns;

    private int newBytes;

    private static int[] runs() {
        int[] runs = new int[256];
        for (int i = 0; i < 256; i++) {
            runs[i] = i >= 0x80 ? (i & 3) + 1 : i >= 0x40 ? ((i & 0x3F) << 8) + 1 : i + 1;
        }
        return runs;
    }

    /// {@return 1 for XZERO, else 0}
    private static int isLong(int first) {
        return first >>> 6 & ~(first >>> 7) & 1;
    }

    private static int byteAt(long value, int bytes, int position) {
        // Redis finds the zero that ends each of its strings there.
        return position < bytes ? Memory.getByte(value + position) & 0xFF : 0;
    }

    private static int valueOf(int run) {
        return (run >>> 2 & 0x1F) + 1;
    }

    private static int run(int value, int registers) {
        return 0x80 | (value - 1) << 2 | (registers - 1);
    }

    /// {@return whether the runs make up all registers}
    static boolean countInto(int[] histogram, long value, int bytes) {
        int registers = 0;
        for (int i = HyperLogLog.HEADER_BYTES; i < bytes; i++) {
            int first = Memory.getByte(value + i) & 0xFF;
            int run = RUNS[first];
            if (isLong(first) != 0) {
                run += byteAt(value, bytes, ++i);
            }
            registers += run;
            if (registers > HyperLogLog.REGISTERS) {
                return false;
            }
            histogram[first < 0x80 ? 0 : valueOf(first)] += run;
        }
        return registers == HyperLogLog.REGISTERS;
    }

    /// Raises each of `max` to the register's value where that is greater.
    ///
    /// @return whether the runs make up all registers
    static boolean mergeInto(byte[] max, long value, int bytes) {
        int register = 0;
        for (int i = HyperLogLog.HEADER_BYTES; i < bytes; i++) {
            int first = Memory.getByte(value + i) & 0xFF;
            int run = RUNS[first];
            if (isLong(first) != 0) {
                run += byteAt(value, bytes, ++i);
            }
            if (register + run > HyperLogLog.REGISTERS) {
                return false;
            }
            if (first >= 0x80) {
                int count = valueOf(first);
                for (int j = register; j < register + run; j++) {
                    max[j] = (byte) Math.max(max[j], count);
                }
            }
            register += run;
        }
        return register == HyperLogLog.REGISTERS;
    }

    /// {@return the runs as PFDEBUG shows them}
    static String text(long value, int bytes) {
        var text = new StringBuilder();
        for (int i = HyperLogLog.HEADER_BYTES; i < bytes; i++) {
            int first = Memory.getByte(value + i) & 0xFF;
            text.append(text.isEmpty() ? "" : " ");
            if (isLong(first) != 0) {
                text.append("Z:").append(RUNS[first] + byteAt(value, bytes, ++i));
            } else if (first < 0x80) {
                text.append("z:").append(RUNS[first]);
            } else {
                text.append("v:").append(valueOf(first)).append(',').append(RUNS[first]);
            }
        }
        return text.toString();
    }

    /// Begins with another string, or with lower registers.
    void rewind() {
        knownAt = HyperLogLog.HEADER_BYTES;
        knownRegister = 0;
    }

    /// Looks how a register can be raised. Without [#rewind] it must be higher than that of the call before.
    ///
    /// @param count up to [#VALUE_MAX]
    /// @return [#UNCHANGED] when it is as high already, [#CHANGED] when [#apply] can raise it, [#CORRUPT] when there is no such register
    int locate(long value, int bytes, int register, int count) {
        int position = knownAt;
        int start = knownRegister;
        int before = NONE;
        int beforeRegister = 0;
        int first = 0;
        int run = 0;
        while (position < bytes) {
            first = Memory.getByte(value + position) & 0xFF;
            // Branches and no table: long runs and values mostly take turns, which the processor
            // learns.
            int length = 1;
            if (first >= 0x80) {
                run = (first & 3) + 1;
            } else if (first < 0x40) {
                run = first + 1;
            } else {
                run = ((first & 0x3F) << 8 | byteAt(value, bytes, position + 1)) + 1;
                length = 2;
            }
            if (register < start + run) {
                break;
            }
            before = position;
            beforeRegister = start;
            position += length;
            start += run;
        }
        if (before == NONE && knownAt != HyperLogLog.HEADER_BYTES) {
            // The run before this one may have to be joined with it, and is not known.
            rewind();
            return locate(value, bytes, register, count);
        }
        int length = 1 + isLong(first);
        if (position + length > bytes || run == 0) {
            return CORRUPT;
        }
        knownAt = before == NONE ? HyperLogLog.HEADER_BYTES : before;
        knownRegister = beforeRegister;
        if (first >= 0x80 && valueOf(first) >= count) {
            return UNCHANGED;
        }
        at = position;
        oldBytes = length;
        joinFrom = knownAt;
        newRuns = 0;
        newBytes = 0;
        addRest(first, register - start);
        addByte(run(count, 1));
        addRest(first, start + run - 1 - register);
        return CHANGED;
    }

    /// Adds a run of what the old run was.
    private void addRest(int first, int registers) {
        if (registers == 0) {
            return;
        }
        if (first >= 0x80) {
            addByte(run(valueOf(first), registers));
        } else if (registers > ZERO_RUN_MAX) {
            addByte(0x40 | (registers - 1) >>> 8);
            addByte((registers - 1) & 0xFF);
        } else {
            addByte(registers - 1);
        }
    }

    private void addByte(int next) {
        newRuns |= (long) next << (8 * newBytes);
        newBytes++;
    }

    /// {@return by how many bytes the located change makes the string longer before neighbours are joined; may be negative}
    int growth() {
        return newBytes - oldBytes;
    }

    /// Makes the located change, in memory that has room for it.
    ///
    /// @param bytes length of the string before
    /// @return its length afterwards
    int apply(long value, int bytes) {
        int end = bytes + growth();
        if (growth() != 0) {
            Memory.copy(value + at + oldBytes, value + at + newBytes, bytes - at - oldBytes);
        }
        for (int i = 0; i < newBytes; i++) {
            Memory.putByte(value + at + i, (byte) (newRuns >>> (8 * i)));
        }
        int position = joinFrom;
        for (int left = RUNS_TO_JOIN; left > 0 && position < end; left--) {
            int first = Memory.getByte(value + position) & 0xFF;
            int next = byteAt(value, end, position + 1);
            if (first < 0x80) {
                position += 1 + isLong(first);
            } else if (next >= 0x80
                    && valueOf(first) == valueOf(next)
                    && RUNS[first] + RUNS[next] <= VALUE_RUN_MAX) {
                Memory.copy(value + position + 1, value + position, end - position - 1);
                Memory.putByte(
                        value + position, (byte) run(valueOf(first), RUNS[first] + RUNS[next]));
                end--;
            } else {
                position++;
            }
        }
        return end;
    }
}

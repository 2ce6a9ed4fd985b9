// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.resp;

import dev.dunlin.node.offheap.Memory;

/// Splits an inline command into arguments, with the quoting rules of redis-cli.
///
/// Double quotes know `\n \r \t \b \a \xHH` and `\` before anything else; single quotes know `\'` only. A line without quotes is split in
/// place. What is quoted is unquoted into memory of the batch, because a request that may not run yet is parsed again later.
///
/// Thread: stateless.
final class InlineSplitter {
    private InlineSplitter() {}

    /// Adds the arguments between two addresses to the request at hand.
    ///
    /// @return false when quotes are not balanced, or a closing quote is not followed by a space
    static boolean split(Requests requests, long from, long to) {
        long shift = hasQuotes(from, to) ? requests.scratch((int) (to - from)) - from : 0;
        long at = from;
        while (true) {
            while (at < to && isSpace(Memory.getByte(at))) {
                at++;
            }
            if (at >= to) {
                return true;
            }
            long start = at + shift;
            long write = start;
            while (at < to && !isSpace(Memory.getByte(at))) {
                byte c = Memory.getByte(at);
                if (c == '"' || c == '\'') {
                    boolean closed = false;
                    at++;
                    while (at < to) {
                        byte q = Memory.getByte(at);
                        if (q == c) {
                            closed = true;
                            at++;
                            break;
                        }
                        if (q == '\\' && at + 1 < to) {
                            if (c == '"') {
                                int hex = hexEscape(at, to);
                                if (hex >= 0) {
                                    Memory.putByte(write++, (byte) hex);
                                    at += 4;
                                } else {
                                    Memory.putByte(write++, escape(Memory.getByte(at + 1)));
                                    at += 2;
                                }
                                continue;
                            }
                            if (Memory.getByte(at + 1) == '\'') {
                                Memory.putByte(write++, (byte) '\'');
                                at += 2;
                                continue;
                            }
                        }
                        Memory.putByte(write++, q);
                        at++;
                    }
                    if (!closed || (at < to && !isSpace(Memory.getByte(at)))) {
                        return false;
                    }
                } else {
                    Memory.putByte(write++, c);
                    at++;
                }
            }
            requests.addArgument(start, (int) (write - start));
        }
    }

    private static boolean hasQuotes(long from, long to) {
        for (long at = from; at < to; at++) {
            byte c = Memory.getByte(at);
            if (c == '"' || c == '\'') {
                return true;
            }
        }
        return false;
    }

    private static int hexEscape(long at, long to) {
        if (at + 3 >= to || Memory.getByte(at + 1) != 'x') {
            return -1;
        }
        int high = Character.digit(Memory.getByte(at + 2), 16);
        int low = Character.digit(Memory.getByte(at + 3), 16);
        return high < 0 || low < 0 ? -1 : high << 4 | low;
    }

    private static byte escape(byte c) {
        return switch (c) {
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'b' -> '\b';
            case 'a' -> 7;
            default -> c;
        };
    }

    private static boolean isSpace(byte c) {
        return c == ' ' || (c >= 9 && c <= 13) || c == 0;
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.benchmarks.load;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.lang.foreign.MemorySegment;

/// Counts one connection's replies and refuses any that the command could not have earned.
///
/// Replies may come in pieces of any size. Only what the generator's commands answer is known here: lines (`+`, `:`) and bulks
/// (`$`); the type, a bulk's length and every bulk's end are checked, a line's text is not.
final class ReplyReader {
    private static final int ERROR_TEXT_MAX = 200;

    private enum State {
        TYPE,
        LINE,
        BULK_LENGTH,
        BULK
    }

    private final byte expectedType;
    private final long expectedBulkBytes;
    private State state = State.TYPE;
    private long length;
    private long left;

    /// @param bulkBytes the length that every bulk must have
    ReplyReader(byte expectedType, long bulkBytes) {
        this.expectedType = expectedType;
        this.expectedBulkBytes = bulkBytes;
    }

    /// {@return how many replies ended within the first `bytes` bytes of `input`}
    ///
    /// @throws WrongReply at an error reply, or one of another type or length than expected
    int read(MemorySegment input, int bytes) throws WrongReply {
        int ended = 0;
        int at = 0;
        while (at < bytes) {
            switch (state) {
                case TYPE -> {
                    byte type = input.get(JAVA_BYTE, at);
                    if (type != expectedType) {
                        throw unexpected(input, at, bytes);
                    }
                    at++;
                    length = 0;
                    state = type == '$' ? State.BULK_LENGTH : State.LINE;
                }
                case LINE -> {
                    int end = lineEnd(input, at, bytes);
                    at = end;
                    if (end < bytes) {
                        at++;
                        ended++;
                        state = State.TYPE;
                    }
                }
                case BULK_LENGTH -> at = readLength(input, at, bytes);
                case BULK -> {
                    int step = (int) Math.min(left, bytes - at);
                    at += step;
                    left -= step;
                    if (left == 0) {
                        if (input.get(JAVA_BYTE, at - 1L) != '\n') {
                            throw new WrongReply("a bulk does not end where its length says");
                        }
                        ended++;
                        state = State.TYPE;
                    }
                }
            }
        }
        return ended;
    }

    private int readLength(MemorySegment input, int from, int bytes) throws WrongReply {
        int at = from;
        while (at < bytes) {
            byte b = input.get(JAVA_BYTE, at++);
            if (b >= '0' && b <= '9' && length < Integer.MAX_VALUE) {
                length = length * 10 + (b - '0');
            } else if (b == '\n') {
                if (length != expectedBulkBytes) {
                    throw new WrongReply(
                            "a value of " + length + " bytes instead of " + expectedBulkBytes);
                }
                left = length + 2;
                state = State.BULK;
                return at;
            } else if (b == '-') {
                throw new WrongReply("a nil where a value was loaded before");
            } else if (b != '\r') {
                throw new WrongReply("a bulk length that is no number");
            }
        }
        return at;
    }

    private static int lineEnd(MemorySegment input, int from, int bytes) {
        int at = from;
        while (at < bytes && input.get(JAVA_BYTE, at) != '\n') {
            at++;
        }
        return at;
    }

    private WrongReply unexpected(MemorySegment input, int at, int bytes) {
        int end = Math.min(lineEnd(input, at, bytes), at + ERROR_TEXT_MAX);
        byte[] text = input.asSlice(at, end - at).toArray(JAVA_BYTE);
        return new WrongReply(
                "expected a reply of type '"
                        + (char) expectedType
                        + "' and got: "
                        + new String(text, ISO_8859_1).strip());
    }
}

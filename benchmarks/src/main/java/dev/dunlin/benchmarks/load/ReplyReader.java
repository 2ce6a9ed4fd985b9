// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.benchmarks.load;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.lang.foreign.MemorySegment;

/// Counts one connection's replies and refuses any that the command could not have earned.
///
/// Replies may come in pieces of any size. RESP2 is known: lines (`+`, `:`), bulks (`$`) and arrays (`*`) of any depth. A reply's type is
/// checked, its value's length where the command's is known, and every bulk's end; a line's text and what is in arrays is not. An error is
/// never right, not even in an array.
final class ReplyReader {
    /// Bulks may be of any length, and nil.
    static final long ANY_LENGTH = -1;

    private static final int ERROR_TEXT_MAX = 200;

    private enum State {
        TYPE,
        LINE,
        LENGTH,
        BULK
    }

    private final String expectedTypes;
    private final long expectedBulkBytes;
    private State state = State.TYPE;
    private boolean array;
    private boolean nil;
    private long length;
    private long left;

    /// Values that are still to come until the reply is complete; 0 between replies.
    private long open;

    /// @param expectedTypes the first bytes that a reply may have
    /// @param bulkBytes the length that every bulk must have, or [#ANY_LENGTH]
    ReplyReader(String expectedTypes, long bulkBytes) {
        this.expectedTypes = expectedTypes;
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
                    begin(input, at, bytes);
                    at++;
                }
                case LINE -> {
                    at = lineEnd(input, at, bytes);
                    if (at < bytes) {
                        at++;
                        ended += valueEnded(0);
                    }
                }
                case LENGTH -> {
                    at = readLength(input, at, bytes);
                    if (state == State.TYPE) {
                        ended += valueEnded(array && !nil ? length : 0);
                    }
                }
                case BULK -> {
                    int step = (int) Math.min(left, bytes - at);
                    at += step;
                    left -= step;
                    if (left == 0) {
                        if (input.get(JAVA_BYTE, at - 1L) != '\n') {
                            throw new WrongReply("a bulk does not end where its length says");
                        }
                        ended += valueEnded(0);
                    }
                }
            }
        }
        return ended;
    }

    private void begin(MemorySegment input, int at, int bytes) throws WrongReply {
        byte type = input.get(JAVA_BYTE, at);
        boolean right = open == 0 ? expectedTypes.indexOf(type) >= 0 : "+:$*".indexOf(type) >= 0;
        if (!right) {
            throw unexpected(input, at, bytes);
        }
        if (open == 0) {
            open = 1;
        }
        length = 0;
        nil = false;
        array = type == '*';
        state = array || type == '$' ? State.LENGTH : State.LINE;
    }

    /// A value is complete, but for the elements in it.
    ///
    /// @return 1 when the reply is complete with it, else 0
    private int valueEnded(long elements) {
        open += elements - 1;
        state = State.TYPE;
        return open == 0 ? 1 : 0;
    }

    /// Reads digits; at their end the state is what comes next: the bytes of a bulk, or another value.
    private int readLength(MemorySegment input, int from, int bytes) throws WrongReply {
        int at = from;
        while (at < bytes) {
            byte b = input.get(JAVA_BYTE, at++);
            if (b >= '0' && b <= '9' && length < Integer.MAX_VALUE) {
                length = length * 10 + (b - '0');
            } else if (b == '\n') {
                lengthEnded();
                return at;
            } else if (b == '-') {
                nil = true;
            } else if (b != '\r') {
                throw new WrongReply("a length that is no number");
            }
        }
        return at;
    }

    private void lengthEnded() throws WrongReply {
        if (array || (nil && expectedBulkBytes == ANY_LENGTH)) {
            state = State.TYPE;
            return;
        }
        if (nil) {
            throw new WrongReply("a nil where a value was loaded before");
        }
        if (expectedBulkBytes != ANY_LENGTH && length != expectedBulkBytes) {
            throw new WrongReply("a value of " + length + " bytes instead of " + expectedBulkBytes);
        }
        left = length + 2;
        state = State.BULK;
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
                        + expectedTypes
                        + "' and got: "
                        + new String(text, ISO_8859_1).strip());
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.resp;

import dev.dunlin.node.offheap.Memory;
import org.jspecify.annotations.Nullable;

/// Finds requests in received bytes, in place: RESP arrays of bulk strings, and inline commands.
///
/// ```
/// *2\r\n$3\r\nGET\r\n$5\r\nhello\r\n        ->  arguments (address, length): "GET", "hello"
/// get hello\r\n                             ->  the same
/// ```
///
/// One parser belongs to one connection, because a request may arrive in pieces: between calls it remembers how many arguments of an
/// incomplete request it has seen, so that a request of a million arguments is not parsed from its start at each read.
///
/// Limits and error texts are Redis's ([RESP protocol spec](https://redis.io/docs/latest/develop/reference/protocol-spec/)).
///
/// Thread: owned by the node's loop.
public final class RequestParser {
    /// Bytes that an inline command, and the header line of an array or a bulk string, may have.
    static final int INLINE_BYTES_MAX = 64 * 1024;

    private static final int ARGUMENTS_MAX = Integer.MAX_VALUE;
    private static final int UNAUTHENTICATED_ARGUMENTS_MAX = 10;
    private static final int UNAUTHENTICATED_BULK_BYTES_MAX = 16384;

    /// Below this many arguments it is cheaper to parse an incomplete request again than to remember it.
    private static final int REMEMBERED_ARGUMENTS_MIN = 64;

    /// Arrays for more arguments than this are given up when their request is complete.
    private static final int KEPT_ARGUMENTS_MAX = 1024;

    private static final int NOT_FOUND = -1;

    private @Nullable String error;

    /// Bytes of the unconsumed rest that must be there before parsing it again can bring anything.
    private long bytesNeeded;

    // An incomplete request, as distances from its first byte.
    private int rememberedTotal;
    private int rememberedArguments;
    private int rememberedEnd;
    private int[] rememberedStarts = new int[0];
    private int[] rememberedBytes = new int[0];

    // Results of a header line.
    private long lineValue;
    private long lineEnd;

    /// Parses as many requests as fit into a batch.
    ///
    /// @param from address of the first byte that no complete request has covered yet
    /// @param to address after the last byte received
    /// @param bulkBytesMax longest bulk string that is accepted
    /// @param authenticated whether the client may send long requests
    /// @return the address up to which all is covered by complete requests
    public long parse(
            Requests requests, long from, long to, long bulkBytesMax, boolean authenticated) {
        long at = from;
        bytesNeeded = 0;
        // What was too long a moment ago may be sent by a client that has logged in since.
        error = null;
        while (at < to && !requests.isFull()) {
            long end =
                    Memory.getByte(at) == '*'
                            ? array(requests, at, to, bulkBytesMax, authenticated)
                            : inline(requests, at, to);
            if (end == NOT_FOUND) {
                break;
            }
            at = end;
        }
        return at;
    }

    /// {@return what is wrong with the bytes after the last complete request, or null; the connection must be closed then}
    public @Nullable String error() {
        return error;
    }

    /// {@return how many unconsumed bytes must be there before it makes sense to parse again; 0 when any byte may help}
    public long bytesNeeded() {
        return bytesNeeded;
    }

    private long array(
            Requests requests, long start, long to, long bulkBytesMax, boolean authenticated) {
        long at;
        int total;
        int done;
        if (rememberedArguments > 0) {
            total = rememberedTotal;
            done = rememberedArguments;
            for (int i = 0; i < done; i++) {
                requests.addArgument(start + rememberedStarts[i], rememberedBytes[i]);
            }
            at = start + rememberedEnd;
        } else {
            if (!line(start + 1, to, "too big mbulk count string", "invalid multibulk length")) {
                return NOT_FOUND;
            }
            if (lineValue > ARGUMENTS_MAX) {
                return fail("invalid multibulk length");
            }
            if (lineValue > UNAUTHENTICATED_ARGUMENTS_MAX && !authenticated) {
                return fail("unauthenticated multibulk length");
            }
            at = lineEnd;
            total = (int) lineValue;
            done = 0;
            if (total <= 0) {
                // An empty array is no request: skip it.
                return at;
            }
        }
        while (done < total) {
            if (at >= to) {
                return incomplete(requests, start, at, total, done);
            }
            if (Memory.getByte(at) != '$') {
                requests.rewind();
                return fail("expected '$', got '" + printable(Memory.getByte(at)) + "'");
            }
            if (!line(at + 1, to, "too big bulk count string", "invalid bulk length")) {
                return error != null
                        ? rewind(requests)
                        : incomplete(requests, start, at, total, done);
            }
            if (lineValue < 0 || lineValue > bulkBytesMax) {
                requests.rewind();
                return fail("invalid bulk length");
            }
            if (lineValue > UNAUTHENTICATED_BULK_BYTES_MAX && !authenticated) {
                requests.rewind();
                return fail("unauthenticated bulk length");
            }
            long data = lineEnd;
            long end = data + lineValue + 2;
            if (end > to) {
                bytesNeeded = end - start;
                return incomplete(requests, start, at, total, done);
            }
            requests.addArgument(data, (int) lineValue);
            at = end;
            done++;
        }
        if (rememberedArguments > 0) {
            forget();
        }
        requests.complete(at);
        return at;
    }

    private long incomplete(Requests requests, long start, long at, int total, int done) {
        if (done >= REMEMBERED_ARGUMENTS_MIN && at - start <= Integer.MAX_VALUE) {
            remember(requests, start, at, total, done);
        }
        return rewind(requests);
    }

    private void remember(Requests requests, long start, long at, int total, int done) {
        if (rememberedStarts.length < done) {
            int length = Math.max(1024, Integer.highestOneBit(done) << 1);
            rememberedStarts = java.util.Arrays.copyOf(rememberedStarts, length);
            rememberedBytes = java.util.Arrays.copyOf(rememberedBytes, length);
        }
        int first = requests.firstArgument(requests.count());
        for (int i = rememberedArguments; i < done; i++) {
            rememberedStarts[i] = (int) (requests.address(first + i) - start);
            rememberedBytes[i] = requests.bytes(first + i);
        }
        rememberedTotal = total;
        rememberedArguments = done;
        rememberedEnd = (int) (at - start);
    }

    /// A client that has sent one huge request does not keep the memory for it.
    private void forget() {
        rememberedArguments = 0;
        if (rememberedStarts.length > KEPT_ARGUMENTS_MAX) {
            rememberedStarts = new int[0];
            rememberedBytes = new int[0];
        }
    }

    private static long rewind(Requests requests) {
        requests.rewind();
        return NOT_FOUND;
    }

    /// Reads the number in a header line into `lineValue`, and where the next line starts into `lineEnd`.
    ///
    /// @return false when the line is not complete or not right; `error` tells which
    private boolean line(long from, long to, String tooLong, String notANumber) {
        long at = from;
        long value = 0;
        boolean negative = false;
        int digits = 0;
        if (at < to && Memory.getByte(at) == '-') {
            negative = true;
            at++;
        }
        int firstDigit = at < to ? Memory.getByte(at) : 0;
        while (at < to) {
            int c = Memory.getByte(at);
            if (c >= '0' && c <= '9') {
                value = value * 10 + (c - '0');
                if (++digits > 18) {
                    return noNumber(from, to, tooLong, notANumber);
                }
                at++;
                continue;
            }
            if (at + 1 >= to && c == '\r') {
                return false;
            }
            boolean canonical = digits == 1 ? value != 0 || !negative : firstDigit != '0';
            if (c != '\r' || digits == 0 || !canonical) {
                return noNumber(from, to, tooLong, notANumber);
            }
            lineValue = negative ? -value : value;
            lineEnd = at + 2;
            return true;
        }
        return noNumber(from, to, tooLong, notANumber);
    }

    /// Redis looks at a header line when its end has come, and gives up on one that does not end.
    private boolean noNumber(long from, long to, String tooLong, String notANumber) {
        for (long at = from; at + 1 < to; at++) {
            if (Memory.getByte(at) == '\r') {
                fail(notANumber);
                return false;
            }
        }
        // The sign before the number counts.
        if (to - from + 1 > INLINE_BYTES_MAX) {
            fail(tooLong);
        }
        return false;
    }

    private long inline(Requests requests, long start, long to) {
        long limit = Math.min(to, start + INLINE_BYTES_MAX + 1);
        long newline = start;
        while (newline < limit && Memory.getByte(newline) != '\n') {
            newline++;
        }
        if (newline == limit) {
            return to - start > INLINE_BYTES_MAX ? fail("too big inline request") : NOT_FOUND;
        }
        long end = newline > start && Memory.getByte(newline - 1) == '\r' ? newline - 1 : newline;
        if (!InlineSplitter.split(requests, start, end)) {
            requests.rewind();
            return fail("unbalanced quotes in request");
        }
        if (requests.pendingArguments() > 0) {
            requests.complete(newline + 1);
        }
        return newline + 1;
    }

    private long fail(String what) {
        error = "Protocol error: " + what;
        return NOT_FOUND;
    }

    private static String printable(byte c) {
        return String.valueOf((char) (c & 0xFF));
    }
}

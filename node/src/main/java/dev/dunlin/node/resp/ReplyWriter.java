// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.resp;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.dunlin.node.offheap.Memory;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Writes replies in RESP2 or RESP3 into buffers that go to the socket as they are.
///
/// One writer serves all connections of a node, one at a time: `begin`, replies, `finish`. Values are copied once, from where they lie
/// in native memory into the send buffer. A reply that does not fit the current buffer goes on in a new one; nothing is moved.
///
/// Thread: owned by the node's loop.
public final class ReplyWriter {
    /// Most batches are answered with less; small, because a turn of the loop holds a buffer for each of its clients.
    private static final int FIRST_BUFFER_BYTES = 2 * 1024;

    private static final int BUFFER_BYTES = 16 * 1024;

    /// Room for a type byte, a 64-bit number and a line end.
    private static final int NUMBER_BYTES_MAX = 24;

    private static final byte[] OK = bytes("+OK\r\n");
    private static final byte[] QUEUED = bytes("+QUEUED\r\n");
    private static final byte[] PONG = bytes("+PONG\r\n");
    private static final byte[] NIL2 = bytes("$-1\r\n");
    private static final byte[] NIL_ARRAY2 = bytes("*-1\r\n");
    private static final byte[] NIL3 = bytes("_\r\n");
    private static final byte[] TRUE3 = bytes("#t\r\n");
    private static final byte[] FALSE3 = bytes("#f\r\n");
    private static final int CRLF = '\r' | '\n' << 8;

    private final ByteBufAllocator allocator;
    private final List<ByteBuf> finished = new ArrayList<>();
    private @Nullable ByteBuf current;
    private final byte[] digits = new byte[ScoreText.BYTES_MAX];
    private boolean resp3;

    /// Address of the next byte, and the end of the current buffer.
    private long at;

    private long limit;
    private long start;

    public ReplyWriter(ByteBufAllocator allocator) {
        this.allocator = allocator;
    }

    /// Starts replies to one client.
    public void begin(boolean resp3Client) {
        resp3 = resp3Client;
    }

    /// Goes on in this protocol, in the midst of a client's replies: HELLO and RESET switch it.
    public void resp3(boolean on) {
        resp3 = on;
    }

    /// {@return whether the client has asked for RESP3}
    public boolean resp3() {
        return resp3;
    }

    /// {@return whether nothing was written since `begin`}
    public boolean isEmpty() {
        return current == null && finished.isEmpty();
    }

    /// {@return bytes written since `begin`}
    public long writtenBytes() {
        long sum = at - start;
        for (int i = 0; i < finished.size(); i++) {
            sum += finished.get(i).readableBytes();
        }
        return sum;
    }

    /// Hands all that was written to `target`, which takes over the buffers.
    public void finish(java.util.function.Consumer<ByteBuf> target) {
        for (int i = 0; i < finished.size(); i++) {
            target.accept(finished.get(i));
        }
        finished.clear();
        ByteBuf last = current;
        if (last != null) {
            last.writerIndex((int) (at - start));
            current = null;
            at = 0;
            limit = 0;
            start = 0;
            target.accept(last);
        }
    }

    /// {@return how far replies have come, for [#rewind]}
    public long mark() {
        return (long) finished.size() << 32 | (at - start);
    }

    /// Drops all that was written since `mark`.
    public void rewind(long mark) {
        int buffers = (int) (mark >>> 32);
        int bytes = (int) mark;
        // 0 bytes: there was no current buffer then, because one is only taken to be written to.
        while (finished.size() > buffers || (bytes == 0 && current != null)) {
            release(current);
            current = finished.size() > buffers ? finished.removeLast() : null;
        }
        ByteBuf back = current;
        start = back == null ? 0 : back.memoryAddress();
        limit = back == null ? 0 : start + back.capacity();
        at = start + bytes;
    }

    private static void release(@Nullable ByteBuf buffer) {
        if (buffer != null) {
            buffer.release();
        }
    }

    public void ok() {
        raw(OK);
    }

    public void queued() {
        raw(QUEUED);
    }

    public void pong() {
        raw(PONG);
    }

    /// A status line; `text` must have no line break.
    public void simple(String text) {
        byte[] line = text.getBytes(UTF_8);
        ensure(line.length + 3);
        put('+');
        putBytes(line);
        crlf();
    }

    public void error(RespError error) {
        byte[] line = error.line();
        ensure(line.length + 3);
        put('-');
        putBytes(line);
        crlf();
    }

    public void integer(long value) {
        header(':', value);
    }

    /// 1 or 0 in both protocols, as most Redis commands answer yes and no.
    public void integer(boolean value) {
        integer(value ? 1 : 0);
    }

    /// A boolean in RESP3, 1 or 0 in RESP2.
    public void bool(boolean value) {
        if (resp3) {
            raw(value ? TRUE3 : FALSE3);
        } else {
            integer(value);
        }
    }

    /// A bulk string that lies in native memory.
    public void bulk(long address, int bytes) {
        header('$', bytes);
        body(address, bytes);
    }

    public void bulk(byte[] value) {
        header('$', value.length);
        ensure(value.length + 2);
        putBytes(value);
        crlf();
    }

    public void bulk(String value) {
        bulk(value.getBytes(UTF_8));
    }

    /// A number as a bulk string, as hashes and strings hold it.
    public void bulkLong(long value) {
        int digits = Decimal.length(value);
        ensure(NUMBER_BYTES_MAX * 2);
        put('$');
        at = Decimal.write(at, digits);
        crlf();
        at = Decimal.write(at, value);
        crlf();
    }

    /// A double in RESP3, its text as a bulk string in RESP2.
    public void number(double value) {
        byte[] text = Decimal.text(value);
        if (resp3) {
            ensure(text.length + 3);
            put(',');
            putBytes(text);
            crlf();
        } else {
            bulk(text);
        }
    }

    /// A score: a double in RESP3, its text as a bulk string in RESP2, see [ScoreText].
    public void score(double value) {
        int bytes = ScoreText.write(value, digits);
        ensure(bytes + NUMBER_BYTES_MAX);
        if (resp3) {
            put(',');
        } else {
            put('$');
            at = Decimal.write(at, bytes);
            crlf();
        }
        Memory.copyIn(digits, 0, at, bytes);
        at += bytes;
        crlf();
    }

    /// A text with a format (three letters) in RESP3, a bulk string in RESP2.
    public void verbatim(String format, byte[] text) {
        if (!resp3) {
            bulk(text);
            return;
        }
        header('=', text.length + 4L);
        ensure(text.length + 6);
        putBytes(format.getBytes(UTF_8));
        put(':');
        putBytes(text);
        crlf();
    }

    public void nil() {
        raw(resp3 ? NIL3 : NIL2);
    }

    public void nilArray() {
        raw(resp3 ? NIL3 : NIL_ARRAY2);
    }

    public void array(long elements) {
        header('*', elements);
    }

    /// The header of a map of `pairs` pairs; a flat array in RESP2.
    public void map(long pairs) {
        if (resp3) {
            header('%', pairs);
        } else {
            header('*', pairs * 2);
        }
    }

    /// The header of a set; an array in RESP2.
    public void set(long elements) {
        header(resp3 ? '~' : '*', elements);
    }

    /// The header of an out-of-band message; an array in RESP2.
    public void push(long elements) {
        header(resp3 ? '>' : '*', elements);
    }

    /// Bytes that are RESP already.
    public void raw(byte[] encoded) {
        ensure(encoded.length);
        putBytes(encoded);
    }

    private void header(char type, long value) {
        ensure(NUMBER_BYTES_MAX);
        put(type);
        if (value >= 0 && value < 10) {
            Memory.putByte(at++, (byte) ('0' + value));
        } else {
            at = Decimal.write(at, value);
        }
        crlf();
    }

    private void body(long address, int bytes) {
        ensure(bytes + 2L);
        Memory.copy(address, at, bytes);
        at += bytes;
        crlf();
    }

    private void put(char c) {
        Memory.putByte(at++, (byte) c);
    }

    private void crlf() {
        Memory.putShort(at, (short) CRLF);
        at += 2;
    }

    private void putBytes(byte[] source) {
        Memory.copyIn(source, 0, at, source.length);
        at += source.length;
    }

    private void ensure(long bytes) {
        if (limit - at < bytes) {
            nextBuffer(bytes);
        }
    }

    private void nextBuffer(long bytes) {
        ByteBuf full = current;
        if (full != null) {
            full.writerIndex((int) (at - start));
            finished.add(full);
        }
        int usualBytes = full == null ? FIRST_BUFFER_BYTES : BUFFER_BYTES;
        ByteBuf next = allocator.directBuffer((int) Math.max(usualBytes, bytes));
        current = next;
        start = next.memoryAddress();
        at = start;
        limit = start + next.capacity();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.replication;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Arrays;

/// Takes the data set of a full sync out of the byte stream of a primary.
///
/// ```
/// \n \n ...  $<decimal>\r\n <that many bytes>                 the command stream may follow at once
/// \n \n ...  $EOF:<40 bytes>\r\n <bytes> <the same 40 bytes>  nothing follows until the first ACK
/// ```
///
/// In the second form the last 40 bytes received are held back and compared after each read, as Redis does; that costs
/// nothing and is safe because the primary stays silent behind the mark.
///
/// Memory: the header line and those 40 bytes. Thread: the node's loop.
public final class RdbTransferParser {
    /// Longest first line accepted; an error text of the primary fits.
    static final int LINE_BYTES_MAX = 1024;

    private static final int MARK_BYTES = 40;
    private static final String EOF_PREFIX = "$EOF:";

    private enum State {
        LINE,
        LENGTH_BODY,
        MARK_BODY,
        DONE
    }

    private final SnapshotSink sink;
    private final byte[] line = new byte[LINE_BYTES_MAX];
    private final byte[] mark = new byte[MARK_BYTES];
    private final byte[] held = new byte[MARK_BYTES];
    private State state = State.LINE;
    private int lineBytes;
    private int heldBytes;
    private long remaining;
    private long received;
    private long totalBytes = SnapshotSink.UNKNOWN_BYTES;

    /// @param sink gets the RDB bytes
    public RdbTransferParser(SnapshotSink sink) {
        this.sink = sink;
    }

    /// Reads from `in` what belongs to the transfer. After the end ([#done()]) the rest of `in` is untouched.
    ///
    /// @throws ProtocolViolation when the primary refuses, or sends something else
    public void feed(ByteBuf in) throws ProtocolViolation {
        while (in.isReadable() && state != State.DONE) {
            switch (state) {
                case LINE -> readLine(in);
                case LENGTH_BODY -> readLengthBody(in);
                case MARK_BODY -> readMarkBody(in);
                case DONE -> throw new IllegalStateException("done");
            }
        }
    }

    /// {@return whether the data set is complete}
    public boolean done() {
        return state == State.DONE;
    }

    /// {@return whether the header line has come, so that bytes now are the data set}
    public boolean started() {
        return state != State.LINE;
    }

    /// {@return whether the end was marked: then the primary sends nothing before the first ACK}
    public boolean marked() {
        return totalBytes == SnapshotSink.UNKNOWN_BYTES && state != State.LINE;
    }

    /// {@return bytes of the transfer received so far, without the header line}
    public long receivedBytes() {
        return received;
    }

    /// {@return size announced, or [SnapshotSink#UNKNOWN_BYTES]}
    public long totalBytes() {
        return totalBytes;
    }

    private void readLine(ByteBuf in) throws ProtocolViolation {
        byte b = in.readByte();
        if (b != '\n') {
            if (lineBytes == LINE_BYTES_MAX) {
                throw new ProtocolViolation("first line of the transfer is too long");
            }
            line[lineBytes++] = b;
            return;
        }
        if (lineBytes > 0 && line[lineBytes - 1] == '\r') {
            lineBytes--;
        }
        if (lineBytes == 0) {
            // A keepalive while the snapshot is being prepared.
            return;
        }
        begin(new String(line, 0, lineBytes, US_ASCII));
        lineBytes = 0;
    }

    private void begin(String header) throws ProtocolViolation {
        if (header.startsWith(EOF_PREFIX)) {
            if (header.length() != EOF_PREFIX.length() + MARK_BYTES) {
                throw new ProtocolViolation("end mark has a wrong length: " + header);
            }
            System.arraycopy(line, EOF_PREFIX.length(), mark, 0, MARK_BYTES);
            state = State.MARK_BODY;
            sink.onStart(totalBytes);
            return;
        }
        if (header.charAt(0) != '$') {
            throw new ProtocolViolation("primary refused the transfer: " + header);
        }
        remaining = parseLength(header);
        totalBytes = remaining;
        state = State.LENGTH_BODY;
        sink.onStart(totalBytes);
        endIfComplete();
    }

    private static long parseLength(String header) throws ProtocolViolation {
        int digits = header.length() - 1;
        boolean decimal = digits > 0 && digits < 19;
        for (int i = 1; decimal && i <= digits; i++) {
            decimal = header.charAt(i) >= '0' && header.charAt(i) <= '9';
        }
        if (!decimal) {
            throw new ProtocolViolation("transfer has no length: " + header);
        }
        return Long.parseLong(header, 1, header.length(), 10);
    }

    private void readLengthBody(ByteBuf in) {
        int bytes = (int) Math.min(remaining, in.readableBytes());
        sink.onBytes(in, in.readerIndex(), bytes);
        in.skipBytes(bytes);
        received += bytes;
        remaining -= bytes;
        endIfComplete();
    }

    private void endIfComplete() {
        if (remaining == 0) {
            state = State.DONE;
            sink.onEnd();
        }
    }

    /// Gives on everything but the last 40 bytes seen so far.
    private void readMarkBody(ByteBuf in) {
        int bytes = in.readableBytes();
        int release = Math.max(0, heldBytes + bytes - MARK_BYTES);
        int fromHeld = Math.min(release, heldBytes);
        if (fromHeld > 0) {
            ByteBuf old = Unpooled.copiedBuffer(held, 0, fromHeld);
            sink.onBytes(old, 0, fromHeld);
            old.release();
            System.arraycopy(held, fromHeld, held, 0, heldBytes - fromHeld);
            heldBytes -= fromHeld;
        }
        int fromInput = release - fromHeld;
        if (fromInput > 0) {
            sink.onBytes(in, in.readerIndex(), fromInput);
            in.skipBytes(fromInput);
        }
        int keep = bytes - fromInput;
        in.readBytes(held, heldBytes, keep);
        heldBytes += keep;
        received += bytes;
        if (heldBytes == MARK_BYTES && Arrays.equals(held, mark)) {
            received -= MARK_BYTES;
            state = State.DONE;
            sink.onEnd();
        }
    }
}

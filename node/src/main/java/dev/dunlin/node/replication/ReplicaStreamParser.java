// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.replication;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

/// Cuts the command stream of a primary into commands and transactions, and knows exactly which bytes are applied.
///
/// - RESP arrays of bulk strings only; anything else is a [ProtocolViolation], after which nothing of the primary's state
///   may be trusted. Bare line ends between commands are skipped and counted with the next command.
/// - A transaction is held until its EXEC has come, then given out as a whole, so [#appliedOffset()] never lies inside one.
/// - Neither bulk lengths nor argument counts have a limit of their own, as on Redis's primary link; the bytes held for one
///   command or transaction do (`heldBytesMax`).
///
/// Thread: the node's loop.
public final class ReplicaStreamParser implements AutoCloseable {
    /// Most bytes held for one command or transaction unless told otherwise.
    public static final int HELD_BYTES_MAX = 1 << 30;

    private static final int NUMBER_DIGITS_MAX = 18;
    private static final int NOTHING = -1;

    /// Receives what the stream says. Calls come from within [#feed(ByteBuf)].
    public interface Handler {
        /// One command, alone or inside a transaction.
        void onCommand(ReplicatedCommand command);

        /// MULTI: the commands until [#onTransactionEnd()] belong together and follow at once.
        default void onTransactionStart() {}

        /// EXEC.
        default void onTransactionEnd() {}

        /// Everything given out so far is applied; it was exactly these bytes of the stream.
        void onApplied(ByteBuf buffer, int index, int length);
    }

    private final Handler handler;
    private final int heldBytesMax;
    private final ReplicatedCommand command = new ReplicatedCommand();
    private ByteBuf held = Unpooled.EMPTY_BUFFER;
    private long applied;

    // Positions below are relative to the first byte which is not applied yet.
    /// Next byte to look at.
    private int at;

    /// Arguments still to come in the command being read, or NOTHING between commands.
    private long argumentsLeft = NOTHING;

    /// Length of the bulk being read, or NOTHING before its `$` line.
    private int bulkBytes = NOTHING;

    /// Where the commands of an open transaction begin (behind MULTI), or NOTHING.
    private int transactionBody = NOTHING;

    /// Where the command being read begins.
    private int commandStart;

    /// @param appliedOffset offset of the stream before the first byte that will be fed
    public ReplicaStreamParser(long appliedOffset, int heldBytesMax, Handler handler) {
        this.applied = appliedOffset;
        this.heldBytesMax = heldBytesMax;
        this.handler = handler;
    }

    /// {@return offset after the last byte that was applied; what ACK and the next PSYNC speak of}
    public long appliedOffset() {
        return applied;
    }

    /// {@return offset after the last byte received}
    public long receivedOffset() {
        return applied + held.readableBytes();
    }

    /// Takes all of `in` and gives out what is complete. `in` stays the caller's.
    ///
    /// @throws ProtocolViolation when the stream cannot be understood; the parser must not be fed again
    public void feed(ByteBuf in) throws ProtocolViolation {
        if (!held.isReadable()) {
            parse(in);
            hold(in);
            return;
        }
        hold(in);
        parse(held);
        if (!held.isReadable()) {
            close();
        } else {
            held.discardSomeReadBytes();
        }
    }

    /// Forgets what is held.
    @Override
    public void close() {
        held.release();
        held = Unpooled.EMPTY_BUFFER;
    }

    private void hold(ByteBuf in) throws ProtocolViolation {
        int bytes = in.readableBytes();
        if (bytes == 0) {
            return;
        }
        if (held.readableBytes() > heldBytesMax - bytes) {
            throw new ProtocolViolation("command or transaction of more than " + heldBytesMax);
        }
        if (held.capacity() == 0) {
            held = Unpooled.directBuffer(bytes);
        }
        held.writeBytes(in);
    }

    private void parse(ByteBuf in) throws ProtocolViolation {
        while (true) {
            if (argumentsLeft == NOTHING && !readCommandLine(in)) {
                return;
            }
            while (argumentsLeft > 0) {
                if (bulkBytes == NOTHING && !readBulkLine(in)) {
                    return;
                }
                if (in.readableBytes() - at < bulkBytes + 2L) {
                    return;
                }
                command.add(at, bulkBytes);
                at += bulkBytes;
                if (byteAt(in, at) != '\r' || byteAt(in, at + 1) != '\n') {
                    throw new ProtocolViolation("argument is not followed by a line end");
                }
                at += 2;
                bulkBytes = NOTHING;
                argumentsLeft--;
            }
            argumentsLeft = NOTHING;
            onCommand(in);
        }
    }

    /// Reads `*<count>`; skips empty lines before it.
    private boolean readCommandLine(ByteBuf in) throws ProtocolViolation {
        while (true) {
            if (in.readableBytes() - at < 1) {
                return false;
            }
            byte first = byteAt(in, at);
            if (first == '\n') {
                at++;
                continue;
            }
            if (first == '\r') {
                if (in.readableBytes() - at < 2) {
                    return false;
                }
                if (byteAt(in, at + 1) != '\n') {
                    throw new ProtocolViolation("inline command from the primary");
                }
                at += 2;
                continue;
            }
            if (first != '*') {
                throw new ProtocolViolation("inline command from the primary");
            }
            int start = at;
            long count = readNumberLine(in);
            if (count == NOTHING) {
                return false;
            }
            if (count == 0) {
                // An empty array is no command; it is counted like an empty line.
                continue;
            }
            commandStart = start;
            command.clear();
            argumentsLeft = count;
            return true;
        }
    }

    private boolean readBulkLine(ByteBuf in) throws ProtocolViolation {
        if (in.readableBytes() - at < 1) {
            return false;
        }
        if (byteAt(in, at) != '$') {
            throw new ProtocolViolation("expected '$' before an argument");
        }
        long bytes = readNumberLine(in);
        if (bytes == NOTHING) {
            return false;
        }
        if (bytes > heldBytesMax) {
            throw new ProtocolViolation("argument of " + bytes + " bytes");
        }
        bulkBytes = (int) bytes;
        return true;
    }

    /// Reads `<prefix><decimal>\r\n` at the position and moves behind it; NOTHING when it is not complete yet.
    private long readNumberLine(ByteBuf in) throws ProtocolViolation {
        long number = 0;
        int position = at + 1;
        int end = in.readableBytes();
        while (position < end) {
            byte b = byteAt(in, position);
            if (b == '\r') {
                if (position == at + 1) {
                    throw new ProtocolViolation("line without a number");
                }
                if (position + 1 == end) {
                    return NOTHING;
                }
                if (byteAt(in, position + 1) != '\n') {
                    throw new ProtocolViolation("number is not followed by a line end");
                }
                at = position + 2;
                return number;
            }
            if (b < '0' || b > '9' || position - at > NUMBER_DIGITS_MAX) {
                throw new ProtocolViolation("not a count or length");
            }
            number = number * 10 + (b - '0');
            position++;
        }
        return NOTHING;
    }

    private void onCommand(ByteBuf in) {
        int start = in.readerIndex();
        command.locate(in, start);
        if (transactionBody == NOTHING) {
            if (isWord("multi")) {
                transactionBody = at;
                return;
            }
            handler.onCommand(command);
        } else {
            if (!isWord("exec")) {
                return;
            }
            int body = transactionBody;
            transactionBody = NOTHING;
            giveTransaction(in, start, body, commandStart);
        }
        int length = at;
        applied += length;
        at = 0;
        in.readerIndex(start + length);
        handler.onApplied(in, start, length);
    }

    /// Reads the commands between MULTI and EXEC again, which are known to be well-formed, and gives them out.
    private void giveTransaction(ByteBuf in, int start, int body, int exec) {
        handler.onTransactionStart();
        int position = start + body;
        while (position < start + exec) {
            byte first = in.getByte(position);
            if (first != '*') {
                position++;
                continue;
            }
            command.clear();
            command.locate(in, start);
            int lineEnd = lineEnd(in, position);
            int count = knownNumber(in, position + 1, lineEnd);
            position = lineEnd + 2;
            for (int i = 0; i < count; i++) {
                lineEnd = lineEnd(in, position);
                int bytes = knownNumber(in, position + 1, lineEnd);
                command.add(lineEnd + 2 - start, bytes);
                position = lineEnd + 2 + bytes + 2;
            }
            if (count > 0) {
                handler.onCommand(command);
            }
        }
        handler.onTransactionEnd();
    }

    private static int lineEnd(ByteBuf in, int from) {
        int position = from;
        while (in.getByte(position) != '\r') {
            position++;
        }
        return position;
    }

    private static int knownNumber(ByteBuf in, int from, int to) {
        int number = 0;
        for (int i = from; i < to; i++) {
            number = number * 10 + (in.getByte(i) - '0');
        }
        return number;
    }

    private boolean isWord(String word) {
        return command.argumentCount() == 1 && command.is(0, word);
    }

    private static byte byteAt(ByteBuf in, int relative) {
        return in.getByte(in.readerIndex() + relative);
    }
}

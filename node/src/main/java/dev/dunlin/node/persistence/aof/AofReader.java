// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.persistence.aof;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.channels.ReadableByteChannel;
import org.jspecify.annotations.Nullable;

/// Reads a file of commands, block by block.
///
/// ```
/// #TS:1669000000\r\n | *3\r\n$3\r\nSET\r\n$1\r\nk\r\n$1\r\nv\r\n | *1\r\n$5\r\nMULTI\r\n ... *1\r\n$4\r\nEXEC\r\n
/// ```
///
/// Two ways for a file to be wrong. *Cut off*: it ends within a command, an annotation or a transaction, as an interrupted write leaves it;
/// then [#validBytes] says how much of it is whole. *Damaged*: anything else; that ends in an [AofFormatException].
///
/// A claimed length reserves nothing that the file does not hold. What is kept in memory is a block, or one command or transaction if that
/// is longer, up to [#HELD_BYTES_MAX].
///
/// Thread: one that may wait for the disk.
public final class AofReader {
    /// Blocks are closed at this size.
    public static final int BLOCK_BYTES = 64 << 10;

    /// Longest command or transaction.
    static final int HELD_BYTES_MAX = 1 << 30;

    /// Longest annotation, its line end included.
    private static final int ANNOTATION_BYTES_MAX = 1024;

    private static final int NUMBER_LINE_BYTES_MAX = 24;
    private static final int INCOMPLETE = -1;

    /// Hears of annotations.
    @FunctionalInterface
    public interface Annotations {
        /// A line that begins with `#`.
        ///
        /// @param offset where it begins in the file
        /// @param text without its line end
        /// @return false when nothing behind it is to be read
        boolean onAnnotation(long offset, String text) throws IOException;
    }

    private final ReadableByteChannel input;
    private final long fileBytes;
    private final Annotations annotations;
    private final int blockBytes;

    private ByteBuf buffer = Unpooled.EMPTY_BUFFER;

    /// Offset in the file of the first byte of the buffer.
    private long bufferOffset;

    private boolean inputEnded;
    private boolean ended;
    private boolean stopped;
    private boolean cutOff;
    private long validBytes;
    private boolean inTransaction;

    /// Damage behind the block that was given out last.
    private @Nullable AofFormatException damage;

    // While a block is being made.
    private int at;
    private int wanted;

    /// @param offset where `input` stands in the file
    /// @param fileBytes size of the file
    public AofReader(
            ReadableByteChannel input, long offset, long fileBytes, Annotations annotations) {
        this(input, offset, fileBytes, annotations, BLOCK_BYTES);
    }

    AofReader(
            ReadableByteChannel input,
            long offset,
            long fileBytes,
            Annotations annotations,
            int blockBytes) {
        this.input = input;
        this.bufferOffset = offset;
        this.validBytes = offset;
        this.fileBytes = fileBytes;
        this.annotations = annotations;
        this.blockBytes = blockBytes;
    }

    /// {@return up to where the file is whole: the end of the last command that is in no open transaction}
    public long validBytes() {
        return validBytes;
    }

    /// {@return whether the file ends in an open transaction; once all is read}
    public boolean endsInTransaction() {
        return ended && inTransaction;
    }

    /// {@return whether the file is longer than what is whole of it; once all is read}
    public boolean isCutOff() {
        return cutOff;
    }

    /// Reads the next block; all that is whole before a damage comes before its exception.
    ///
    /// @return null when there is none; else it is the caller's to release
    /// @throws AofFormatException when the file is damaged
    public @Nullable CommandBlock next() throws IOException {
        AofFormatException found = damage;
        if (found != null) {
            damage = null;
            throw found;
        }
        if (ended) {
            return null;
        }
        ByteBuf mine = Unpooled.directBuffer(Math.max(blockBytes, buffer.readableBytes()));
        mine.writeBytes(buffer);
        drop();
        var block = new CommandBlock(mine);
        try {
            fill(block);
        } catch (AofFormatException e) {
            ended = true;
            if (block.commands() == 0) {
                mine.release();
                throw e;
            }
            damage = e;
        } catch (IOException | RuntimeException e) {
            mine.release();
            ended = true;
            throw e;
        }
        if (block.commands() == 0 && ended) {
            block.release();
            return null;
        }
        return block;
    }

    /// Lets go of what was read ahead.
    public void drop() {
        buffer.release();
        buffer = Unpooled.EMPTY_BUFFER;
    }

    private void fill(CommandBlock block) throws IOException {
        ByteBuf mine = block.bytes;
        at = 0;
        inTransaction = false;
        int sealedAt = 0;
        while (true) {
            boolean found = !stopped && readItem(block);
            if (found) {
                if (!inTransaction) {
                    sealedAt = at;
                    validBytes = bufferOffset + at;
                    block.seal(validBytes);
                    if (at >= blockBytes) {
                        break;
                    }
                }
                continue;
            }
            // What is complete goes on its way before more is waited for.
            if (stopped || inputEnded || block.commands() > 0) {
                break;
            }
            read(mine);
        }
        // What is left over is looked at once more, unless nothing has changed about it.
        ended = stopped || (inputEnded && (sealedAt == 0 || sealedAt == mine.writerIndex()));
        cutOff = ended && !stopped && sealedAt < mine.writerIndex();
        ByteBuf rest = mine.slice(sealedAt, mine.writerIndex() - sealedAt);
        buffer = Unpooled.directBuffer(Math.max(1, rest.readableBytes())).writeBytes(rest);
        bufferOffset += sealedAt;
    }

    private void read(ByteBuf mine) throws IOException {
        int missing = Math.max(wanted - mine.writerIndex(), 1);
        if (mine.writerIndex() > HELD_BYTES_MAX - missing) {
            throw damaged(0, "command or transaction of more than " + HELD_BYTES_MAX + " bytes");
        }
        if (mine.writableBytes() < missing) {
            int doubled = (int) Math.min(2L * mine.capacity(), HELD_BYTES_MAX);
            mine.capacity(Math.max(doubled, mine.writerIndex() + missing));
        }
        var target = mine.nioBuffer(mine.writerIndex(), mine.writableBytes());
        int count = input.read(target);
        if (count < 0) {
            inputEnded = true;
        } else {
            mine.writerIndex(mine.writerIndex() + count);
        }
    }

    /// Reads one command or annotation at the position, and moves behind it.
    ///
    /// @return false when it is not all there
    private boolean readItem(CommandBlock block) throws IOException {
        ByteBuf mine = block.bytes;
        int start = at;
        wanted = 0;
        if (start >= mine.writerIndex()) {
            return false;
        }
        byte first = mine.getByte(start);
        if (first == '#') {
            return readAnnotation(mine);
        }
        if (first != '*') {
            throw damaged(
                    start, "expected '*' before a command, got " + shown(mine.getByte(start)));
        }
        int mark = block.mark();
        if (!readCommand(block)) {
            at = start;
            block.rewind(mark);
            return false;
        }
        take(block, mark);
        return true;
    }

    private boolean readAnnotation(ByteBuf mine) throws IOException {
        int length = Math.min(mine.writerIndex() - at, ANNOTATION_BYTES_MAX);
        int end = mine.indexOf(at, at + length, (byte) '\n');
        if (end < 0) {
            if (length == ANNOTATION_BYTES_MAX) {
                throw damaged(at, "annotation of more than " + ANNOTATION_BYTES_MAX + " bytes");
            }
            return false;
        }
        String text = mine.toString(at, end - at, ISO_8859_1);
        if (!annotations.onAnnotation(bufferOffset + at, text)) {
            stopped = true;
            return false;
        }
        at = end + 1;
        return true;
    }

    private boolean readCommand(CommandBlock block) throws IOException {
        ByteBuf mine = block.bytes;
        long count = readNumber(mine, "command");
        if (count == INCOMPLETE) {
            return false;
        }
        if (count < 1 || count > Integer.MAX_VALUE / 4) {
            throw damaged(at, "command of " + count + " arguments");
        }
        block.add((int) count);
        for (long i = 0; i < count; i++) {
            if (at >= mine.writerIndex()) {
                return false;
            }
            if (mine.getByte(at) != '$') {
                throw damaged(
                        at, "expected '$' before an argument, got " + shown(mine.getByte(at)));
            }
            long length = readNumber(mine, "argument");
            if (length == INCOMPLETE) {
                return false;
            }
            if (bufferOffset + at + length + 2 > fileBytes) {
                // It cannot be all there, so nothing is reserved for it.
                cutOffHere(mine);
                return false;
            }
            if (length > HELD_BYTES_MAX - at - 2L) {
                throw damaged(at, "argument of " + length + " bytes");
            }
            if (mine.writerIndex() - at < length + 2) {
                wanted = at + (int) length + 2;
                return false;
            }
            block.add(at);
            block.add((int) length);
            at += (int) length;
            if (mine.getByte(at) != '\r' || mine.getByte(at + 1) != '\n') {
                throw damaged(at, "argument is not followed by a line end");
            }
            at += 2;
        }
        return true;
    }

    /// Nothing behind can make the command at the position whole.
    private void cutOffHere(ByteBuf mine) {
        inputEnded = true;
        wanted = mine.writerIndex();
    }

    /// Reads `*<count>\r\n` or `$<length>\r\n`.
    private long readNumber(ByteBuf mine, String of) throws AofFormatException {
        long number = 0;
        int digits = 0;
        for (int i = at + 1; ; i++) {
            if (i - at > NUMBER_LINE_BYTES_MAX) {
                throw damaged(at, of + " without a sensible number");
            }
            if (i >= mine.writerIndex()) {
                return INCOMPLETE;
            }
            byte b = mine.getByte(i);
            if (b >= '0' && b <= '9' && digits < 18) {
                number = number * 10 + b - '0';
                digits++;
                continue;
            }
            if (b != '\r' || digits == 0) {
                throw damaged(at, of + " without a sensible number");
            }
            if (i + 1 >= mine.writerIndex()) {
                return INCOMPLETE;
            }
            if (mine.getByte(i + 1) != '\n') {
                throw damaged(i, "number is not followed by a line end");
            }
            at = i + 2;
            return number;
        }
    }

    /// Decides what a complete command is for: MULTI and EXEC hold together what is between them.
    private void take(CommandBlock block, int mark) {
        if (block.word(mark) == 1 || inTransaction) {
            int index = block.word(mark + 1);
            int length = block.word(mark + 2);
            if (!inTransaction && is(block.bytes, index, length, "multi")) {
                inTransaction = true;
                block.rewind(mark);
                return;
            }
            if (is(block.bytes, index, length, "exec")) {
                inTransaction = false;
                block.rewind(mark);
                return;
            }
        }
        block.commandEnds();
    }

    private static boolean is(ByteBuf bytes, int index, int length, String word) {
        if (length != word.length()) {
            return false;
        }
        for (int i = 0; i < length; i++) {
            if ((bytes.getByte(index + i) | 0x20) != word.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    private static String shown(byte b) {
        return b > ' ' && b < 0x7F ? "'" + (char) b + "'" : String.format("0x%02x", b & 0xFF);
    }

    private AofFormatException damaged(int index, String reason) {
        return new AofFormatException(bufferOffset + index, reason);
    }
}

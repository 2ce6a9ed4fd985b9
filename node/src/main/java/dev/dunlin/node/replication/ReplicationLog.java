// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.replication;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.dunlin.node.offheap.Memory;
import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// The one log of a node: every effect of a write as RESP bytes, once, in order.
///
/// ```
///          oldest kept byte                  a replica            the AOF   offset()
///                 v                              v                   v      v
/// | chunk | chunk | chunk | chunk | chunk | chunk | chunk | chunk | chunk ..|
///                 |<----------- backlog: at least backlogBytes ------------>|
/// ```
///
/// The offset counts bytes since the history began and is what PSYNC, ACK and WAIT speak of. Chunks before the backlog
/// are reused, unless a [LogReader] is still inside: then they stay up to the reader's limit. While there is neither a
/// backlog nor a reader the log is not [#active()], bytes are dropped and the offset stands still, as in Redis.
///
/// Writing is the hot path of every write command: [#startCommand] and one `bulk` per argument, or [#verbatim] when the
/// client's own bytes can be used. Nothing is allocated per command. Bytes become visible to readers with [#publish()],
/// once per turn of the loop, so one socket write covers many commands.
///
/// Several effects of one client command or transaction are one *unit*: [#beginUnit()], any number of commands,
/// [#endUnit()]. If it turns out to be more than one, the unit is wrapped in MULTI and EXEC; one alone stays bare.
///
/// A replica does not write effects: it [#follow]s and appends the bytes it applied ([#appendApplied]) under the offsets
/// of its primary; command handlers may go on calling the methods for effects, which then do nothing.
///
/// Thread: the node's loop.
public final class ReplicationLog implements AutoCloseable {
    /// Size of a chunk unless told otherwise.
    public static final int CHUNK_BYTES = 64 << 10;

    /// Redis's default `repl-backlog-size`.
    public static final long BACKLOG_BYTES = 1L << 20;

    /// Redis's smallest `repl-backlog-size`.
    public static final long BACKLOG_BYTES_MIN = 16L << 10;

    /// No database is selected in the stream: the next effect is preceded by SELECT.
    public static final int NO_DB = -1;

    static final byte[] MULTI = "*1\r\n$5\r\nMULTI\r\n".getBytes(US_ASCII);
    static final byte[] EXEC = "*1\r\n$4\r\nEXEC\r\n".getBytes(US_ASCII);
    static final byte[] PING = "*1\r\n$4\r\nping\r\n".getBytes(US_ASCII);
    static final byte[] GETACK =
            "*3\r\n$8\r\nREPLCONF\r\n$6\r\nGETACK\r\n$1\r\n*\r\n".getBytes(US_ASCII);
    private static final byte[] SELECT = "SELECT".getBytes(US_ASCII);

    /// Most bytes a `*<count>` or `$<length>` line takes, with room to write eight bytes at once.
    private static final int HEADER_BYTES_MAX = 16;

    private static final int CRLF = '\r' | '\n' << 8;
    private static final int SPARE_CHUNKS_MAX = 4;
    private static final int SHIFT_BLOCK_BYTES = 8 << 10;

    private final int chunkBytes;
    private final byte[] header = new byte[HEADER_BYTES_MAX];
    private final ArrayDeque<LogChunk> spare = new ArrayDeque<>(SPARE_CHUNKS_MAX);
    private LogReader[] readers = {};

    private @Nullable LogChunk head;
    private @Nullable LogChunk tail;

    /// Address of the next byte in the tail chunk, and of the first byte behind it; both 0 while nothing is kept.
    private long cursor;

    private long cursorLimit;

    /// Invariant: `offset() == cursor + cursorToOffset`.
    private long cursorToOffset;

    private long published;
    private long backlogBytes;
    private boolean backlogActive;

    /// Offset before the oldest byte that belongs to the backlog's history.
    private long backlogStart;

    private boolean following;
    private boolean active;
    private int streamDb = NO_DB;

    /// Arguments still missing in the command being written.
    private int openBulks;

    private int unitDepth;
    private int unitCommands;
    private long unitOffset;
    private @Nullable LogChunk unitChunk;

    /// A log at offset 0, without backlog.
    public ReplicationLog(int chunkBytes, long backlogBytes) {
        if (chunkBytes < 4 * HEADER_BYTES_MAX) {
            throw new IllegalArgumentException("chunk of " + chunkBytes + " bytes");
        }
        this.chunkBytes = chunkBytes;
        this.backlogBytes = backlogBytes;
    }

    // ---- Effects of this node's writes ----

    /// {@return whether effects are recorded at all} Callers may skip the preparation of an effect when not.
    public boolean active() {
        return active;
    }

    /// Opens a unit: what is written until the matching [#endUnit()] is applied by readers as a whole. Units may nest; the
    /// outermost counts.
    public void beginUnit() {
        if (unitDepth++ == 0) {
            unitCommands = 0;
        }
    }

    /// Closes a unit.
    public void endUnit() {
        check(unitDepth > 0, "unit is open");
        if (--unitDepth == 0) {
            check(openBulks == 0, "command is complete");
            releaseUnitChunk();
            if (unitCommands > 1) {
                // EXEC needs no SELECT: it runs in the database of the last command.
                append(EXEC, 0, EXEC.length);
            }
        }
    }

    /// Begins a command of `argumentCount` arguments, its name included; as many `bulk` calls must follow.
    ///
    /// @param db the database the command runs in; SELECT is written when it is not the one of the stream
    public void startCommand(int db, int argumentCount) {
        if (!active) {
            return;
        }
        enter(db);
        header((byte) '*', argumentCount);
        openBulks = argumentCount;
    }

    /// One argument.
    public void bulk(byte[] argument) {
        bulk(argument, 0, argument.length);
    }

    /// One argument: `length` bytes of `array` from `index` on.
    public void bulk(byte[] array, int index, int length) {
        if (!active) {
            return;
        }
        openBulks--;
        // Compared as a difference: a length near the largest int must not overflow.
        if (cursorLimit - cursor - 2 * HEADER_BYTES_MAX >= length) {
            long at = putHeader(cursor, '$', length);
            Memory.copyIn(array, index, at, length);
            Memory.putShort(at + length, (short) CRLF);
            cursor = at + length + 2;
        } else {
            header((byte) '$', length);
            append(array, index, length);
            appendCrlf();
        }
    }

    /// One argument: `length` bytes of native memory.
    public void bulk(long address, int length) {
        if (!active) {
            return;
        }
        openBulks--;
        if (cursorLimit - cursor - 2 * HEADER_BYTES_MAX >= length) {
            long at = putHeader(cursor, '$', length);
            Memory.copy(address, at, length);
            Memory.putShort(at + length, (short) CRLF);
            cursor = at + length + 2;
        } else {
            header((byte) '$', length);
            append(address, length);
            appendCrlf();
        }
    }

    /// One argument: `length` bytes of `buffer` from `index` on.
    public void bulk(ByteBuf buffer, int index, int length) {
        if (buffer.hasMemoryAddress()) {
            bulk(buffer.memoryAddress() + index, length);
        } else if (buffer.hasArray()) {
            bulk(buffer.array(), buffer.arrayOffset() + index, length);
        } else {
            byte[] copy = new byte[length];
            buffer.getBytes(index, copy);
            bulk(copy, 0, length);
        }
    }

    /// One argument: `value` in decimal, such as the milliseconds of PXAT.
    public void bulk(long value) {
        bulk(Long.toString(value).getBytes(US_ASCII));
    }

    /// A whole command from its arguments, for effects that are not what the client sent.
    public void propagate(int db, byte[]... arguments) {
        startCommand(db, arguments.length);
        for (byte[] argument : arguments) {
            bulk(argument, 0, argument.length);
        }
    }

    /// A whole command as the client sent it: one copy. The bytes must be exactly one RESP array of bulk strings with
    /// canonical lengths; never an inline command, which replicas refuse.
    public void verbatim(int db, long address, int bytes) {
        if (!active) {
            return;
        }
        enter(db);
        if (cursorLimit - cursor >= bytes) {
            Memory.copy(address, cursor, bytes);
            cursor += bytes;
        } else {
            append(address, bytes);
        }
    }

    /// The heartbeat (lower case, as Redis 7.0 sends it). No SELECT in front.
    public void ping() {
        control(PING);
    }

    /// Asks every replica for its offset. Their answers carry the offset before this record.
    public void requestAcks() {
        control(GETACK);
    }

    private void control(byte[] record) {
        if (active) {
            check(unitDepth == 0 && openBulks == 0, "no command is open");
            long from = offset();
            append(record, 0, record.length);
            noteControl(from, offset());
        }
    }

    private void noteControl(long from, long to) {
        for (LogReader reader : readers) {
            reader.noteControl(from, to);
        }
    }

    /// What precedes each command: SELECT if needed, and MULTI as soon as a unit turns out to have a second command.
    private void enter(int db) {
        check(openBulks == 0, "command is complete");
        if (unitDepth > 0 && unitCommands == 1) {
            wrapUnit();
        }
        if (db != streamDb) {
            select(db);
        }
        if (unitDepth > 0 && unitCommands++ == 0) {
            markUnit();
        }
    }

    private void select(int db) {
        streamDb = db;
        byte[] number = Integer.toString(db).getBytes(US_ASCII);
        header((byte) '*', 2);
        header((byte) '$', SELECT.length);
        append(SELECT, 0, SELECT.length);
        appendCrlf();
        header((byte) '$', number.length);
        append(number, 0, number.length);
        appendCrlf();
    }

    /// Remembers where MULTI goes if a second command comes: behind the SELECT of the first.
    private void markUnit() {
        unitOffset = offset();
        unitChunk = tail;
        if (unitChunk != null) {
            unitChunk.pins++;
        }
    }

    private void releaseUnitChunk() {
        if (unitChunk != null) {
            unitChunk.pins--;
            unitChunk = null;
        }
    }

    /// Puts MULTI before the first command of the unit, which nobody can have read yet. The cost is one move of that
    /// command, and only units of several commands pay it.
    private void wrapUnit() {
        long end = offset();
        LogChunk first = unitChunk;
        check(first != null, "unit has a place");
        append(MULTI, 0, MULTI.length);
        if (first == tail) {
            long from = unitOffset - cursorToOffset;
            Memory.copy(from, from + MULTI.length, end - unitOffset);
        } else {
            byte[] block = new byte[SHIFT_BLOCK_BYTES];
            long at = end;
            while (at > unitOffset) {
                int bytes = (int) Math.min(block.length, at - unitOffset);
                at -= bytes;
                transfer(first, at, block, bytes, false);
                transfer(first, at + MULTI.length, block, bytes, true);
            }
        }
        transfer(first, unitOffset, MULTI, MULTI.length, true);
        releaseUnitChunk();
    }

    /// Copies between `block` and the stream at `at`, which lies in `from` or a chunk after it.
    private static void transfer(
            @Nullable LogChunk from, long at, byte[] block, int bytes, boolean intoLog) {
        LogChunk chunk = from;
        int done = 0;
        while (done < bytes && chunk != null) {
            long position = at + done;
            if (position >= chunk.end()) {
                chunk = chunk.next;
                continue;
            }
            int part = (int) Math.min(bytes - done, chunk.end() - position);
            long address = chunk.address + (position - chunk.base);
            if (intoLog) {
                Memory.copyIn(block, done, address, part);
            } else {
                Memory.copyOut(address, block, done, part);
            }
            done += part;
        }
        check(done == bytes, "range is in the log");
    }

    // ---- As a replica ----

    /// From now on the stream comes from a primary, with its offsets, and effects of this node are ignored.
    public void follow() {
        following = true;
        updateActive();
    }

    /// The node is a primary again. The stream has no database, so that sub-replicas see a SELECT first.
    public void lead() {
        following = false;
        streamDb = NO_DB;
        updateActive();
    }

    /// {@return whether the node follows a primary}
    public boolean following() {
        return following;
    }

    /// Appends a record of the primary's stream that is no effect, such as PING; see [#appendApplied].
    public void appendControl(ByteBuf buffer, int index, int length, int db) {
        long from = offset();
        appendApplied(buffer, index, length, db);
        noteControl(from, offset());
    }

    /// Appends bytes of the primary's stream after they were applied: exactly as received. `db` is the database which is
    /// selected behind them.
    public void appendApplied(ByteBuf buffer, int index, int length, int db) {
        check(following, "node follows a primary");
        streamDb = db;
        if (!keepsBytes()) {
            cursorToOffset += length;
            return;
        }
        if (buffer.hasMemoryAddress()) {
            append(buffer.memoryAddress() + index, length);
        } else if (buffer.hasArray()) {
            append(buffer.array(), buffer.arrayOffset() + index, length);
        } else {
            byte[] copy = new byte[length];
            buffer.getBytes(index, copy);
            append(copy, 0, length);
        }
    }

    /// Begins anew at `offset`, with nothing kept: after a full sync, or when an offset was restored from a dump. Every
    /// reader is overrun. A backlog stays on.
    public void resetTo(long offset, int db) {
        check(unitDepth == 0 && openBulks == 0, "no command is open");
        for (LogReader reader : readers) {
            reader.overrunNow();
        }
        releaseChunks();
        cursorToOffset = offset;
        backlogStart = offset;
        published = offset;
        streamDb = db;
        if (keepsBytes()) {
            addChunk(offset);
        }
        for (LogReader reader : readers) {
            reader.wake();
        }
    }

    // ---- Offsets and backlog ----

    /// {@return `master_repl_offset`: bytes of the stream produced or applied so far}
    public long offset() {
        return cursor + cursorToOffset;
    }

    /// {@return how far readers may read: all that was written before the last [#publish()]}
    public long publishedOffset() {
        return published;
    }

    /// {@return the database selected in the stream, or [#NO_DB]}
    public int streamDb() {
        return streamDb;
    }

    /// Makes the next effect begin with SELECT, whatever is selected: after any FULLRESYNC, and when a reader begins a file
    /// that must stand alone. Must not be used on a replica.
    public void forceSelect() {
        check(!following, "node is a primary");
        streamDb = NO_DB;
    }

    /// {@return whether a backlog is kept for partial syncs}
    public boolean backlogActive() {
        return backlogActive;
    }

    /// {@return `repl-backlog-size`}
    public long backlogBytes() {
        return backlogBytes;
    }

    /// {@return `repl_backlog_first_byte_offset`, or 0 without a backlog}
    public long backlogFirstByte() {
        return backlogActive ? keptFrom() + 1 : 0;
    }

    /// {@return `repl_backlog_histlen`} May exceed the size by what a slow reader or the oldest chunk still holds.
    public long backlogHistoryBytes() {
        return backlogActive ? offset() - keptFrom() : 0;
    }

    private long keptFrom() {
        return head == null ? offset() : Math.max(head.base, backlogStart);
    }

    /// Keeps a backlog from here on. Does nothing when there is one.
    public void enableBacklog() {
        if (!backlogActive) {
            backlogActive = true;
            backlogStart = offset();
            updateActive();
        }
    }

    /// Stops keeping a backlog.
    public void dropBacklog() {
        backlogActive = false;
        updateActive();
        trim();
    }

    /// CONFIG SET repl-backlog-size. What is kept stays kept as far as it fits.
    public void resizeBacklog(long bytes) {
        backlogBytes = Math.max(bytes, BACKLOG_BYTES_MIN);
        trim();
    }

    // ---- Readers ----

    /// Opens a reader after `offset` bytes, which must be kept: `backlogFirstByte() - 1 <= offset <= offset()`.
    ///
    /// @param onAvailable called by [#publish()] when there is something to read, and when the reader is overrun
    public LogReader openReader(long offset, LogReaderLimit limit, Runnable onAvailable) {
        return openReader(offset, limit, false, onAvailable);
    }

    /// As the other, for a reader that gets effects only and nothing that is there for replicas, like PING.
    public LogReader openEffectsReader(LogReaderLimit limit, Runnable onAvailable) {
        return openReader(offset(), limit, true, onAvailable);
    }

    private LogReader openReader(
            long offset, LogReaderLimit limit, boolean effectsOnly, Runnable onAvailable) {
        check(unitDepth == 0 && openBulks == 0, "no command is open");
        if (tail == null) {
            addChunk(offset());
        }
        LogChunk chunk = head;
        while (chunk != null && offset >= chunk.end() && chunk.next != null) {
            chunk = chunk.next;
        }
        if (chunk == null || offset < chunk.base || offset > offset()) {
            throw new IllegalArgumentException("offset " + offset + " is not in the log");
        }
        LogReader reader = new LogReader(this, chunk, offset, limit, effectsOnly, onAvailable);
        LogReader[] more = Arrays.copyOf(readers, readers.length + 1);
        more[readers.length] = reader;
        readers = more;
        updateActive();
        return reader;
    }

    /// Lets readers see what was written. Called once per turn of the loop, before replies leave.
    public void publish() {
        if (published != offset()) {
            check(unitDepth == 0 && openBulks == 0, "no command is open");
            published = offset();
            for (LogReader reader : readers) {
                reader.wake();
            }
        }
    }

    /// Applies the readers' soft limits; called about once a second.
    public void enforceLimits(long nowMs) {
        for (LogReader reader : readers) {
            if (!reader.overrun() && reader.overLimit(offset(), keptBytesWanted(), nowMs)) {
                overrun(reader);
            }
        }
    }

    /// {@return native memory the log holds, spare chunks included}
    public long memoryBytes() {
        long bytes = (long) spare.size() * chunkBytes;
        for (LogChunk chunk = head; chunk != null; chunk = chunk.next) {
            bytes += chunk.capacity();
        }
        return bytes;
    }

    /// Gives all memory back. Slices on their way keep theirs until they are released.
    @Override
    public void close() {
        for (LogReader reader : readers) {
            reader.overrunNow();
        }
        readers = new LogReader[0];
        backlogActive = false;
        updateActive();
        releaseChunks();
        for (LogChunk chunk : spare) {
            chunk.bytes.release();
        }
        spare.clear();
    }

    void remove(LogReader reader) {
        for (int i = 0; i < readers.length; i++) {
            if (readers[i] == reader) {
                LogReader[] fewer = Arrays.copyOf(readers, readers.length - 1);
                System.arraycopy(readers, i + 1, fewer, i, fewer.length - i);
                readers = fewer;
                updateActive();
                return;
            }
        }
    }

    private void overrun(LogReader reader) {
        reader.overrunNow();
        // Its owner closes the reader in this call; a bare flag would be seen only at its next
        // read.
        reader.wake();
    }

    // ---- Chunks ----

    private boolean keepsBytes() {
        return backlogActive || readers.length > 0;
    }

    private long keptBytesWanted() {
        return backlogActive ? backlogBytes : 0;
    }

    private void updateActive() {
        active = keepsBytes() && !following;
        if (!keepsBytes()) {
            releaseChunks();
        } else if (tail == null) {
            addChunk(offset());
        }
    }

    private void releaseChunks() {
        long offset = offset();
        LogChunk chunk = head;
        head = null;
        tail = null;
        cursor = 0;
        cursorLimit = 0;
        cursorToOffset = offset;
        while (chunk != null) {
            LogChunk next = chunk.next;
            discard(chunk);
            chunk = next;
        }
    }

    private void addChunk(long base) {
        LogChunk chunk = spare.poll();
        if (chunk == null) {
            chunk = new LogChunk(chunkBytes);
        }
        chunk.base = base;
        if (tail == null) {
            head = chunk;
        } else {
            tail.next = chunk;
        }
        tail = chunk;
        cursor = chunk.address;
        cursorLimit = chunk.address + chunk.capacity();
        cursorToOffset = base - chunk.address;
    }

    private void discard(LogChunk chunk) {
        chunk.next = null;
        chunk.pins = 0;
        if (spare.size() < SPARE_CHUNKS_MAX && chunk.reusable()) {
            spare.add(chunk);
        } else {
            chunk.bytes.release();
        }
    }

    private void roll() {
        addChunk(offset());
        for (LogReader reader : readers) {
            if (!reader.overrun() && reader.overHardLimit(offset(), keptBytesWanted())) {
                // Woken by the next publish: an append must not call out.
                reader.overrunNow();
            }
        }
        trim();
    }

    /// Drops chunks nobody needs any more, oldest first.
    void trim() {
        long keepFrom = offset() - keptBytesWanted();
        LogChunk oldest = head;
        while (oldest != null && oldest != tail && oldest.pins == 0 && oldest.end() <= keepFrom) {
            LogChunk next = oldest.next;
            head = next;
            discard(oldest);
            oldest = next;
        }
    }

    // ---- Bytes ----

    private void header(byte prefix, int number) {
        if (cursorLimit - cursor >= HEADER_BYTES_MAX) {
            cursor = putHeader(cursor, prefix, number);
        } else {
            byte[] digits = Integer.toString(number).getBytes(US_ASCII);
            header[0] = prefix;
            System.arraycopy(digits, 0, header, 1, digits.length);
            header[digits.length + 1] = '\r';
            header[digits.length + 2] = '\n';
            append(header, 0, digits.length + 3);
        }
    }

    /// Writes `<prefix><number>\r\n` and returns the address behind it.
    private static long putHeader(long at, int prefix, int number) {
        if (number < 10) {
            Memory.putInt(at, prefix | ('0' + number) << 8 | CRLF << 16);
            return at + 4;
        }
        Memory.putByte(at, (byte) prefix);
        if (number < 100) {
            Memory.putInt(at + 1, ('0' + number / 10) | ('0' + number % 10) << 8 | CRLF << 16);
            return at + 5;
        }
        int digits = 3;
        for (long power = 1000; power <= number; power *= 10) {
            digits++;
        }
        int rest = number;
        for (int i = digits; i > 0; i--) {
            Memory.putByte(at + i, (byte) ('0' + rest % 10));
            rest /= 10;
        }
        Memory.putShort(at + 1 + digits, (short) CRLF);
        return at + 3 + digits;
    }

    private void appendCrlf() {
        if (cursorLimit - cursor >= 2) {
            Memory.putShort(cursor, (short) CRLF);
            cursor += 2;
        } else {
            header[0] = '\r';
            header[1] = '\n';
            append(header, 0, 2);
        }
    }

    private void append(byte[] source, int index, int length) {
        int done = 0;
        while (done < length) {
            if (cursor == cursorLimit) {
                roll();
            }
            int part = (int) Math.min(length - done, cursorLimit - cursor);
            Memory.copyIn(source, index + done, cursor, part);
            cursor += part;
            done += part;
        }
    }

    private void append(long address, int length) {
        int done = 0;
        while (done < length) {
            if (cursor == cursorLimit) {
                roll();
            }
            int part = (int) Math.min(length - done, cursorLimit - cursor);
            Memory.copy(address + done, cursor, part);
            cursor += part;
            done += part;
        }
    }

    private static void check(boolean condition, String message) {
        if (!condition) {
            throw new IllegalStateException("broken invariant: " + message);
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.persistence.rdb;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.dunlin.node.persistence.codec.Crc64;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;

/// Writes an RDB file of version 10, which everything since Redis 7.0 loads, in slices.
///
/// Records go into a buffer; whenever [#bufferedBytes] is enough, the caller takes the buffer away and goes on. So a snapshot
/// is made a few entries at a time, no file is ever in memory as a whole, and nothing here waits.
///
/// ```
/// header, aux..., function...
/// selectDb, resizeDb, (entry... value)...       for each database that is not empty
/// end
/// ```
///
/// An entry is `beginEntry`, which ends before the type, then one of the values of [#values], written into [#out]. A long
/// value may be cut between any two calls: take the buffer, and write on into the next [#out].
///
/// The caller keeps the rules of a valid file: each key once in its database, no collection without elements.
///
/// Thread: one. Owns the current buffer until it is taken.
public final class RdbWriter implements AutoCloseable {
    /// The version that is written.
    public static final int VERSION = 10;

    /// What stands behind the end of the file.
    public enum Trailer {
        /// The checksum, computed as buffers are taken.
        CHECKSUM,
        /// Eight zero bytes, which say that there is no checksum (`rdbchecksum no`).
        ZERO,
        /// Nothing: who writes the buffers out, on another thread, sums them and appends [Crc64]'s eight bytes.
        LEFT_TO_CONSUMER
    }

    private final ByteBufAllocator allocator;
    private final int sliceBytes;
    private final Trailer trailer;
    private final RdbEncoder values;
    private ByteBuf out;
    private long crc = Crc64.START;
    private long takenBytes;

    /// @param sliceBytes the first size of each buffer; one grows when a string needs it to
    /// @param compress whether long strings are compressed (`rdbcompression`)
    public RdbWriter(
            ByteBufAllocator allocator, int sliceBytes, boolean compress, Trailer trailer) {
        this.allocator = allocator;
        this.sliceBytes = sliceBytes;
        this.trailer = trailer;
        this.values = new RdbEncoder(compress);
        this.out = allocator.directBuffer(sliceBytes);
    }

    /// {@return what writes values; give it [#out]}
    public RdbEncoder values() {
        return values;
    }

    /// {@return the buffer that is being filled; another one after each [#take]}
    public ByteBuf out() {
        return out;
    }

    /// {@return how much [#take] would yield now}
    public int bufferedBytes() {
        return out.readableBytes();
    }

    /// {@return the size of the file so far}
    public long fileBytes() {
        return takenBytes + out.readableBytes();
    }

    /// {@return the buffer filled so far, which the caller now owns and must release}
    public ByteBuf take() {
        ByteBuf taken = out;
        out = allocator.directBuffer(sliceBytes);
        sum(taken);
        takenBytes += taken.readableBytes();
        return taken;
    }

    /// Puts a buffer that was filled elsewhere, and that belongs to the writer from now on, in the place of the current one, which must be
    /// empty. Writing goes on behind its content.
    public void adopt(ByteBuf filled) {
        if (out.isReadable()) {
            throw new IllegalStateException("the current buffer is not empty");
        }
        out.release();
        out = filled;
    }

    /// Writes the first bytes of the file.
    public void header() {
        out.writeCharSequence(String.format("REDIS%04d", VERSION), ISO_8859_1);
    }

    /// Writes a fact about the file; names and values are one byte per char.
    public void aux(String name, String value) {
        out.writeByte(RdbOpcode.AUX);
        text(name);
        text(value);
    }

    /// Writes a fact that is a number.
    public void aux(String name, long value) {
        out.writeByte(RdbOpcode.AUX);
        text(name);
        values.string(out, value);
    }

    /// Writes the source text of a function library.
    public void function(byte[] source) {
        out.writeByte(RdbOpcode.FUNCTION);
        values.string(out, source, 0, source.length);
    }

    /// Says which database the entries that follow belong to.
    public void selectDb(int db) {
        selectDb(values, out, db);
    }

    /// As the other, into a buffer that is to be adopted.
    public static void selectDb(RdbEncoder values, ByteBuf out, int db) {
        out.writeByte(RdbOpcode.SELECT_DB);
        values.length(out, db);
    }

    /// Says how many entries follow in this database, and how many of them have an expiry; may be an estimate.
    public void resizeDb(long keys, long keysWithExpiry) {
        out.writeByte(RdbOpcode.RESIZE_DB);
        values.length(out, keys);
        values.length(out, keysWithExpiry);
    }

    /// Writes a key that is in native memory and a string value that is there too.
    public void stringEntry(long key, int keyBytes, long expireAtMs, long value, int valueBytes) {
        beginEntry(RdbType.STRING, key, keyBytes, expireAtMs);
        values.string(out, value, valueBytes);
    }

    /// Writes a key that is in native memory and a hash that is one listpack there, at least one pair, no field twice.
    public void hashListpackEntry(
            long key, int keyBytes, long expireAtMs, long listpack, int listpackBytes) {
        beginEntry(RdbType.HASH_LISTPACK, key, keyBytes, expireAtMs);
        values.string(out, listpack, listpackBytes);
    }

    /// Begins a hash of `pairs` pairs, at least one, under a key in native memory; then come so many times two strings.
    public void beginHashEntry(long key, int keyBytes, long expireAtMs, long pairs) {
        beginEntry(RdbType.HASH, key, keyBytes, expireAtMs);
        values.length(out, pairs);
    }

    /// Begins an entry of any type: expiry, type, key. The value without its type follows.
    ///
    /// @param expireAtMs Unix time in milliseconds, or [RdbRecord.Entry#NEVER]
    public void beginEntry(RdbType type, long key, int keyBytes, long expireAtMs) {
        beginEntry(values, out, type, key, keyBytes, expireAtMs);
    }

    /// As the other, into a buffer that is to be adopted or copied.
    public static void beginEntry(
            RdbEncoder values, ByteBuf out, RdbType type, long key, int keyBytes, long expireAtMs) {
        beginEntry(out, type, expireAtMs);
        values.string(out, key, keyBytes);
    }

    /// As the other, with a key in an array.
    public void beginEntry(RdbType type, byte[] key, long expireAtMs) {
        beginEntry(out, type, expireAtMs);
        values.string(out, key, 0, key.length);
    }

    /// Says how long the key that comes next has been idle; before [#beginEntry].
    public static void idleSeconds(RdbEncoder values, ByteBuf out, long seconds) {
        out.writeByte(RdbOpcode.IDLE);
        values.length(out, seconds);
    }

    /// Says how often the key that comes next is accessed, as a counter of 0 to 255; before [#beginEntry].
    public static void frequency(ByteBuf out, int counter) {
        out.writeByte(RdbOpcode.FREQUENCY);
        out.writeByte(counter);
    }

    /// Writes the end of the file. Nothing may follow but the last [#take].
    public void end() {
        out.writeByte(RdbOpcode.EOF);
        switch (trailer) {
            case CHECKSUM -> {
                sum(out);
                out.writeLongLE(crc);
            }
            case ZERO -> out.writeLongLE(0);
            case LEFT_TO_CONSUMER -> {}
        }
    }

    /// Releases the current buffer; after the last [#take] it is empty.
    @Override
    public void close() {
        out.release();
    }

    private static void beginEntry(ByteBuf out, RdbType type, long expireAtMs) {
        if (expireAtMs != RdbRecord.Entry.NEVER) {
            out.writeByte(RdbOpcode.EXPIRE_AT_MS);
            out.writeLongLE(expireAtMs);
        }
        out.writeByte(type.code());
    }

    private void text(String text) {
        byte[] bytes = text.getBytes(ISO_8859_1);
        values.string(out, bytes, 0, bytes.length);
    }

    private void sum(ByteBuf buffer) {
        if (trailer == Trailer.CHECKSUM) {
            crc = Crc64.update(crc, buffer, buffer.readerIndex(), buffer.readableBytes());
        }
    }
}

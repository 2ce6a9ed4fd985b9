// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.persistence.rdb;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// Reads an RDB file of version 1 to 12, record by record, from a source that may be endless, slow or hostile.
///
/// ```
/// REDIS0010 | fa aux.. | fe db | fb sizes | (fc expiry) type key value ... | ff | crc64
/// ```
///
/// Every defect ends in an [RdbFormatException], after which the reader is of no use. Nothing is allocated for a length that
/// is only claimed: memory follows the bytes that arrive, and is bounded by [RdbLimits] per string.
///
/// Thread: one, which waits when the source makes it wait; the node's loop is therefore not the one.
public final class RdbReader {
    /// The newest version that is read.
    public static final int VERSION_MAX = 12;

    private static final int MAGIC_BYTES = 9;

    /// Type, an empty key, an empty string.
    private static final int ENTRY_BYTES_MIN = 3;

    private static final int FIRST_VERSION_WITH_CHECKSUM = 5;

    private final RdbInput input;
    private final RdbDecoder decoder;
    private final ValueParser values;
    private final RdbLimits limits;

    private int version;
    private int db;
    private long emptyKeysSkipped;
    private boolean ended;
    private boolean hasChecksum;
    private byte @Nullable [] currentKey;
    private @Nullable RdbType currentType;

    /// The value handed out last, still to be read to its end.
    private @Nullable RdbValue unread;

    public RdbReader(RdbSource source, RdbLimits limits) {
        this.input = new RdbInput(source, limits.checksum());
        this.decoder = new RdbDecoder(input, limits);
        this.values = new ValueParser(decoder);
        this.limits = limits;
    }

    /// {@return the version of the file, or 0 before the first record was read}
    public int version() {
        return version;
    }

    /// {@return how many bytes of the file were taken so far}
    public long offset() {
        return input.offset();
    }

    /// {@return how many keys can follow at most; 0 when the source does not say how much is left}
    public long keysLeftMax() {
        long bytes = input.remainingMax();
        return bytes == RdbSource.UNKNOWN ? 0 : bytes / ENTRY_BYTES_MIN;
    }

    /// {@return the key that was read last, whose value may not be sound; null when something else came after it}
    public byte @Nullable [] currentKey() {
        return currentKey;
    }

    /// {@return the type of the value that was read last; null when something else came after it}
    public @Nullable RdbType currentType() {
        return currentType;
    }

    /// {@return whether there was a checksum at the end, which then is right}
    public boolean hasChecksum() {
        return hasChecksum;
    }

    /// Reads the next record, after what was left of the value before it.
    ///
    /// @throws RdbFormatException when the file is not as it must be
    /// @throws IOException when the source fails
    /// @throws IllegalStateException behind [RdbRecord.End]
    public RdbRecord next() throws IOException {
        if (ended) {
            throw new IllegalStateException("the file has ended");
        }
        if (version == 0) {
            version = readMagic();
        }
        if (unread != null) {
            unread.drain();
            unread = null;
        }
        while (true) {
            RdbRecord record = readRecord();
            if (record != null) {
                return record;
            }
        }
    }

    /// {@return what was taken from the source beyond the end of the file, such as the mark behind a transfer; empty when
    /// called again}
    public byte[] unread() {
        return input.takeBuffered();
    }

    private int readMagic() throws IOException {
        String magic = new String(input.readBytes(MAGIC_BYTES), ISO_8859_1);
        if (!magic.startsWith("REDIS")) {
            throw input.corrupt("not an RDB file: it starts with other bytes than REDIS");
        }
        int number = 0;
        for (char c : magic.substring("REDIS".length()).toCharArray()) {
            number = c >= '0' && c <= '9' && number >= 0 ? number * 10 + c - '0' : -1;
        }
        if (number < 1 || number > VERSION_MAX) {
            throw input.corrupt(
                    "RDB version "
                            + magic.substring("REDIS".length()).replaceAll("[^0-9]", "?")
                            + " cannot be read, only 1 to "
                            + VERSION_MAX);
        }
        return number;
    }

    /// {@return the next record, or null for one that stands for nothing}
    private @Nullable RdbRecord readRecord() throws IOException {
        currentKey = null;
        currentType = null;
        int opcode = input.readByte();
        return switch (opcode) {
            case RdbOpcode.AUX -> new RdbRecord.Aux(decoder.readText(), decoder.readText());
            case RdbOpcode.SELECT_DB -> readSelectDb();
            case RdbOpcode.RESIZE_DB ->
                    new RdbRecord.ResizeDb(
                            Math.max(0, decoder.readNumber()), Math.max(0, decoder.readNumber()));
            case RdbOpcode.SLOT_INFO -> {
                // Slot, keys, keys with expiry: hints, as those of a database.
                decoder.readNumber();
                decoder.readNumber();
                decoder.readNumber();
                yield null;
            }
            case RdbOpcode.FUNCTION -> new RdbRecord.Function(decoder.readString());
            case RdbOpcode.FUNCTION_PRE_GA -> readFunctionPreGa();
            case RdbOpcode.MODULE_AUX -> new RdbRecord.ModuleAux(ModuleData.skipAux(decoder));
            case RdbOpcode.EOF -> readEnd();
            default -> readEntry(opcode);
        };
    }

    private RdbRecord readSelectDb() throws IOException {
        db = decoder.readSmallNumber("database");
        if (db >= limits.databases()) {
            throw input.corrupt("database " + db + ", there are " + limits.databases());
        }
        return new RdbRecord.SelectDb(db);
    }

    private RdbRecord readEnd() throws IOException {
        verifyChecksum();
        ended = true;
        return new RdbRecord.End(emptyKeysSkipped);
    }

    /// Attributes in any order, then type, key, value.
    private RdbRecord.@Nullable Entry readEntry(int first) throws IOException {
        long expireAtMs = RdbRecord.Entry.NEVER;
        long idleSeconds = RdbRecord.Entry.UNKNOWN;
        int frequency = RdbRecord.Entry.UNKNOWN;
        int opcode = first;
        while (true) {
            switch (opcode) {
                case RdbOpcode.EXPIRE_AT_MS -> expireAtMs = expiry(input.readLong());
                case RdbOpcode.EXPIRE_AT_SECONDS -> expireAtMs = expiry(input.readInt() * 1000L);
                case RdbOpcode.IDLE -> idleSeconds = Math.max(0, decoder.readNumber());
                case RdbOpcode.FREQUENCY -> frequency = input.readByte();
                default -> {
                    RdbType type = type(opcode);
                    currentType = type;
                    byte[] key = decoder.readString();
                    currentKey = key;
                    RdbValue value = values.parse(type);
                    if (ValueParser.isEmpty(value)) {
                        emptyKeysSkipped++;
                        return null;
                    }
                    unread = value;
                    return new RdbRecord.Entry(db, key, expireAtMs, idleSeconds, frequency, value);
                }
            }
            opcode = input.readByte();
        }
    }

    private RdbType type(int code) throws RdbFormatException {
        RdbType type = RdbType.ofCode(code);
        if (type == null) {
            throw input.corrupt("unknown type or opcode " + code);
        }
        return type;
    }

    /// Redis takes -1 for "no expiry"; all else before 1970 is as past as the first millisecond of it.
    private static long expiry(long unixMs) {
        if (unixMs == -1) {
            return RdbRecord.Entry.NEVER;
        }
        return Math.max(1, unixMs);
    }

    private RdbRecord.Function readFunctionPreGa() throws IOException {
        String name = decoder.readText();
        String engine = decoder.readText();
        if (decoder.readNumber() != 0) {
            decoder.readString();
        }
        String source = "#!" + engine + " name=" + name + "\n" + decoder.readText();
        return new RdbRecord.Function(source.getBytes(ISO_8859_1));
    }

    /// All zero means that the writer had checksums off.
    private void verifyChecksum() throws IOException {
        if (version < FIRST_VERSION_WITH_CHECKSUM) {
            return;
        }
        long computed = input.checksum();
        long stated = input.readLong();
        hasChecksum = stated != 0;
        if (limits.checksum() && stated != 0 && stated != computed) {
            throw input.corrupt(
                    "checksum "
                            + Long.toHexString(stated)
                            + ", computed "
                            + Long.toHexString(computed));
        }
    }
}

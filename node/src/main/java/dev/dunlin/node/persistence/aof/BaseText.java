// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.persistence.aof;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.dunlin.node.persistence.rdb.RdbLimits;
import dev.dunlin.node.persistence.rdb.RdbReader;
import dev.dunlin.node.persistence.rdb.RdbRecord;
import dev.dunlin.node.persistence.rdb.RdbSource;
import dev.dunlin.node.persistence.rdb.RdbType;
import dev.dunlin.node.persistence.rdb.RdbValue;
import dev.dunlin.node.persistence.rdb.StreamEntries;
import dev.dunlin.node.value.StreamPart;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Turns an RDB file into the commands that make the same data, as a base of Redis 6 and before is: `SET`, `RPUSH`, `SADD`, `ZADD`, `HMSET`,
/// `XADD`... in pieces of 64 items, and `PEXPIREAT` behind each key that has a time.
///
/// Thread: one that may wait for the disk. Memory: a piece, and the pending deliveries of one group of a stream.
public final class BaseText {
    private static final int ITEMS = 64;
    private static final int BUFFER_BYTES = 256 << 10;

    private final OutputStream out;

    // Of the stream that is being written.
    private final Map<String, long[]> deliveries = new HashMap<>();
    private boolean streamHasEntries;

    private BaseText(OutputStream out) {
        this.out = out;
    }

    /// Writes `text`, and makes it last.
    public static void convert(Path rdb, Path text, int databases) throws IOException {
        try (InputStream input = Files.newInputStream(rdb);
                FileChannel file =
                        FileChannel.open(
                                text,
                                StandardOpenOption.CREATE,
                                StandardOpenOption.TRUNCATE_EXISTING,
                                StandardOpenOption.WRITE)) {
            var out = new BufferedOutputStream(Channels.newOutputStream(file), BUFFER_BYTES);
            var limits = new RdbLimits(RdbLimits.STRING_BYTES_MAX, databases, true);
            new BaseText(out).write(new RdbReader(RdbSource.of(input), limits));
            out.flush();
            file.force(true);
        }
    }

    private void write(RdbReader reader) throws IOException {
        while (true) {
            switch (reader.next()) {
                case RdbRecord.SelectDb(int db) -> command("SELECT", db);
                case RdbRecord.Function(byte[] source) -> command("FUNCTION", "LOAD", source);
                case RdbRecord.Entry entry -> entry(entry);
                case RdbRecord.End _ -> {
                    return;
                }
                case RdbRecord.Aux _, RdbRecord.ResizeDb _, RdbRecord.ModuleAux _ -> {}
            }
        }
    }

    private void entry(RdbRecord.Entry entry) throws IOException {
        byte[] key = entry.key();
        switch (entry.value()) {
            case RdbValue.StringBytes(byte[] value) -> command("SET", key, value);
            case RdbValue.Collection collection -> collection(key, collection);
            case RdbValue.StreamParts parts -> stream(key, parts);
            case RdbValue.Opaque value ->
                    throw new IOException("a value of type " + value.type() + " has no commands");
        }
        if (entry.expireAtMs() != RdbRecord.Entry.NEVER) {
            command("PEXPIREAT", key, entry.expireAtMs());
        }
    }

    private void collection(byte[] key, RdbValue.Collection from) throws IOException {
        List<byte[]> items = new ArrayList<>();
        boolean more = true;
        while (more) {
            items.clear();
            int count = 0;
            while (count < ITEMS && (more = from.next())) {
                from.addTo(items);
                count++;
            }
            if (!items.isEmpty()) {
                piece(key, from.type(), items);
            }
        }
    }

    private void piece(byte[] key, RdbType type, List<byte[]> items) throws IOException {
        switch (type) {
            case HASH, HASH_ZIPMAP, HASH_ZIPLIST, HASH_LISTPACK -> command("HMSET", key, items);
            case HASH_METADATA -> timedPairs(key, items);
            case SET, SET_INTSET, SET_LISTPACK -> command("SADD", key, items);
            case LIST, LIST_ZIPLIST, LIST_QUICKLIST, LIST_QUICKLIST_2 ->
                    command("RPUSH", key, items);
            case SORTED_SET, SORTED_SET_2, SORTED_SET_ZIPLIST, SORTED_SET_LISTPACK -> {
                List<Object> words = new ArrayList<>();
                for (int i = 0; i < items.size(); i += 2) {
                    words.add(score(littleEndian(items.get(i + 1)).getDouble()));
                    words.add(items.get(i));
                }
                command("ZADD", key, words);
            }
            default -> throw new IOException("a value of type " + type + " has no commands");
        }
    }

    private void timedPairs(byte[] key, List<byte[]> items) throws IOException {
        List<byte[]> pairs = new ArrayList<>();
        for (int i = 0; i < items.size(); i += 3) {
            pairs.add(items.get(i));
            pairs.add(items.get(i + 1));
        }
        command("HMSET", key, pairs);
        for (int i = 0; i < items.size(); i += 3) {
            long timeMs = littleEndian(items.get(i + 2)).getLong();
            if (timeMs != 0) {
                command("HPEXPIREAT", key, timeMs, "FIELDS", 1, items.get(i));
            }
        }
    }

    private static ByteBuffer littleEndian(byte[] bytes) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static String score(double score) {
        return Double.isInfinite(score) ? (score > 0 ? "inf" : "-inf") : Double.toString(score);
    }

    private void stream(byte[] key, RdbValue.StreamParts parts) throws IOException {
        streamHasEntries = false;
        for (StreamPart part = parts.next(); part != null; part = parts.next()) {
            part(key, part);
        }
        deliveries.clear();
    }

    private void part(byte[] key, StreamPart part) throws IOException {
        switch (part) {
            case StreamPart.Node node ->
                    StreamEntries.each(
                            node,
                            (ms, seq, words) -> {
                                streamHasEntries = true;
                                command("XADD", key, id(ms, seq), words);
                            });
            case StreamPart.Facts facts -> facts(key, facts);
            case StreamPart.Group group -> {
                deliveries.clear();
                String id = id(group.lastMs(), group.lastSeq());
                if (group.complete()) {
                    command(
                            "XGROUP",
                            "CREATE",
                            key,
                            group.name(),
                            id,
                            "ENTRIESREAD",
                            group.entriesRead());
                } else {
                    command("XGROUP", "CREATE", key, group.name(), id);
                }
            }
            case StreamPart.Pending pending -> {
                for (int i = 0; i < pending.deliveredMs().length; i++) {
                    deliveries.put(
                            id(pending.ids()[2 * i], pending.ids()[2 * i + 1]),
                            new long[] {pending.deliveredMs()[i], pending.deliveries()[i]});
                }
            }
            case StreamPart.Consumer consumer ->
                    command("XGROUP", "CREATECONSUMER", key, consumer.group(), consumer.name());
            case StreamPart.Owned owned -> owned(key, owned);
        }
    }

    private void facts(byte[] key, StreamPart.Facts facts) throws IOException {
        if (!streamHasEntries) {
            // A stream without entries is made by one that is trimmed at once.
            command("XADD", key, "MAXLEN", 0, "0-1", "x", "y");
        }
        String last = id(facts.lastMs(), facts.lastSeq());
        if (facts.complete()) {
            command(
                    "XSETID",
                    key,
                    last,
                    "ENTRIESADDED",
                    facts.entriesAdded(),
                    "MAXDELETEDID",
                    id(facts.maxDeletedMs(), facts.maxDeletedSeq()));
        } else {
            command("XSETID", key, last);
        }
    }

    private void owned(byte[] key, StreamPart.Owned owned) throws IOException {
        for (int i = 0; i < owned.ids().length; i += 2) {
            String id = id(owned.ids()[i], owned.ids()[i + 1]);
            long[] delivery = Objects.requireNonNull(deliveries.get(id));
            command(
                    "XCLAIM",
                    key,
                    owned.group(),
                    owned.consumer(),
                    0,
                    id,
                    "TIME",
                    delivery[0],
                    "RETRYCOUNT",
                    delivery[1],
                    "JUSTID",
                    "FORCE");
        }
    }

    private static String id(long ms, long seq) {
        return Long.toUnsignedString(ms) + "-" + Long.toUnsignedString(seq);
    }

    /// Writes a command of texts, numbers, bytes, and lists of those.
    private void command(Object... words) throws IOException {
        List<byte[]> arguments = new ArrayList<>();
        for (Object word : words) {
            add(arguments, word);
        }
        line('*', arguments.size());
        for (byte[] argument : arguments) {
            line('$', argument.length);
            out.write(argument);
            out.write('\r');
            out.write('\n');
        }
    }

    private static void add(List<byte[]> arguments, @Nullable Object word) {
        switch (word) {
            case byte[] bytes -> arguments.add(bytes);
            case List<?> list -> list.forEach(each -> add(arguments, each));
            case null, default -> arguments.add(String.valueOf(word).getBytes(ISO_8859_1));
        }
    }

    private void line(char prefix, int number) throws IOException {
        var line = new ByteArrayOutputStream();
        line.write(prefix);
        line.writeBytes(Integer.toString(number).getBytes(ISO_8859_1));
        line.write('\r');
        line.write('\n');
        line.writeTo(out);
    }
}

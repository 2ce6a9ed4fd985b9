// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.persistence.rdb;

import dev.dunlin.node.value.StreamPart;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Cuts a file into batches of bounded size: what a reading thread hands to the node's loop.
///
/// A batch is closed as soon as it holds `bytesMax` bytes or `stepsMax` steps, in the middle of a collection if need be; only a
/// single string can make it bigger. Nothing of a file may be taken for loaded before the batch that is the last: until then
/// its end may be missing, or its checksum wrong.
///
/// Thread: the one that reads; it waits when the source does.
public final class LoadBatches {
    /// Heap that a step takes besides its bytes, roughly.
    private static final int STEP_OVERHEAD_BYTES = 64;

    private static final int ELEMENT_OVERHEAD_BYTES = 24;

    /// A longer string is a step of its own, which saves it from being copied.
    private static final int RUN_STRING_BYTES_MAX = 4096;

    /// Room for a run to begin with.
    private static final int RUN_BYTES = 64 * 1024;

    private final RdbReader reader;
    private final int bytesMax;
    private final int stepsMax;

    private List<LoadStep> steps = new ArrayList<>();
    private long bytes;

    /// The last step, while more strings may follow.
    private @Nullable StringRun run;

    private int db;
    private boolean ended;
    private long emptyKeysSkipped;

    /// The collection that did not fit the batch before.
    private RdbValue.@Nullable Collection collection;

    /// The stream that did not fit the batch before.
    private RdbValue.@Nullable StreamParts stream;

    private LoadStep.@Nullable Key collectionKey;
    private boolean collectionBegun;

    public LoadBatches(RdbReader reader, int bytesMax, int stepsMax) {
        if (bytesMax < 1 || stepsMax < 1) {
            throw new IllegalArgumentException("bytesMax " + bytesMax + ", stepsMax " + stepsMax);
        }
        this.reader = reader;
        this.bytesMax = bytesMax;
        this.stepsMax = stepsMax;
    }

    /// Reads the next batch.
    ///
    /// @throws RdbFormatException when the file is not as it must be; what came before is then not to be kept
    /// @throws IOException when the source fails
    /// @throws IllegalStateException behind the last
    public LoadBatch next() throws IOException {
        if (ended) {
            throw new IllegalStateException("the file has ended");
        }
        while (!isFull() && !ended) {
            if (collection != null && collectionKey != null) {
                takeElements(collectionKey, collection);
            } else if (stream != null && collectionKey != null) {
                takePart(collectionKey, stream);
            } else {
                take(reader.next());
            }
        }
        var batch =
                new LoadBatch(List.copyOf(steps), bytes, reader.offset(), emptyKeysSkipped, ended);
        steps = new ArrayList<>();
        bytes = 0;
        run = null;
        return batch;
    }

    private boolean isFull() {
        return bytes >= bytesMax || steps.size() >= stepsMax;
    }

    private void add(LoadStep step, long payloadBytes) {
        run = null;
        steps.add(step);
        bytes += STEP_OVERHEAD_BYTES + payloadBytes;
    }

    private void take(RdbRecord record) {
        switch (record) {
            case RdbRecord.Aux(String name, String value) ->
                    add(new LoadStep.Fact(name, value), (long) name.length() + value.length());
            case RdbRecord.SelectDb(int selected) -> db = selected;
            case RdbRecord.ResizeDb(long keys, long keysWithExpiry) ->
                    // What is only claimed must not become memory.
                    add(
                            new LoadStep.SizeHint(
                                    db,
                                    Math.min(keys, reader.keysLeftMax()),
                                    Math.min(keysWithExpiry, reader.keysLeftMax())),
                            0);
            case RdbRecord.Function(byte[] source) ->
                    add(new LoadStep.Function(source), source.length);
            case RdbRecord.ModuleAux(String module) ->
                    add(new LoadStep.ModuleDataSkipped(module), module.length());
            case RdbRecord.Entry entry -> takeEntry(entry);
            case RdbRecord.End(long skipped) -> {
                emptyKeysSkipped = skipped;
                ended = true;
            }
        }
    }

    /// {@return whether it was taken}
    private boolean takeShortString(RdbRecord.Entry entry) {
        if (!(entry.value() instanceof RdbValue.StringBytes(byte[] value))
                || value.length > RUN_STRING_BYTES_MAX
                || entry.key().length > RUN_STRING_BYTES_MAX
                || entry.idleSeconds() != RdbRecord.Entry.UNKNOWN
                || entry.frequency() != RdbRecord.Entry.UNKNOWN) {
            return false;
        }
        StringRun into = run;
        if (into == null || into.db() != entry.db()) {
            into = new StringRun(entry.db(), Math.min(RUN_BYTES, bytesMax));
            add(new LoadStep.PutStrings(into), 0);
            run = into;
        }
        int before = into.bytes();
        into.add(entry.key(), value, entry.expireAtMs());
        bytes += into.bytes() - before;
        return true;
    }

    private void takeEntry(RdbRecord.Entry entry) {
        if (takeShortString(entry)) {
            return;
        }
        var key =
                new LoadStep.Key(
                        entry.db(),
                        entry.key(),
                        entry.expireAtMs(),
                        entry.idleSeconds(),
                        entry.frequency());
        switch (entry.value()) {
            case RdbValue.StringBytes(byte[] value) ->
                    add(
                            new LoadStep.PutString(key, value),
                            (long) key.name().length + value.length);
            case RdbValue.Collection elements -> {
                byte[] blob = elements.blob();
                if (blob != null && blob.length <= bytesMax) {
                    add(
                            new LoadStep.PutPacked(key, elements.type(), blob),
                            (long) key.name().length + blob.length);
                } else {
                    collection = elements;
                    collectionKey = key;
                    collectionBegun = false;
                }
            }
            case RdbValue.StreamParts parts -> {
                stream = parts;
                collectionKey = key;
                collectionBegun = false;
            }
            case RdbValue.Opaque value ->
                    add(new LoadStep.Unsupported(key, value.type()), key.name().length);
        }
    }

    /// {@return whether a node can keep this value}
    public static boolean canBeKept(RdbValue value) {
        return switch (value) {
            case RdbValue.StringBytes _, RdbValue.Collection _, RdbValue.StreamParts _ -> true;
            case RdbValue.Opaque _ -> false;
        };
    }

    private void takePart(LoadStep.Key key, RdbValue.StreamParts from) throws IOException {
        StreamPart part = from.next();
        if (part == null) {
            stream = null;
            collectionKey = null;
            return;
        }
        add(new LoadStep.PutStream(key, part, !collectionBegun), key.name().length + part.bytes());
        collectionBegun = true;
    }

    private void takeElements(LoadStep.Key key, RdbValue.Collection from) throws IOException {
        List<byte[]> taken = new ArrayList<>();
        long payloadBytes = key.name().length;
        boolean ends;
        // At least one, or a key as long as a batch would never get ahead.
        do {
            int before = taken.size();
            ends = !from.next();
            if (!ends) {
                from.addTo(taken);
            }
            for (byte[] element : taken.subList(before, taken.size())) {
                payloadBytes += (long) element.length + ELEMENT_OVERHEAD_BYTES;
            }
        } while (!ends && bytes + payloadBytes < bytesMax);
        if (!taken.isEmpty()) {
            add(new LoadStep.PutElements(key, from.type(), taken, !collectionBegun), payloadBytes);
            collectionBegun = true;
        }
        if (ends) {
            collection = null;
            collectionKey = null;
        }
    }
}

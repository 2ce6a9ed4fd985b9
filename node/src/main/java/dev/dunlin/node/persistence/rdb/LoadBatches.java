// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.persistence.rdb;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Cuts a file into batches of bounded size: what a reading thread hands to the node's loop.
///
/// A batch is closed as soon as it holds `bytesMax` bytes or `stepsMax` steps, in the middle of a hash if need be; only a
/// single string can make it bigger. Nothing of a file may be taken for loaded before the batch that is the last: until then
/// its end may be missing, or its checksum wrong.
///
/// Thread: the one that reads; it waits when the source does.
public final class LoadBatches {
    /// Heap that a step takes besides its bytes, roughly.
    private static final int STEP_OVERHEAD_BYTES = 64;

    private static final int ELEMENT_OVERHEAD_BYTES = 24;

    private final RdbReader reader;
    private final int bytesMax;
    private final int stepsMax;

    private List<LoadStep> steps = new ArrayList<>();
    private long bytes;
    private int db;
    private boolean ended;
    private long emptyKeysSkipped;

    /// The hash that did not fit the batch before.
    private RdbValue.@Nullable HashPairs hash;

    private LoadStep.@Nullable Key hashKey;
    private long hashPairsLeft;

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
            if (hash != null && hashKey != null) {
                takePairs(hashKey, hash);
            } else {
                take(reader.next());
            }
        }
        var batch =
                new LoadBatch(List.copyOf(steps), bytes, reader.offset(), emptyKeysSkipped, ended);
        steps = new ArrayList<>();
        bytes = 0;
        return batch;
    }

    private boolean isFull() {
        return bytes >= bytesMax || steps.size() >= stepsMax;
    }

    private void add(LoadStep step, long payloadBytes) {
        steps.add(step);
        bytes += STEP_OVERHEAD_BYTES + payloadBytes;
    }

    private void take(RdbRecord record) {
        switch (record) {
            case RdbRecord.Aux(String name, String value) ->
                    add(new LoadStep.Fact(name, value), (long) name.length() + value.length());
            case RdbRecord.SelectDb(int selected) -> db = selected;
            case RdbRecord.ResizeDb(long keys, long keysWithExpiry) ->
                    add(new LoadStep.SizeHint(db, keys, keysWithExpiry), 0);
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

    private void takeEntry(RdbRecord.Entry entry) {
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
            case RdbValue.HashPairs pairs -> {
                byte[] listpack = pairs.listpack();
                if (listpack != null && listpack.length <= bytesMax) {
                    add(
                            new LoadStep.PutPackedHash(key, listpack),
                            (long) key.name().length + listpack.length);
                } else {
                    hash = pairs;
                    hashKey = key;
                    hashPairsLeft = pairs.count();
                }
            }
            case RdbValue.ListElements value ->
                    add(new LoadStep.Unsupported(key, value.type()), key.name().length);
            case RdbValue.SetMembers value ->
                    add(new LoadStep.Unsupported(key, value.type()), key.name().length);
            case RdbValue.ScoredMembers value ->
                    add(new LoadStep.Unsupported(key, value.type()), key.name().length);
            case RdbValue.Opaque value ->
                    add(new LoadStep.Unsupported(key, value.type()), key.name().length);
        }
    }

    private void takePairs(LoadStep.Key key, RdbValue.HashPairs pairs) throws IOException {
        List<byte[]> taken = new ArrayList<>();
        long payloadBytes = key.name().length;
        boolean first = hashPairsLeft == pairs.count();
        // At least one, or a key as long as a batch would never get ahead.
        do {
            pairs.next();
            hashPairsLeft--;
            byte[] field = pairs.field();
            byte[] value = pairs.value();
            taken.add(field);
            taken.add(value);
            payloadBytes += (long) field.length + value.length + 2 * ELEMENT_OVERHEAD_BYTES;
        } while (hashPairsLeft > 0 && bytes + payloadBytes < bytesMax);
        boolean last = hashPairsLeft == 0;
        add(new LoadStep.PutPairs(key, pairs.count(), taken, first, last), payloadBytes);
        if (last) {
            hash = null;
            hashKey = null;
        }
    }
}

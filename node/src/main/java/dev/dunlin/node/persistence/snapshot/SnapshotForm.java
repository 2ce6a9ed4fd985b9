// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.persistence.snapshot;

import dev.dunlin.node.persistence.rdb.RdbWriter;
import dev.dunlin.node.replication.SnapshotCut;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a snapshot is to look like as a file.
///
/// @param cut position in the log that the data stands for; null when the data has no history that somebody could go on with
/// @param compress whether long strings are compressed (`rdbcompression`)
/// @param fieldTimes whether the reader knows of fields that expire; if not, they are written as fields that do not
/// @param aofBase whether the file is what an append-only file begins with
/// @param trailer what stands behind the end
/// @param functions source texts of the function libraries
public record SnapshotForm(
        @Nullable SnapshotCut cut,
        boolean compress,
        boolean fieldTimes,
        boolean aofBase,
        RdbWriter.Trailer trailer,
        List<byte[]> functions) {

    /// The form that a replica gets.
    public static SnapshotForm forReplica(
            SnapshotCut cut, boolean fieldTimes, List<byte[]> functions) {
        return new SnapshotForm(
                cut, true, fieldTimes, false, RdbWriter.Trailer.CHECKSUM, functions);
    }

    /// The form of a file that `SnapshotJob` writes, which sums the bytes on its own thread.
    public static SnapshotForm forFile(
            @Nullable SnapshotCut cut, boolean compress, List<byte[]> functions) {
        return new SnapshotForm(
                cut, compress, false, false, RdbWriter.Trailer.LEFT_TO_CONSUMER, functions);
    }

    /// {@return the same, as the base of an append-only file}
    public SnapshotForm asAofBase() {
        return new SnapshotForm(cut, compress, fieldTimes, true, trailer, functions);
    }
}

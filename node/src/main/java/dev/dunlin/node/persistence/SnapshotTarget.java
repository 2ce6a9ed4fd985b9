// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.persistence;

import java.nio.file.Path;

/// Where a snapshot goes.
///
/// @param directory holds the file, the incomplete one too
/// @param tempName what the file is called until it is complete
/// @param fileName its name then; what had it before is gone
/// @param checksum whether the file ends with its checksum (`rdbchecksum`) or with zeros, which say that there is none
/// @param syncsOnTheWay whether the disk gets its share every few megabytes (`rdb-save-incremental-fsync`), or all at the end
public record SnapshotTarget(
        Path directory, String tempName, String fileName, boolean checksum, boolean syncsOnTheWay) {

    /// {@return the file while it is incomplete}
    public Path temp() {
        return directory.resolve(tempName);
    }

    /// {@return the file when it is complete}
    public Path file() {
        return directory.resolve(fileName);
    }
}

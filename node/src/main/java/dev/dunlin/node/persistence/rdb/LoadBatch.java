// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.persistence.rdb;

import java.util.List;

/// Steps that are carried out in one go, in this order.
///
/// @param bytes about how much heap the steps hold
/// @param fileOffset bytes of the file that were read so far, for progress
/// @param emptyKeysSkipped in the last batch: keys of the file that had a collection without elements
/// @param last whether the file has ended, its checksum being right
public record LoadBatch(
        List<LoadStep> steps, long bytes, long fileOffset, long emptyKeysSkipped, boolean last) {}

// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.value;

/// Up to what size a set stays small.
///
/// @param intsetEntries integers of an intset at most (`set-max-intset-entries`)
/// @param packedEntries members of a listpack at most (`set-max-listpack-entries`)
/// @param packedBytes of the longest member of a listpack (`set-max-listpack-value`)
public record SetLimits(long intsetEntries, long packedEntries, long packedBytes) {
    /// Those of Redis.
    public static final SetLimits DEFAULT = new SetLimits(512, 128, 64);
}

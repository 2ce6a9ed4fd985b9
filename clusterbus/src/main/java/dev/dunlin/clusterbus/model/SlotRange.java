// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.clusterbus.model;

/// The slots from `first` to `last`, both included.
public record SlotRange(int first, int last) {
    /// Throws `IllegalArgumentException` for slots that do not exist or an empty range.
    public SlotRange {
        if (!Slot.valid(first) || !Slot.valid(last) || first > last) {
            throw new IllegalArgumentException("not a slot range: " + first + "-" + last);
        }
    }

    /// {@return how many slots the range has}
    public int count() {
        return last - first + 1;
    }

    /// {@return `42` or `5461-10922`, as `CLUSTER NODES` prints it}
    @Override
    public String toString() {
        return first == last ? Integer.toString(first) : first + "-" + last;
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.clusterbus.model;

import org.jspecify.annotations.Nullable;

/// Which node each slot is bound to. Immutable, and shared by all views between two changes.
public final class SlotOwners {
    /// No slot is bound.
    public static final SlotOwners NONE = new SlotOwners(new NodeId[Slot.COUNT]);

    private final @Nullable NodeId[] owners;

    private SlotOwners(@Nullable NodeId[] owners) {
        this.owners = owners;
    }

    /// {@return a table that takes `owners`, one per slot, without a copy: the caller gives the array away}
    public static SlotOwners wrap(@Nullable NodeId[] owners) {
        Invariant.check(owners.length == Slot.COUNT, "an owner per slot", owners.length);
        return new SlotOwners(owners);
    }

    /// {@return the primary that `slot` is bound to, or null}
    public @Nullable NodeId owner(int slot) {
        return owners[slot];
    }
}

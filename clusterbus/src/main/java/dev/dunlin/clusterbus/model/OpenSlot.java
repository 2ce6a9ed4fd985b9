// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.clusterbus.model;

/// A slot that is being moved key by key, as its source or its target sees it.
public sealed interface OpenSlot {
    int slot();

    /// I own `slot` and am handing its keys to `target`.
    record Migrating(int slot, NodeId target) implements OpenSlot {
        public Migrating {
            Invariant.check(Slot.valid(slot), "a slot number", slot);
        }

        @Override
        public String toString() {
            return "[" + slot + "->-" + target + "]";
        }
    }

    /// I am taking over the keys of `slot` from `source`.
    record Importing(int slot, NodeId source) implements OpenSlot {
        public Importing {
            Invariant.check(Slot.valid(slot), "a slot number", slot);
        }

        @Override
        public String toString() {
            return "[" + slot + "-<-" + source + "]";
        }
    }
}

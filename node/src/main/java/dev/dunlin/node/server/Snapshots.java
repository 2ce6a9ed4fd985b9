// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.server;

import dev.dunlin.node.keyspace.Keyspace;
import dev.dunlin.node.persistence.snapshot.KeyspaceSnapshot;
import dev.dunlin.node.persistence.snapshot.SnapshotForm;
import java.util.LinkedHashSet;
import org.jspecify.annotations.Nullable;

/// The node's cooperative snapshot, of which there is one at a time, whoever it is for.
///
/// Thread: owned by the node's loop.
final class Snapshots {
    /// What a snapshot is made for.
    enum Use {
        /// A dump file.
        SAVE,
        /// The base of an append-only file.
        REWRITE,
        /// Replicas.
        SYNC
    }

    private final NodeLoop loop;
    private final Keyspace keyspace;
    private @Nullable KeyspaceSnapshot open;
    private @Nullable Use use;
    private final LinkedHashSet<Use> reserved = new LinkedHashSet<>();
    private boolean sweeping;

    Snapshots(NodeLoop loop, Keyspace keyspace) {
        this.loop = loop;
        this.keyspace = keyspace;
    }

    /// {@return whether a snapshot for this may begin now} One that was given up may take a moment until all traces of it are gone, and who
    /// has reserved the next one comes first.
    boolean mayOpen(Use forUse) {
        return open == null && (reserved.isEmpty() || reserved.getFirst() == forUse);
    }

    /// Nobody else gets a snapshot before one was opened for this, or the reservation is given back.
    void reserve(Use forUse) {
        reserved.add(forUse);
    }

    void giveBack(Use forUse) {
        reserved.remove(forUse);
    }

    /// {@return what the snapshot that is being made is for, or null when none is}
    @Nullable Use use() {
        KeyspaceSnapshot current = open;
        return current == null || current.needsSweep() ? null : use;
    }

    /// Fixes the cut at this very moment; only when [#mayOpen] for this use.
    KeyspaceSnapshot open(Use forUse, SnapshotForm form) {
        if (!mayOpen(forUse)) {
            throw new IllegalStateException("a snapshot for " + use + " is open, or reserved");
        }
        reserved.remove(forUse);
        KeyspaceSnapshot opened =
                KeyspaceSnapshot.begin(keyspace, form, loop.nowMs(), () -> open = null);
        open = opened;
        use = forUse;
        return opened;
    }

    /// Begins to clear away what a snapshot that was given up has left behind, a slice per turn of the loop. At each tick.
    void sweep() {
        KeyspaceSnapshot abandoned = open;
        if (!sweeping && abandoned != null && abandoned.needsSweep()) {
            sweeping = true;
            loop.submitNextTurn(this::sweepSlice);
        }
    }

    /// As [#sweep], but to the end, in one go.
    void sweepNow() {
        KeyspaceSnapshot abandoned = open;
        while (abandoned != null && abandoned.needsSweep()) {
            abandoned.sweep();
        }
    }

    private void sweepSlice() {
        KeyspaceSnapshot abandoned = open;
        if (abandoned != null && abandoned.needsSweep()) {
            abandoned.sweep();
            loop.submitNextTurn(this::sweepSlice);
        } else {
            sweeping = false;
        }
    }
}

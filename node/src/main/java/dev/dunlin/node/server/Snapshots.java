// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.server;

import dev.dunlin.node.keyspace.Keyspace;
import dev.dunlin.node.persistence.snapshot.KeyspaceSnapshot;
import dev.dunlin.node.persistence.snapshot.SnapshotForm;
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
    private boolean sweeping;

    Snapshots(NodeLoop loop, Keyspace keyspace) {
        this.loop = loop;
        this.keyspace = keyspace;
    }

    /// {@return whether a snapshot may begin now} One that was given up may take a moment until all traces of it are gone.
    boolean mayOpen() {
        return open == null;
    }

    /// {@return what the snapshot that is being made is for, or null when none is}
    @Nullable Use use() {
        KeyspaceSnapshot current = open;
        return current == null || current.needsSweep() ? null : use;
    }

    /// Fixes the cut at this very moment; only when [#mayOpen].
    KeyspaceSnapshot open(Use forUse, SnapshotForm form) {
        if (open != null) {
            throw new IllegalStateException("a snapshot for " + use + " is open");
        }
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

// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.clusterbus.sim;

import dev.dunlin.clusterbus.model.PersistedState;

/// One file that survives a crash as it was last forced to the disk, or, with luck, as it was last written.
final class SimDisk {
    private PersistedState synced;
    private PersistedState written;

    SimDisk(PersistedState initial) {
        synced = initial;
        written = initial;
    }

    void write(PersistedState state, boolean fsync) {
        written = state;
        if (fsync) {
            synced = state;
        }
    }

    /// What is found after a crash.
    PersistedState crash(boolean lucky) {
        if (!lucky) {
            written = synced;
        }
        synced = written;
        return written;
    }

    PersistedState synced() {
        return synced;
    }
}

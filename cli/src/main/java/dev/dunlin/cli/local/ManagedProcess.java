// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.cli.local;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;

/// A process that clusterctl started, recorded so that it is found again and no other is mistaken for it.
///
/// @param name unique in its cluster; also the name of its directory
/// @param port the first port it listens on
/// @param ports how many ports in a row, for a process that hosts several nodes
/// @param pid 0 while it is not running
/// @param startMs when the process with this pid started, Unix time in milliseconds
@JsonIgnoreProperties(ignoreUnknown = true)
public record ManagedProcess(String name, Kind kind, int port, int ports, long pid, long startMs) {
    /// What it is.
    public enum Kind {
        NODE,
        CONTROL_PLANE
    }

    ManagedProcess running(long newPid, long newStartMs) {
        return new ManagedProcess(name, kind, port, ports, newPid, newStartMs);
    }

    ManagedProcess stopped() {
        return new ManagedProcess(name, kind, port, ports, 0, 0);
    }
}

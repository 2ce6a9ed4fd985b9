// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.chaos.cluster;

/// What an environment may be able to do to a cluster.
public enum FaultKind {
    /// End a process with SIGKILL.
    KILL,
    /// Freeze a process with SIGSTOP and thaw it with SIGCONT.
    PAUSE,
    /// Start a node again with the files it left.
    RESTART,
    /// Drop packets between nodes, one way or both.
    PARTITION,
    /// Cut off clients together with a node.
    CLIENT_GROUPS
}

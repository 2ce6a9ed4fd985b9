// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.replication;

/// Where a replica stands, as its primary sees it.
public enum ReplicaState {
    /// It waits for the next snapshot to begin.
    WAIT_SNAPSHOT("wait_bgsave"),
    /// It receives the data set.
    SEND_SNAPSHOT("send_bulk"),
    /// The data set with a marked end is out; until the first ACK not one byte may follow.
    AWAIT_ACK("online"),
    /// It receives the command stream.
    ONLINE("online");

    private final String infoName;

    ReplicaState(String infoName) {
        this.infoName = infoName;
    }

    /// {@return the state's name in INFO replication}
    public String infoName() {
        return infoName;
    }
}

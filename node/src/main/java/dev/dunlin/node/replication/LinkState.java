// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.replication;

/// Where a replica's link to its primary stands.
///
/// Legal ways: NONE -> CONNECT -> CONNECTING -> HANDSHAKE -> (TRANSFER -> LOADING ->) CONNECTED; from anywhere back to
/// CONNECT when the link is lost, and to NONE when the role changes.
public enum LinkState {
    /// The node is a primary.
    NONE("none"),
    /// A connection is due.
    CONNECT("connect"),
    /// It is being opened.
    CONNECTING("connecting"),
    /// PING ... PSYNC.
    HANDSHAKE("handshake"),
    /// The data set is coming in.
    TRANSFER("sync"),
    /// The data set is being loaded.
    LOADING("sync"),
    /// The command stream is coming in.
    CONNECTED("connected");

    private final String roleName;

    LinkState(String roleName) {
        this.roleName = roleName;
    }

    /// {@return the state's name in the answer to ROLE}
    public String roleName() {
        return roleName;
    }
}

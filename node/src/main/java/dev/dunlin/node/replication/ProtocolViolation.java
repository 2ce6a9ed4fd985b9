// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.replication;

/// The peer sent bytes that cannot be part of a replication link. The link is dropped.
public final class ProtocolViolation extends Exception {
    /// @param message what was wrong, for the log
    public ProtocolViolation(String message) {
        super(message);
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.clusterbus.store;

/// nodes.conf is not what it should be. The node must not start: guessing could bring back a vote or a slot it gave away.
public final class NodesConfException extends Exception {
    NodesConfException(String message) {
        super(message);
    }

    /// @param line counted from 1
    NodesConfException(int line, String message) {
        super("line " + line + ": " + message);
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import dev.dunlin.node.resp.RespError;

/// The end of a node, as SHUTDOWN orders it.
///
/// Thread: called on the node's loop.
public interface Shutdown {
    /// What a client hears whose SHUTDOWN came to nothing.
    RespError NOT_POSSIBLE = RespError.of("ERR Errors trying to SHUTDOWN. Check logs.");

    /// Whether the data set is saved before the end.
    enum Save {
        /// When there are save points.
        IF_CONFIGURED,
        YES,
        NO
    }

    /// How the node is to end.
    ///
    /// @param now whether replicas are not waited for
    /// @param force whether it ends also when the data set cannot be saved
    record Manner(Save save, boolean now, boolean force) {
        public static final Manner DEFAULT = new Manner(Save.IF_CONFIGURED, false, false);
    }

    /// Ends the node: at once, or when all replicas have all that it has, which is waited for up to `shutdown-timeout`; and when the data
    /// set is saved.
    ///
    /// @param client who asked; it is blocked, and hears something only if nothing comes of it
    void begin(Client client, Manner manner, long nowMs);

    /// Calls the end off.
    ///
    /// @return whether one was under way
    boolean abort();

    /// A client that waits for the end has gone.
    void forget(Client client);
}

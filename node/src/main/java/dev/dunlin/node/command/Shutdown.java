// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import dev.dunlin.node.resp.RespError;

/// The end of a node, as SHUTDOWN orders it.
///
/// Thread: called on the node's loop.
public interface Shutdown {
    /// What a client hears whose SHUTDOWN came to nothing.
    RespError NOT_POSSIBLE = RespError.of("ERR Errors trying to SHUTDOWN. Check logs.");

    /// Ends the node: at once, or when all replicas have all that it has, which is waited for up to `shutdown-timeout`.
    ///
    /// @param client who asked; it is blocked, and hears something only if the end is called off
    void begin(Client client, boolean now, long nowMs);

    /// Calls the end off.
    ///
    /// @return whether one was under way
    boolean abort();

    /// A client that waits for the end has gone.
    void forget(Client client);
}

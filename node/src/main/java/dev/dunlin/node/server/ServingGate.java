// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.server;

import dev.dunlin.node.command.Command;

/// Whether what a node says at this instant can be trusted: a primary of a cluster that was frozen, or is cut off, must not
/// speak before it knows that nobody has taken its place.
///
/// Thread: called on the node's loop.
interface ServingGate {
    /// {@return whether there is anything to ask; false for a node that stands alone}
    boolean isGuarded();

    /// {@return whether replies may leave now}
    boolean mayServe();

    boolean isPrimary();

    /// {@return whether only an owner of keys may answer this command}
    static boolean concerns(Command command) {
        return command.hasKeys() || command.name().equals("exec");
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import dev.dunlin.node.resp.RespError;
import org.jspecify.annotations.Nullable;

/// Whether the node's state lets a command run: authentication, cluster slots, memory, role.
///
/// Thread: called on the node's loop, once per command.
@FunctionalInterface
public interface Guards {
    /// {@return why the command may not run, or null when it may}
    @Nullable RespError refusal(Client client, Command command, Args args);
}

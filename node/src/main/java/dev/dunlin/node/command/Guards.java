// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import dev.dunlin.node.resp.RespError;
import org.jspecify.annotations.Nullable;

/// Whether the node's state lets a command run: authentication, cluster slots, memory, role.
///
/// Thread: called on the node's loop, once per command.
public interface Guards {
    /// {@return whether the command must wait before anything is decided about it; it will be tried again}
    boolean mustWait(CommandContext ctx, Client client, Command command, Args args);

    /// {@return why the command may not run, or null when it may}
    @Nullable RespError refusal(CommandContext ctx, Client client, Command command, Args args);
}

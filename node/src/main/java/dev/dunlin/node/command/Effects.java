// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import java.util.ArrayList;
import java.util.List;

/// What a command leaves behind for the log: usually itself, sometimes something more definite.
///
/// `SETEX k 10 v` depends on when it runs, so what is logged is `SET k v PXAT <time>`. A handler says so with [#instead]; the rewrites are
/// those of Redis, so that its replicas understand them.
///
/// Thread: owned by the node's loop.
public final class Effects {
    private final List<byte[][]> commands = new ArrayList<>();
    private boolean replaced;
    private boolean separate;
    private boolean listening;

    /// {@return whether anybody reads the log; if not, handlers need not build rewrites}
    public boolean listening() {
        return listening;
    }

    public void listening(boolean on) {
        listening = on;
    }

    /// Logs `command` and not the command that ran. May be called again for more.
    public void instead(byte[]... command) {
        replaced = true;
        if (listening) {
            commands.add(command);
        }
    }

    /// Logs nothing, although something changed.
    public void none() {
        replaced = true;
    }

    /// Logs `command` in front of the command that ran, such as the deletion of an expired key that it came upon.
    public void before(byte[]... command) {
        if (listening) {
            commands.add(command);
        }
    }

    /// Each effect stands for itself: they need not take effect together, because the command came upon them by chance.
    public void separately() {
        separate = true;
    }

    boolean separate() {
        return separate;
    }

    /// {@return whether the command itself will not be logged}
    boolean isReplaced() {
        return replaced;
    }

    List<byte[][]> commands() {
        return commands;
    }

    void clear() {
        if (!commands.isEmpty()) {
            commands.clear();
        }
        replaced = false;
        separate = false;
    }
}

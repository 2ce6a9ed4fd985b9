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
    private static final int OF_CLIENT = -1;

    /// A command for the log.
    ///
    /// @param database where it runs, negative for the database of the client whose command has this effect
    private record Effect(int database, byte[][] command) {}

    private final List<Effect> effects = new ArrayList<>();
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
            effects.add(new Effect(OF_CLIENT, command));
        }
    }

    /// Logs nothing, although something changed.
    public void none() {
        replaced = true;
    }

    /// Logs `command` in front of the command that ran, such as the deletion of an expired key that it came upon.
    ///
    /// @param database where it runs, which is not the client's for COPY and MOVE to another
    public void before(int database, byte[]... command) {
        if (listening) {
            effects.add(new Effect(database, command));
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

    /// {@return how many commands are to be logged besides, or instead of, the one that ran}
    int count() {
        return effects.size();
    }

    byte[][] command(int number) {
        return effects.get(number).command;
    }

    /// {@return the database that a command runs in}
    ///
    /// @param clientsDatabase of the client whose command has these effects
    int database(int number, int clientsDatabase) {
        int database = effects.get(number).database;
        return database == OF_CLIENT ? clientsDatabase : database;
    }

    void clear() {
        if (!effects.isEmpty()) {
            effects.clear();
        }
        replaced = false;
        separate = false;
    }
}

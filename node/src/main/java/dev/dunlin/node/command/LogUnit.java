// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import org.jspecify.annotations.Nullable;

/// Puts the effects of one command, or of one transaction, into the log: bare when there is one, as a unit when there are more.
///
/// The first effect is held back until a second shows that a unit is needed, so its arguments must stay where they are until [#end].
///
/// Thread: owned by the node's loop.
final class LogUnit {
    private final WriteLog log;
    private final Args heldArgs;
    private byte @Nullable [][] heldCommand;
    private int heldDatabase;
    private int count;

    /// @param heldArgs only for use in here
    LogUnit(WriteLog log, Args heldArgs) {
        this.log = log;
        this.heldArgs = heldArgs;
    }

    /// Adds a command of our own making.
    void add(int database, byte[][] command) {
        if (count == 0) {
            heldCommand = command;
            heldDatabase = database;
        } else {
            openUnit();
            log.append(database, command);
        }
        count++;
    }

    /// Adds a command as it was received.
    void add(int database, Args args) {
        if (count == 0) {
            heldCommand = null;
            heldArgs.bind(args);
            heldDatabase = database;
        } else {
            openUnit();
            log.append(database, args);
        }
        count++;
    }

    /// Finishes the unit.
    void end() {
        if (count == 0) {
            return;
        }
        if (count == 1) {
            appendHeld();
        } else {
            log.endUnit();
        }
        heldCommand = null;
        count = 0;
    }

    private void openUnit() {
        if (count == 1) {
            log.beginUnit();
            appendHeld();
        }
    }

    private void appendHeld() {
        byte[][] command = heldCommand;
        if (command != null) {
            log.append(heldDatabase, command);
        } else {
            log.append(heldDatabase, heldArgs);
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

/// Where effects go: the node's one replication log.
///
/// Thread: called on the node's loop.
public interface WriteLog {
    /// Nobody reads the log, so nothing is kept.
    WriteLog NONE =
            new WriteLog() {
                @Override
                public boolean isActive() {
                    return false;
                }

                @Override
                public void append(int database, Args args) {}

                @Override
                public void append(int database, byte[][] command) {}

                @Override
                public void beginUnit() {}

                @Override
                public void endUnit() {}

                @Override
                public long offset() {
                    return 0;
                }
            };

    /// {@return whether anybody reads the log; while nobody does, nothing is appended}
    boolean isActive();

    /// Appends a command as it was received.
    void append(int database, Args args);

    /// Appends a command.
    void append(int database, byte[][] command);

    /// What follows up to [#endUnit] takes effect as a whole, or not at all.
    void beginUnit();

    void endUnit();

    /// {@return bytes appended since the log began}
    long offset();
}

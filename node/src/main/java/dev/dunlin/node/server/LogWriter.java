// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.server;

import dev.dunlin.node.command.Args;
import dev.dunlin.node.command.WriteLog;
import dev.dunlin.node.replication.ReplicationLog;

/// Appends effects of commands to the replication log.
///
/// Thread: owned by the node's loop.
final class LogWriter implements WriteLog {
    private final ReplicationLog log;
    private boolean muted;

    LogWriter(ReplicationLog log) {
        this.log = log;
    }

    /// @param on whether what runs from now on has been logged before: it comes from a file
    void mute(boolean on) {
        muted = on;
    }

    @Override
    public boolean isActive() {
        // A replica's log holds its primary's bytes and nothing of its own.
        return log.active() && !log.following() && !muted;
    }

    @Override
    public void append(int database, Args args) {
        log.startCommand(database, args.count());
        for (int i = 0; i < args.count(); i++) {
            log.bulk(args.address(i), args.bytes(i));
        }
    }

    @Override
    public void append(int database, byte[][] command) {
        log.propagate(database, command);
    }

    @Override
    public void beginUnit() {
        log.beginUnit();
    }

    @Override
    public void endUnit() {
        log.endUnit();
    }

    @Override
    public long offset() {
        return log.offset();
    }
}

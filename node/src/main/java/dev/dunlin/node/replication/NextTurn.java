// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.replication;

import io.netty.channel.EventLoop;
import java.util.concurrent.TimeUnit;

/// Where long work in slices puts its next slice.
///
/// A task that hands itself in again with `execute` runs again in the same turn, slice after slice, for as long as the event loop
/// allows tasks, which is a second: no socket is looked at meanwhile.
public final class NextTurn {
    private NextTurn() {}

    /// Runs `task` in the loop's next turn, after the sockets were looked at once more. On the loop.
    public static void run(EventLoop loop, Runnable task) {
        // What is due is moved among the tasks once per turn, before they run.
        loop.schedule(task, 0, TimeUnit.NANOSECONDS);
    }
}

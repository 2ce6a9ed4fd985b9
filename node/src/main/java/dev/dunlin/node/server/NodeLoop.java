// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.server;

import dev.dunlin.node.command.NodeServices;
import dev.dunlin.node.replication.NextTurn;
import io.netty.channel.EventLoop;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The one thread that owns all state of a node.
///
/// Others hand it work through [#submit]; it never waits for anybody. It also notices when it was not running for a while (a stopped
/// process, a paused machine), because a primary that slept through its own replacement must not answer as if nothing had happened.
///
/// Thread: the methods say which may be called from elsewhere.
public final class NodeLoop {
    private static final Logger LOG = LoggerFactory.getLogger(NodeLoop.class);

    /// How often periodic work runs, so also the precision of noticing a pause.
    public static final int TICK_MS = 100;

    private final EventLoop eventLoop;

    /// When the loop was last seen running, by the monotonic clock; written by the loop only.
    private volatile long lastTurnNs = System.nanoTime();

    private long nowMs = System.currentTimeMillis();
    private long pauseThresholdMs = Long.MAX_VALUE;
    private Runnable pauseListener = () -> {};

    public NodeLoop(EventLoop eventLoop) {
        this.eventLoop = eventLoop;
    }

    /// Runs `task` on the loop as soon as it can. Any thread.
    public void submit(Runnable task) {
        eventLoop.execute(task);
    }

    /// As [#submit], for work that may outlive the loop: then nobody waits for what it has found.
    ///
    /// @return whether `task` will run
    boolean offer(Runnable task) {
        try {
            eventLoop.execute(task);
            return true;
        } catch (RejectedExecutionException ended) {
            LOG.debug("loop has ended", ended);
            return false;
        }
    }

    /// Runs `task`, a slice of long work, in the loop's next turn; see [NextTurn]. On the loop.
    void submitNextTurn(Runnable task) {
        NextTurn.run(eventLoop, task);
    }

    /// Runs `task` on the loop after `delayMs`. Any thread.
    public void submitAfter(long delayMs, Runnable task) {
        eventLoop.schedule(task, delayMs, TimeUnit.MILLISECONDS);
    }

    /// Runs `task` on the loop after `delayMs`, as the beginning of a turn. On the loop.
    ///
    /// @return what calls it off
    NodeServices.Timer timer(long delayMs, Runnable task) {
        var due =
                eventLoop.schedule(
                        () -> {
                            turn();
                            task.run();
                        },
                        delayMs,
                        TimeUnit.MILLISECONDS);
        return () -> due.cancel(false);
    }

    /// Runs `task` on the loop every [#TICK_MS]; a task that fails is logged and runs again. Any thread.
    public void everyTick(Runnable task) {
        eventLoop.scheduleAtFixedRate(
                () -> {
                    try {
                        task.run();
                    } catch (RuntimeException e) {
                        LOG.error("periodic work failed", e);
                    }
                },
                TICK_MS,
                TICK_MS,
                TimeUnit.MILLISECONDS);
    }

    public EventLoop eventLoop() {
        return eventLoop;
    }

    public boolean inLoop() {
        return eventLoop.inEventLoop();
    }

    /// Starts a turn: reads the clocks. On the loop.
    ///
    /// @return for how many milliseconds the loop had not run
    public long turn() {
        long ns = System.nanoTime();
        long pausedMs = (ns - lastTurnNs) / 1_000_000;
        lastTurnNs = ns;
        nowMs = System.currentTimeMillis();
        if (pausedMs > pauseThresholdMs) {
            LOG.warn("loop was not running paused_ms={}", pausedMs);
            pauseListener.run();
        }
        return pausedMs;
    }

    /// {@return the monotonic clock at the start of this turn; on the loop}
    long turnNs() {
        return lastTurnNs;
    }

    /// Calls `onPause` at the start of a turn that comes after the loop has not run for longer than `thresholdMs`. On the loop.
    public void watchPauses(long thresholdMs, Runnable onPause) {
        pauseThresholdMs = thresholdMs;
        pauseListener = onPause;
    }

    /// Runs `task` on the loop and waits for it. Any thread but the loop's.
    public void call(Runnable task) {
        eventLoop.submit(task).awaitUninterruptibly();
    }

    /// {@return Unix time in milliseconds at the start of this turn; on the loop}
    public long nowMs() {
        return nowMs;
    }

    /// {@return milliseconds since the loop last ran; any thread}
    public long idleMs() {
        return (System.nanoTime() - lastTurnNs) / 1_000_000;
    }
}

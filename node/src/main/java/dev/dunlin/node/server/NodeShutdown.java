// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.server;

import dev.dunlin.node.command.Client;
import dev.dunlin.node.command.Shutdown;
import dev.dunlin.node.config.Directives;
import dev.dunlin.node.config.Settings;
import dev.dunlin.node.replication.ReplicaProgress;
import dev.dunlin.node.replication.Replication;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Ends a node in order: writes stop, replicas get the rest of the log, the data set is saved, then the node goes. So a planned end loses
/// nothing.
///
/// ```
/// SERVING -> WAITING (writes paused) -> SAVING -> ENDED
///    ^          |                         |
///    +----------+-------------------------+  SHUTDOWN ABORT, or the data set cannot be saved
/// ```
///
/// A node that was told by a signal to end, and cannot save, serves on, as Redis does; it tries again every few seconds, because nobody
/// tells it twice.
///
/// Thread: owned by the node's loop.
final class NodeShutdown implements Shutdown {
    private static final Logger LOG = LoggerFactory.getLogger(NodeShutdown.class);

    private static final long RETRY_MS = 5000;

    private enum State {
        SERVING,
        WAITING,
        SAVING,
        ENDED
    }

    private final NodeLoop loop;
    private final Settings settings;
    private final NodeGuards guards;
    private final Runnable retryHeld;
    private final Replication replication;
    private final PersistenceDuties persistence;
    private final Runnable end;
    private final Set<Client> waiting = new LinkedHashSet<>();
    private State state = State.SERVING;
    private Manner manner = Manner.DEFAULT;
    private boolean signalled;
    private long targetOffset;
    private long deadlineMs;

    /// Which attempt it is, so that the end of a save of an earlier one means nothing.
    private int attempt;

    /// @param retryHeld called when writes go on, for the clients that waited for that
    /// @param end called on the loop, once, when the node may go
    NodeShutdown(
            NodeLoop loop,
            Settings settings,
            NodeGuards guards,
            Runnable retryHeld,
            Replication replication,
            PersistenceDuties persistence,
            Runnable end) {
        this.loop = loop;
        this.settings = settings;
        this.guards = guards;
        this.retryHeld = retryHeld;
        this.replication = replication;
        this.persistence = persistence;
        this.end = end;
    }

    @Override
    public void begin(Client client, Manner wanted, long nowMs) {
        waiting.add(client);
        begin(wanted, nowMs);
    }

    /// As SHUTDOWN of nobody: a signal.
    void signal(long nowMs) {
        signalled = true;
        begin(Manner.DEFAULT, nowMs);
    }

    private void begin(Manner wanted, long nowMs) {
        if (state == State.SERVING) {
            state = State.WAITING;
            manner = wanted;
            guards.pauseForShutdown(true);
            targetOffset = replication.log().offset();
            deadlineMs = nowMs + settings.get(Directives.SHUTDOWN_TIMEOUT) * 1000L;
            // Their answers carry the offset before the question, so it is not part of the target.
            replication.requestAcks();
            LOG.info("shutting down offset={} manner={}", targetOffset, wanted);
        }
        if (wanted.now()) {
            deadlineMs = nowMs;
        }
        check(nowMs);
    }

    /// Looks whether the node may go on with its end; at each tick too.
    void check(long nowMs) {
        if (state != State.WAITING) {
            return;
        }
        int behind = 0;
        for (ReplicaProgress replica : replication.acks().replicas()) {
            behind += replica.sendsAcks() && replica.ackOffset() < targetOffset ? 1 : 0;
        }
        if (behind > 0 && nowMs < deadlineMs) {
            return;
        }
        if (behind > 0) {
            LOG.warn("ending with replicas behind count={}", behind);
        }
        if (!mustSave()) {
            state = State.ENDED;
            end.run();
            return;
        }
        state = State.SAVING;
        LOG.info("Saving the final RDB snapshot before exiting.");
        int current = ++attempt;
        persistence.saveAtEnd(saved -> {
            if (current == attempt && state == State.SAVING) {
                saved(saved);
            }
        });
    }

    private boolean mustSave() {
        // What is half loaded must not replace what is whole.
        return !persistence.isLoading()
                && switch (manner.save()) {
                    case YES -> true;
                    case NO -> false;
                    case IF_CONFIGURED -> !settings.get(Directives.SAVE).isEmpty();
                };
    }

    private void saved(boolean saved) {
        if (saved || manner.force()) {
            state = State.ENDED;
            end.run();
            return;
        }
        LOG.error("Error trying to save the DB, can't exit.");
        serveOn();
        if (signalled) {
            loop.timer(RETRY_MS, () -> begin(Manner.DEFAULT, loop.nowMs()));
        }
    }

    @Override
    public boolean abort() {
        if (state != State.WAITING && state != State.SAVING) {
            return false;
        }
        if (state == State.SAVING) {
            persistence.cancelSave();
        }
        LOG.warn("shutdown aborted");
        serveOn();
        return true;
    }

    private void serveOn() {
        state = State.SERVING;
        guards.pauseForShutdown(false);
        List<Client> all = List.copyOf(waiting);
        waiting.clear();
        for (Client client : all) {
            client.unblock();
            client.link().send(reply -> reply.error(NOT_POSSIBLE));
        }
        // Not in the midst of the batch that said ABORT.
        loop.submit(() -> {
            all.forEach(client -> client.link().resume());
            retryHeld.run();
        });
    }

    @Override
    public void forget(Client client) {
        waiting.remove(client);
    }
}

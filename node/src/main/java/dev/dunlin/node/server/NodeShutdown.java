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

/// Ends a node in order: writes stop, replicas get the rest of the log, then the node goes. So a planned end loses nothing.
///
/// ```
/// SERVING -> WAITING (writes paused) -> ENDED
///    ^          |
///    +----------+  SHUTDOWN ABORT
/// ```
///
/// Thread: owned by the node's loop.
final class NodeShutdown implements Shutdown {
    private static final Logger LOG = LoggerFactory.getLogger(NodeShutdown.class);

    private enum State {
        SERVING,
        WAITING,
        ENDED
    }

    private final NodeLoop loop;
    private final Settings settings;
    private final NodeGuards guards;
    private final Runnable retryHeld;
    private final Replication replication;
    private final Runnable end;
    private final Set<Client> waiting = new LinkedHashSet<>();
    private State state = State.SERVING;
    private long targetOffset;
    private long deadlineMs;

    /// @param retryHeld called when writes go on, for the clients that waited for that
    /// @param end called on the loop, once, when the node may go
    NodeShutdown(
            NodeLoop loop,
            Settings settings,
            NodeGuards guards,
            Runnable retryHeld,
            Replication replication,
            Runnable end) {
        this.loop = loop;
        this.settings = settings;
        this.guards = guards;
        this.retryHeld = retryHeld;
        this.replication = replication;
        this.end = end;
    }

    @Override
    public void begin(Client client, boolean now, long nowMs) {
        waiting.add(client);
        begin(now, nowMs);
    }

    /// As SHUTDOWN of nobody: a signal.
    void begin(boolean now, long nowMs) {
        if (state == State.SERVING) {
            state = State.WAITING;
            guards.pauseForShutdown(true);
            targetOffset = replication.log().offset();
            deadlineMs = nowMs + settings.get(Directives.SHUTDOWN_TIMEOUT) * 1000L;
            // Their answers carry the offset before the question, so it is not part of the target.
            replication.requestAcks();
            LOG.info("shutting down offset={} now={}", targetOffset, now);
        }
        if (now) {
            deadlineMs = nowMs;
        }
        check(nowMs);
    }

    /// Looks whether the node may go; at each tick too.
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
        state = State.ENDED;
        end.run();
    }

    @Override
    public boolean abort() {
        if (state != State.WAITING) {
            return false;
        }
        state = State.SERVING;
        LOG.warn("shutdown aborted");
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
        return true;
    }

    @Override
    public void forget(Client client) {
        waiting.remove(client);
    }
}

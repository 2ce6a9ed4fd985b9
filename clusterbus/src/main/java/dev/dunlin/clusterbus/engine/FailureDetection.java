// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.clusterbus.engine;

import dev.dunlin.clusterbus.model.NodeFlags;
import dev.dunlin.clusterbus.model.NodeId;
import dev.dunlin.clusterbus.wire.Fail;
import java.util.List;

/// Who is pinged, who is suspected (PFAIL), who has failed (FAIL), and who is well again (cluster spec, "Failure detection").
///
/// Legal transitions of a node: `well -> PFAIL` by own evidence, `PFAIL -> FAIL` by a majority of opinions, `well -> FAIL` when
/// another node says that a majority agreed, `PFAIL -> well` by a PONG, `FAIL -> well` by a PONG under conditions.
///
/// Two kinds of evidence lead to PFAIL:
/// - silence: a ping has no answer for a node timeout, and nothing else came in that time either;
/// - a dead process: nothing came for a lease (half a node timeout), nor did we promise it a lease in that time, its side ended
///   the links, no link is left, and at least two connects in a row, the last one just now, were refused. One refused connect,
///   or a restart quicker than the lease, is no evidence.
///
/// Unlike Redis we do not wait for the next ping to spread a suspicion: whoever may agree hears of it at once.
final class FailureDetection {
    private static final int REFUSED_CONNECTS_MIN = 2;
    private static final int RANDOM_PING_SAMPLES = 5;
    private static final long RANDOM_PING_INTERVAL_MS = 1000;
    private static final long REFUSED_RECENTLY_MS = 250;

    private final Core core;
    private final Links links;
    private final Heartbeats heartbeats;
    private final HeaderComposer headers;
    private final WriteLease lease;
    private long lastRandomPingMs;

    /// A suspicion arose in this step that the others should hear of.
    private boolean suspicionToTell;

    FailureDetection(
            Core core,
            Links links,
            Heartbeats heartbeats,
            HeaderComposer headers,
            WriteLease lease) {
        this.core = core;
        this.links = links;
        this.heartbeats = heartbeats;
        this.headers = headers;
        this.lease = lease;
    }

    void tick() {
        pingRandomNode();
        for (Node node : core.table.nodes()) {
            if (node.has(NodeFlags.MYSELF | NodeFlags.NOADDR | NodeFlags.HANDSHAKE)) {
                continue;
            }
            dropStuckLink(node);
            if (pingIsDue(node)) {
                heartbeats.ping(node);
            }
            suspectIfDue(node);
        }
        tellSuspicions();
    }

    /// We were frozen for `gapMs`: the silence of that time is ours, not theirs.
    void forgiveSilence(long gapMs) {
        for (Node node : core.table.nodes()) {
            if (node.pingSentMs != 0) {
                node.pingSentMs = Math.min(core.nowMs, node.pingSentMs + gapMs);
            }
            node.dataReceivedMs = Math.min(core.nowMs, node.dataReceivedMs + gapMs);
            node.refusedConnects = 0;
        }
    }

    private void pingRandomNode() {
        if (core.nowMs - lastRandomPingMs < RANDOM_PING_INTERVAL_MS) {
            return;
        }
        lastRandomPingMs = core.nowMs;
        List<Node> nodes = core.table.nodes();
        Node oldest = null;
        for (int sample = 0; sample < RANDOM_PING_SAMPLES; sample++) {
            Node node = nodes.get(core.random.nextInt(nodes.size()));
            if (!node.linked()
                    || node.pingSentMs != 0
                    || node.has(NodeFlags.MYSELF | NodeFlags.HANDSHAKE)) {
                continue;
            }
            if (oldest == null || node.pongReceivedMs < oldest.pongReceivedMs) {
                oldest = node;
            }
        }
        if (oldest != null) {
            heartbeats.ping(oldest);
        }
    }

    private void dropStuckLink(Node node) {
        Link link = node.outbound;
        long halfMs = core.config.nodeTimeoutMs() / 2;
        if (link != null
                && node.pingSentMs != 0
                && core.nowMs - link.createdMs > core.config.nodeTimeoutMs()
                && core.nowMs - node.pingSentMs > halfMs
                && core.nowMs - node.dataReceivedMs > halfMs) {
            links.dropOutbound(node);
        }
    }

    private boolean pingIsDue(Node node) {
        if (!node.linked() || node.pingSentMs != 0) {
            return false;
        }
        if (deservesHeartbeat(node)) {
            return core.nowMs - node.lastPingMs >= core.config.heartbeatIntervalMs();
        }
        return core.nowMs - node.pongReceivedMs > core.config.pingIntervalMs();
    }

    /// Primaries ask voters for their lease, and their own replicas while it is in doubt; a replica wants to know early when its
    /// primary dies.
    private boolean deservesHeartbeat(Node node) {
        Node myself = core.myself();
        if (myself.isReplica()) {
            return node == myself.primary;
        }
        return node.isVoter() || (node.primary == myself && !lease.held());
    }

    private void suspectIfDue(Node node) {
        if (node.has(NodeFlags.PFAIL | NodeFlags.FAIL)) {
            return;
        }
        if (isSilent(node) || isDeadProcess(node)) {
            node.set(NodeFlags.PFAIL);
            node.downSinceMs = core.nowMs;
            core.info(
                    "node suspected node="
                            + node.id()
                            + " silentMs="
                            + (core.nowMs - node.dataReceivedMs));
            core.topologyChanged();
            suspicionToTell = true;
            decideFailure(node);
        }
    }

    private boolean isSilent(Node node) {
        long timeoutMs = core.config.nodeTimeoutMs();
        return node.pingSentMs != 0
                && core.nowMs - node.pingSentMs > timeoutMs
                && core.nowMs - node.dataReceivedMs > timeoutMs;
    }

    private boolean isDeadProcess(Node node) {
        long leaseMs = core.config.leaseMs();
        return node.refusedConnects >= REFUSED_CONNECTS_MIN
                && core.nowMs - node.lastRefusedMs <= REFUSED_RECENTLY_MS
                && node.linksEndedByPeer
                && !node.linked()
                && node.inbound == null
                && core.nowMs - node.dataReceivedMs >= leaseMs
                && core.nowMs - node.lastConfirmedMs >= leaseMs;
    }

    /// Tells those who count opinions: the voters, and the replicas of whom we suspect, which wait for the verdict.
    private void tellSuspicions() {
        if (!suspicionToTell) {
            return;
        }
        suspicionToTell = false;
        for (Node node : core.table.nodes()) {
            if (node.has(NodeFlags.MYSELF | NodeFlags.HANDSHAKE)) {
                continue;
            }
            if (node.isVoter() || (node.primary != null && node.primary.isSuspected())) {
                heartbeats.announce(node);
            }
        }
    }

    /// `reporter` holds `node` suspected or failed.
    void report(Node node, Node reporter) {
        if (node.failureReports.put(reporter.id(), core.nowMs) == null) {
            node.touch();
        }
        decideFailure(node);
    }

    /// `reporter` holds `node` well.
    void withdraw(Node node, Node reporter) {
        if (node.failureReports.remove(reporter.id()) != null) {
            node.touch();
        }
    }

    /// {@return how many other voters suspect the node at present}
    int reports(Node node) {
        if (!node.failureReports.isEmpty()
                && node.failureReports
                        .values()
                        .removeIf(time -> core.nowMs - time > 2 * core.config.nodeTimeoutMs())) {
            node.touch();
        }
        int count = 0;
        for (NodeId reporter : node.failureReports.keySet()) {
            Node primary = core.table.find(reporter);
            if (primary != null && primary.isVoter()) {
                count++;
            }
        }
        return count;
    }

    /// PFAIL becomes FAIL when a majority of the primaries with slots agrees; we count if we are one.
    private void decideFailure(Node node) {
        if (!node.isSuspected() || node.isFailed()) {
            return;
        }
        int opinions = reports(node) + (core.myself().isVoter() ? 1 : 0);
        if (opinions < core.table.quorum()) {
            return;
        }
        core.info("node failed node=" + node.id() + " opinions=" + opinions);
        fail(node);
        core.outbox.broadcast(core.table, new Fail(headers.header(), node.id()));
    }

    /// Another node says that a majority agreed.
    void failReceived(Node node, Node sender) {
        if (node.isMyself() || node.isFailed()) {
            return;
        }
        core.info("node failed node=" + node.id() + " saidBy=" + sender.id());
        fail(node);
    }

    private void fail(Node node) {
        node.clear(NodeFlags.PFAIL);
        node.set(NodeFlags.FAIL);
        node.failedAtMs = core.nowMs;
        if (node.downSinceMs == 0) {
            node.downSinceMs = core.nowMs;
        }
        core.outbox.saveSoon(core.nowMs);
        core.topologyChanged();
    }

    /// A PONG came on our own link: the only thing that clears a suspicion.
    void pongReceived(Node node) {
        node.refusedConnects = 0;
        if (node.isSuspected()) {
            node.clear(NodeFlags.PFAIL);
            recovered(node);
        } else if (node.isFailed() && mayRecover(node)) {
            node.clear(NodeFlags.FAIL);
            core.info("node is well again node=" + node.id());
            recovered(node);
        }
    }

    private void recovered(Node node) {
        node.recoveredAtMs = core.nowMs;
        node.downSinceMs = 0;
        core.outbox.saveSoon(core.nowMs);
        core.topologyChanged();
    }

    /// A failed primary with slots is about to be replaced. If nobody did that for two node timeouts, nobody will.
    private boolean mayRecover(Node node) {
        if (node.isReplica() || node.slotCount() == 0) {
            return true;
        }
        return core.nowMs - node.failedAtMs > 2 * core.config.nodeTimeoutMs();
    }
}

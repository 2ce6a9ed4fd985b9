// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.clusterbus.engine;

import dev.dunlin.clusterbus.model.NodeFlags;
import java.util.HashMap;
import org.jspecify.annotations.Nullable;

/// The two connections to each node: the one we opened, on which we ask and announce, and the one it opened, on which it
/// does. Each side answers on the link it was asked on.
final class Links {
    private static final long RECONNECT_MS = 100;
    private static final long RECONNECT_FAILED_MS_MAX = 1000;

    private final Core core;
    private final Heartbeats heartbeats;
    private final HashMap<LinkId, Link> byId = new HashMap<>();
    private long nextSerial = 1;

    Links(Core core, Heartbeats heartbeats) {
        this.core = core;
        this.heartbeats = heartbeats;
    }

    /// {@return the link, or null when it is gone}
    @Nullable Link find(LinkId id) {
        return byId.get(id);
    }

    /// Opens our link to a node that has none.
    void connect(Node node) {
        if (node.outbound != null
                || node.has(NodeFlags.MYSELF | NodeFlags.NOADDR)
                || node.address.busPort() == 0) {
            return;
        }
        if (core.nowMs - node.lastConnectMs < reconnectIntervalMs(node)) {
            return;
        }
        node.lastConnectMs = core.nowMs;
        var link = new Link(LinkId.outbound(nextSerial++), node, node.address.ip(), "", core.nowMs);
        byId.put(link.id, link);
        node.outbound = link;
        // A ping that cannot even be sent is outstanding all the same, or a dead node would never
        // be found out.
        if (node.pingSentMs == 0) {
            node.pingSentMs = core.nowMs;
        }
        core.outbox.connect(
                new Effect.Connect(link.id, node.id(), node.address.ip(), node.address.busPort()));
    }

    /// A node that is known to have failed is looked for less often, so that many of them cost little.
    private long reconnectIntervalMs(Node node) {
        return node.isFailed()
                ? Math.clamp(
                        core.config.nodeTimeoutMs() / 10, RECONNECT_MS, RECONNECT_FAILED_MS_MAX)
                : RECONNECT_MS;
    }

    void accepted(LinkId id, String peerIp, String localIp) {
        byId.put(id, new Link(id, null, peerIp, localIp, core.nowMs));
    }

    void connected(LinkId id) {
        Link link = byId.get(id);
        if (link == null || link.node == null) {
            return;
        }
        link.open = true;
        Node node = link.node;
        node.refusedConnects = 0;
        long outstandingMs = node.pingSentMs;
        heartbeats.ping(node);
        if (outstandingMs != 0) {
            node.pingSentMs = outstandingMs;
        }
        core.outbox.changed();
        node.touch();
    }

    void connectFailed(LinkId id, boolean refused) {
        Link link = byId.remove(id);
        if (link == null || link.node == null) {
            return;
        }
        Node node = link.node;
        node.outbound = null;
        if (refused) {
            node.refusedConnects++;
            node.lastRefusedMs = core.nowMs;
        } else {
            node.refusedConnects = 0;
        }
    }

    void closed(LinkId id, boolean byPeer) {
        Link link = byId.remove(id);
        if (link == null || link.node == null) {
            return;
        }
        detach(link);
        link.node.linksEndedByPeer = byPeer;
        core.outbox.changed();
    }

    /// Binds an inbound link to the node that speaks on it; a node has one, so an older one goes.
    void bind(Link link, Node node) {
        if (link.node == node) {
            return;
        }
        detach(link);
        Link older = node.inbound;
        if (older != null && older != link) {
            disconnect(older);
        }
        link.node = node;
        node.inbound = link;
        node.touch();
    }

    /// Closes our own link; the next tick opens a new one.
    void dropOutbound(Node node) {
        if (node.outbound != null) {
            disconnect(node.outbound);
            node.lastConnectMs = 0;
        }
    }

    /// Closes both links.
    void drop(Node node) {
        dropOutbound(node);
        if (node.inbound != null) {
            disconnect(node.inbound);
        }
    }

    void disconnect(Link link) {
        byId.remove(link.id);
        detach(link);
        if (link.node != null) {
            link.node.linksEndedByPeer = false;
        }
        core.outbox.disconnect(link.id);
        core.outbox.changed();
    }

    private static void detach(Link link) {
        Node node = link.node;
        if (node == null) {
            return;
        }
        if (node.outbound == link) {
            node.outbound = null;
        }
        if (node.inbound == link) {
            node.inbound = null;
        }
        node.touch();
    }
}

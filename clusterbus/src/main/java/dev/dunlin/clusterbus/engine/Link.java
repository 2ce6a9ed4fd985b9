// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.clusterbus.engine;

import dev.dunlin.clusterbus.model.NodeAddress;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/// One connection. Legal transitions: outbound `connecting -> open -> gone`, or `connecting -> gone`; inbound `open -> gone`.
final class Link {
    /// More unanswered pings than this are not remembered one by one.
    static final int PINGS_IN_FLIGHT_MAX = 16;

    final LinkId id;

    /// Whom it leads to. An inbound link is bound when its first message names a known node.
    @Nullable Node node;

    final String peerIp;
    final String localIp;
    final long createdMs;
    boolean open;

    /// Where the member on the other end said it lives, and when; null before it has said so.
    @Nullable NodeAddress heardFrom;

    long heardMs;

    /// Whether it was reported that the other end uses the id of a member that lives elsewhere.
    boolean doubleReported;

    /// Send times of the pings that were sent here and not answered, oldest first.
    final ArrayDeque<Long> pingsInFlight = new ArrayDeque<>();

    /// {@return whether a member has lately spoken here that lives at this address}
    boolean isAlive(NodeAddress address, long nowMs, long silenceMsMax) {
        return heardFrom != null
                && heardFrom.sameEndpoint(address)
                && nowMs - heardMs < silenceMsMax;
    }

    Link(LinkId id, @Nullable Node node, String peerIp, String localIp, long nowMs) {
        this.id = id;
        this.node = node;
        this.peerIp = peerIp;
        this.localIp = localIp;
        this.createdMs = nowMs;
        this.open = id.inbound();
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.clusterbus.transport;

/// What all links of one bus share. Thread: the bus loop, except [#stats].
final class LinkContext {
    private LinkLimits limits;
    private final LinkStats stats;
    private int inboundLinks;
    private long partialFrameBytes;

    LinkContext(LinkLimits limits, LinkStats stats) {
        this.limits = limits;
        this.stats = stats;
    }

    LinkLimits limits() {
        return limits;
    }

    void limits(LinkLimits newLimits) {
        limits = newLimits;
    }

    LinkStats stats() {
        return stats;
    }

    /// {@return whether one more inbound link is within the limit; if so it is counted}
    boolean admitInbound() {
        if (inboundLinks >= limits.inboundLinks()) {
            return false;
        }
        inboundLinks++;
        return true;
    }

    void inboundGone() {
        inboundLinks--;
    }

    int inboundLinks() {
        return inboundLinks;
    }

    /// Accounts for a link that holds `change` bytes more (or fewer) of an incomplete frame than before.
    ///
    /// {@return whether all links together are within the limit}
    boolean holdPartial(long change) {
        partialFrameBytes += change;
        return partialFrameBytes <= limits.partialFrameBytes();
    }

    long partialFrameBytes() {
        return partialFrameBytes;
    }
}

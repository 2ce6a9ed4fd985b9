// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.clusterbus.engine;

import dev.dunlin.clusterbus.model.WriteLeaseView;
import java.util.Arrays;

/// Until when this primary may serve.
///
/// Redis keeps serving until it notices that it lost the majority, about a node timeout after it happened, and serves at once
/// when it wakes up from a freeze; what it acknowledges then is lost. Here a primary serves only while a majority of the
/// primaries with slots, itself included, has answered its pings, each answer counting for [EngineConfig#leaseMs] from the
/// moment its ping was **sent**. [LeaseGrants] is what the others promise with such an answer, so a failover that was voted on
/// by nodes of this kind cannot finish before the lease of the old primary has run out. With voters that are Redis the lease
/// still bounds how long an isolated or frozen primary serves, but they promise nothing.
///
/// Legal transitions: `lapsed -> held` with enough confirmations, `held -> held` with each further one, `held -> lapsed` by
/// time alone, by a freeze, or by voting for one's own replacement. After a lapse an answer that shows a later epoch than the
/// last one we served under is held back until it is clear that the epoch was not for our slots: when each of our replicas has
/// confirmed that it still follows us, or after a node timeout of contact with the majority, in which news would have come.
///
/// A primary that needs nobody has an unlimited lease: the only primary with slots, such as one that is just being set up. Of
/// two primaries each needs the other, as with Redis, where either one's loss makes the cluster fail.
final class WriteLease {
    private final Core core;

    /// Pings sent before this confirm nothing.
    private long notBeforeMs;

    private boolean held;
    private WriteLeaseView view = WriteLeaseView.NONE;

    /// currentEpoch when the lease was last held.
    private long epochServed;

    /// Since when a majority answers, but with epochs we cannot explain; 0 when it does not.
    private long contactSinceMs;

    private long lapsedAtMs;

    WriteLease(Core core) {
        this.core = core;
        this.epochServed = core.table.currentEpoch();
        this.lapsedAtMs = core.nowMs;
    }

    WriteLeaseView view() {
        return view;
    }

    boolean held() {
        return held;
    }

    /// To be called before anything else in a step: what arrives now may already be about a time after the lapse.
    void observeTime() {
        if (held && !view.validAt(core.nowMs)) {
            lapse();
            core.warn("write lease lapsed validUntil=" + view.validUntilMs());
            core.outbox.changed();
        }
    }

    /// The node, or its data loop, was frozen: only what is asked from now on counts.
    void restart() {
        notBeforeMs = core.nowMs;
        lapse();
        settle();
    }

    /// We just became a primary, or took a new configEpoch: voters have our claims before the pings that follow them.
    void underNewEpoch() {
        notBeforeMs = core.nowMs;
        epochServed = core.table.currentEpoch();
        lapsedAtMs = 0;
        held = false;
        settle();
    }

    private void lapse() {
        if (held) {
            held = false;
            lapsedAtMs = core.nowMs;
            contactSinceMs = 0;
        }
    }

    /// A node answered our ping that was sent at `sentMs`.
    ///
    /// @param epoch currentEpoch in its answer
    /// @param heldFailed whether it says that it holds us failed
    void answered(Node node, long sentMs, long epoch, boolean heldFailed) {
        if (sentMs < notBeforeMs || heldFailed) {
            return;
        }
        node.answeredSentMs = Math.max(node.answeredSentMs, sentMs);
        if (node.isVoter() && (held || epoch <= epochServed)) {
            node.confirmedSentMs = Math.max(node.confirmedSentMs, sentMs);
        }
    }

    /// Works the lease out again from what was confirmed.
    void settle() {
        WriteLeaseView next = decide();
        if (!next.equals(view)) {
            view = next;
            core.outbox.changed();
        }
    }

    private WriteLeaseView decide() {
        if (!core.myself().isPrimary() || core.outbox.muted()) {
            held = false;
            return WriteLeaseView.NONE;
        }
        int others = core.table.voters() - (core.myself().isVoter() ? 1 : 0);
        int needed = (others + 1) / 2;
        if (needed == 0) {
            hold();
            return WriteLeaseView.UNLIMITED;
        }
        if (!held) {
            resolve(others, needed);
        }
        long sinceMs = nthNewest(others, needed, false);
        var next = new WriteLeaseView(sinceMs + core.config.leaseMs(), sinceMs);
        if (sinceMs >= notBeforeMs && next.validAt(core.nowMs)) {
            hold();
            return next;
        }
        if (held && view.equals(WriteLeaseView.UNLIMITED)) {
            // Others got slots just now: from here on they have a say, and one lease to start with.
            return new WriteLeaseView(core.nowMs + core.config.leaseMs(), core.nowMs);
        }
        return held ? view : WriteLeaseView.NONE;
    }

    private void hold() {
        held = true;
        epochServed = core.table.currentEpoch();
        contactSinceMs = 0;
    }

    /// Counts answers that were held back as soon as the epochs in them are explained.
    private void resolve(int others, int needed) {
        long answeredMs = nthNewest(others, needed, true);
        boolean contact = answeredMs + core.config.leaseMs() > core.nowMs;
        if (!contact) {
            contactSinceMs = 0;
            return;
        }
        if (contactSinceMs == 0) {
            contactSinceMs = core.nowMs;
        }
        if (replicasStillFollow() || core.nowMs - contactSinceMs >= core.config.nodeTimeoutMs()) {
            for (Node node : core.table.nodes()) {
                if (node.isVoter()) {
                    node.confirmedSentMs = Math.max(node.confirmedSentMs, node.answeredSentMs);
                }
            }
            epochServed = core.table.currentEpoch();
        }
    }

    /// Only a replica of ours can have been elected in our place.
    private boolean replicasStillFollow() {
        for (Node replica : core.myself().replicas) {
            if (replica.answeredSentMs < Math.max(lapsedAtMs, notBeforeMs)) {
                return false;
            }
        }
        return true;
    }

    private long nthNewest(int others, int needed, boolean answered) {
        var times = new long[others];
        int count = 0;
        for (Node node : core.table.nodes()) {
            if (node.isVoter() && !node.isMyself()) {
                times[count++] = answered ? node.answeredSentMs : node.confirmedSentMs;
            }
        }
        Arrays.sort(times);
        return times[others - needed];
    }
}

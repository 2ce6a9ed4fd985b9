// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.clusterbus.engine;

import dev.dunlin.clusterbus.model.NodeFlags;
import dev.dunlin.clusterbus.model.NodeId;
import dev.dunlin.clusterbus.wire.Fail;
import dev.dunlin.clusterbus.wire.FailoverAuthRequest;
import dev.dunlin.clusterbus.wire.MessageFlags;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// A replica's way to the place of its failed primary (cluster spec, "Replica election and promotion").
///
/// Legal transitions: `idle -> scheduled -> requested -> won`, and back to idle from everywhere: when the attempt expires, when
/// the primary is well again, or when the role or the primary changed. Votes do not say for which attempt they are, so
/// nothing of one attempt is kept for the next.
///
/// Redis waits 500 to 1000 ms before it asks, plus 1000 ms per rank, so that the replica with the newest data asks first. Here
/// a replica that knows it is the best does not wait: it has heard from every working sibling since the primary went down, and
/// none is ahead of it. To find out it pings them as soon as it suspects the primary. Replicas of several failed primaries
/// take turns, in the order of the primaries' ids, because an epoch has one winner in the whole cluster.
final class FailoverElection {
    private static final long DELAY_MS = 500;
    private static final int DELAY_JITTER_MS = 500;
    private static final long RANK_DELAY_MS = 1000;
    private static final long TURN_MS_MIN = 50;
    private static final long RETRY_MS_MIN = 250;
    private static final long NOT_YET = -1;

    /// After so many attempts in a row a replica waits as long as Redis does: voters may have reasons it cannot see.
    private static final int QUICK_ATTEMPTS_MAX = 3;

    private enum Phase {
        IDLE,
        SCHEDULED,
        REQUESTED
    }

    /// How this replica stands among its siblings.
    ///
    /// @param rank how many are ahead
    /// @param proven whether that is known, not guessed from old news
    record Standing(int rank, boolean proven) {}

    private final Core core;
    private final HeaderComposer headers;
    private final Heartbeats heartbeats;
    private final ManualFailover manualFailover;
    private final Roles roles;

    private Phase phase = Phase.IDLE;

    /// Whom this attempt is to replace; an attempt ends when our primary is another.
    private @Nullable Node incumbent;

    private boolean manual;
    private boolean siblingsAsked;
    private int rank;
    private int attempts;
    private long startMs;

    /// When the request was decided on: no voter has promised anything before, so its promise lasts an election timeout from
    /// here at least.
    private long decidedMs;

    /// When the request left, [#NOT_YET] in the step that sends it.
    private long requestedMs;

    private long retryMs;
    private long epoch;
    private final TreeSet<NodeId> votes = new TreeSet<>();

    FailoverElection(
            Core core,
            HeaderComposer headers,
            Heartbeats heartbeats,
            ManualFailover manualFailover,
            Roles roles) {
        this.core = core;
        this.headers = headers;
        this.heartbeats = heartbeats;
        this.manualFailover = manualFailover;
        this.roles = roles;
    }

    /// Does what is due; called on every turn.
    void step() {
        Node primary = core.myself().primary;
        if (primary == null || core.myself().isPrimary() || core.outbox.muted()) {
            reset();
            return;
        }
        if (incumbent != primary) {
            reset();
            incumbent = primary;
            siblingsAsked = false;
        }
        askSiblings(primary);
        boolean manualNow = manualFailover.mayStart();
        if (!mayFailOver(primary, manualNow) || (phase != Phase.IDLE && manual != manualNow)) {
            reset();
            incumbent = primary;
            if (!manualNow) {
                return;
            }
        }
        if (phase == Phase.IDLE && (manualNow || core.nowMs >= retryMs)) {
            schedule(primary, manualNow);
        }
        if (phase == Phase.SCHEDULED) {
            adjust(primary);
            if (core.nowMs >= startMs) {
                request(primary);
                return;
            }
        }
        if (phase == Phase.REQUESTED) {
            count();
        }
    }

    /// A vote arrived. It counts when its voter has a vote and gave it in this attempt's epoch or later.
    void voteReceived(Node voter, long voterEpoch) {
        if (phase == Phase.REQUESTED && voter.isVoter() && voterEpoch >= epoch) {
            votes.add(voter.id());
        }
    }

    private void reset() {
        phase = Phase.IDLE;
        incumbent = null;
        manual = false;
        rank = 0;
        attempts = 0;
        retryMs = 0;
        votes.clear();
    }

    private boolean mayFailOver(Node primary, boolean manualNow) {
        if (manualNow) {
            return true;
        }
        return primary.isFailed()
                && !core.myself().has(NodeFlags.NO_FAILOVER)
                && dataIsFresh(primary);
    }

    /// Data that is too old is better not promoted (`cluster-replica-validity-factor`).
    private boolean dataIsFresh(Node primary) {
        int factor = core.config.replicaValidityFactor();
        if (factor == 0) {
            return true;
        }
        HostStatus status = core.status;
        if (status.link() == HostStatus.Link.NEVER_SYNCED
                || !primary.id().equals(status.primary())) {
            return false;
        }
        long ageMs = core.nowMs - status.sinceMs();
        if (ageMs > core.config.nodeTimeoutMs()) {
            ageMs -= core.config.nodeTimeoutMs();
        }
        return ageMs
                <= core.config.replicaPingPeriodSeconds() * 1000L
                        + core.config.nodeTimeoutMs() * factor;
    }

    /// As soon as the primary is suspected, siblings tell each other how far they got.
    private void askSiblings(Node primary) {
        if (!primary.has(NodeFlags.PFAIL | NodeFlags.FAIL)) {
            siblingsAsked = false;
            return;
        }
        if (siblingsAsked) {
            return;
        }
        siblingsAsked = true;
        for (Node sibling : primary.replicas) {
            if (!sibling.isMyself()) {
                heartbeats.announce(sibling);
                if (sibling.pingSentMs == 0) {
                    heartbeats.ping(sibling);
                }
            }
        }
    }

    private Standing standing(Node primary) {
        Node myself = core.myself();
        int ahead = 0;
        boolean proven = true;
        for (Node sibling : primary.replicas) {
            if (sibling.isMyself() || sibling.has(NodeFlags.NO_FAILOVER | NodeFlags.FAIL)) {
                continue;
            }
            if (isAhead(sibling.offset, sibling.id(), core.status.offset(), myself.id())) {
                ahead++;
            }
            proven &= sibling.offsetReceivedMs >= primary.downSinceMs;
        }
        return new Standing(ahead, proven && ahead == 0);
    }

    /// More data is ahead; with equal data the smaller id is, so that two never ask at once.
    static boolean isAhead(long offset, NodeId id, long myOffset, NodeId myId) {
        return offset > myOffset || (offset == myOffset && id.compareTo(myId) < 0);
    }

    /// How many other failed primaries have replicas that ask before us.
    private int turn(Node primary) {
        int before = 0;
        for (Node node : core.table.nodes()) {
            if (node.isVoter()
                    && node.isFailed()
                    && node.workingReplicas() > 0
                    && node.compareTo(primary) < 0) {
                before++;
            }
        }
        return before;
    }

    private long turnMs() {
        return Math.max(TURN_MS_MIN, core.config.nodeTimeoutMs() / 20);
    }

    private void schedule(Node primary, boolean manualNow) {
        phase = Phase.SCHEDULED;
        manual = manualNow;
        votes.clear();
        attempts++;
        rank = 0;
        startMs = core.nowMs;
        if (!manual) {
            Standing standing = standing(primary);
            rank = standing.rank();
            startMs +=
                    standing.proven()
                            ? turn(primary) * turnMs()
                            : DELAY_MS
                                    + core.random.nextInt(DELAY_JITTER_MS)
                                    + rank * RANK_DELAY_MS;
            for (Node sibling : primary.replicas) {
                if (!sibling.isMyself()) {
                    heartbeats.announce(sibling);
                }
            }
            core.info(
                    "failover scheduled primary="
                            + primary.id()
                            + " inMs="
                            + (startMs - core.nowMs)
                            + " rank="
                            + rank
                            + " proven="
                            + standing.proven());
        }
    }

    private void adjust(Node primary) {
        if (manual) {
            return;
        }
        Standing standing = standing(primary);
        if (standing.proven()) {
            startMs = Math.min(startMs, core.nowMs + turn(primary) * turnMs());
        } else if (standing.rank() != rank) {
            startMs += (standing.rank() - rank) * RANK_DELAY_MS;
        }
        rank = standing.rank();
        if (core.nowMs - startMs > core.config.electionTimeoutMs()) {
            // We were frozen: whatever we knew is old.
            expire(core.nowMs);
        }
    }

    private void request(Node primary) {
        core.table.raiseCurrentEpoch(core.table.currentEpoch() + 1);
        epoch = core.table.currentEpoch();
        decidedMs = core.nowMs;
        requestedMs = NOT_YET;
        phase = Phase.REQUESTED;
        core.outbox.saveAndSync();
        var header = headers.header();
        if (!manual && core.nowMs - primary.failedAtMs <= core.config.nodeTimeoutMs() / 2) {
            // The verdict may still be on its way to a voter; on this link it arrives before the
            // request. An old one must not go out again: whoever has cleared it had a reason, and
            // two
            // candidates would keep a primary that is well failed for ever.
            core.outbox.broadcast(core.table, new Fail(header, primary.id()));
        }
        core.outbox.broadcast(
                core.table,
                new FailoverAuthRequest(
                        manual ? header.withMessageFlags(MessageFlags.FORCE_ACK) : header));
        core.info(
                "failover votes requested primary="
                        + primary.id()
                        + " epoch="
                        + epoch
                        + " attempt="
                        + attempts);
    }

    private void count() {
        if (requestedMs == NOT_YET) {
            // The request leaves when its epoch is on disk, and only the step after that knows when
            // that was: the voters' time is not to be spent on a slow disk of ours.
            requestedMs = core.nowMs;
        }
        // Time first: votes that waited in a socket while we were frozen are not worth anything any
        // more. Votes that are late because of slow disks are: whoever gave one still stands by it.
        boolean inTime = manual || core.nowMs - decidedMs <= core.config.electionTimeoutMs();
        if (inTime && votes.size() >= core.table.quorum()) {
            long won = epoch;
            core.info("failover won epoch=" + won + " votes=" + votes.size());
            reset();
            roles.promote(won);
        } else if (!manual && core.nowMs - requestedMs > retryMs()) {
            expire(requestedMs);
        }
    }

    private long retryMs() {
        return Math.max(RETRY_MS_MIN, core.config.nodeTimeoutMs() / 2);
    }

    private void expire(long sinceMs) {
        core.info("failover attempt expired epoch=" + epoch + " votes=" + votes.size());
        phase = Phase.IDLE;
        votes.clear();
        if (attempts < QUICK_ATTEMPTS_MAX) {
            retryMs = core.nowMs + core.random.nextInt((int) retryMs());
        } else {
            attempts = 0;
            retryMs = sinceMs + 2 * core.config.electionTimeoutMs();
        }
    }
}

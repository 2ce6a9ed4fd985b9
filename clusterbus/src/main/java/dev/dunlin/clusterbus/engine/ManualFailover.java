// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.clusterbus.engine;

import dev.dunlin.clusterbus.wire.MfStart;
import org.jspecify.annotations.Nullable;

/// A failover agreed between a replica and its healthy primary, without loss (cluster spec, "Manual failover").
///
/// Replica: `idle -> asked (MFSTART) -> caught up -> idle`, where caught up means that exactly the offset was processed at
/// which the primary stands still; FORCE goes from idle to caught up. Primary: `idle -> pausing -> paused -> idle`; it says
/// PAUSED only when the data loop has reported the offset at which writes stopped. Either side gives up after
/// [EngineConfig#manualFailoverTimeoutMs], the replica first, since it started first.
final class ManualFailover {
    private static final long NO_OFFSET = -1;

    private enum Phase {
        IDLE,
        ASKED,
        CAUGHT_UP,
        PAUSING,
        PAUSED
    }

    private final Core core;
    private final Heartbeats heartbeats;
    private final HeaderComposer headers;
    private Phase phase = Phase.IDLE;
    private long endMs;
    private long pausedOffset = NO_OFFSET;
    private @Nullable Node replica;
    private @Nullable LinkId askedOn;
    private long writesPausedUntilMs;

    ManualFailover(Core core, Heartbeats heartbeats, HeaderComposer headers) {
        this.core = core;
        this.heartbeats = heartbeats;
        this.headers = headers;
    }

    /// {@return whether this replica may be elected without its primary having failed}
    boolean mayStart() {
        return phase == Phase.CAUGHT_UP;
    }

    /// {@return whether votes asked for now are to be given although the primary is up}
    boolean inProgress() {
        return phase != Phase.IDLE;
    }

    /// {@return until when the data loop was asked to hold writes, 0 when it was not}
    long writesPausedUntilMs() {
        return writesPausedUntilMs;
    }

    /// CLUSTER FAILOVER on a replica.
    void ask(Node primary) {
        begin(Phase.ASKED);
        core.outbox.send(primary.outbound, new MfStart(headers.header()));
        core.info("manual failover requested primary=" + primary.id());
    }

    /// CLUSTER FAILOVER FORCE on a replica.
    void force() {
        begin(Phase.CAUGHT_UP);
        core.info("manual failover forced");
    }

    /// MFSTART at the primary.
    void requested(Node from, Link link, Links links) {
        if (from.primary != core.myself()) {
            return;
        }
        begin(Phase.PAUSING);
        replica = from;
        askedOn = links.find(link.id) == null ? null : link.id;
        writesPausedUntilMs = core.nowMs + 2 * core.config.manualFailoverTimeoutMs();
        core.outbox.host(new Effect.PauseWrites(writesPausedUntilMs));
        core.outbox.changed();
        core.info("manual failover pauses writes replica=" + from.id());
    }

    /// The data loop holds writes and stands at the offset of the status.
    void writesPaused(Links links) {
        if (phase != Phase.PAUSING) {
            return;
        }
        phase = Phase.PAUSED;
        headers.paused(true);
        Link link = askedOn == null ? null : links.find(askedOn);
        if (link != null) {
            heartbeats.pingOn(link, replica);
        }
        if (replica != null) {
            heartbeats.ping(replica);
        }
    }

    /// A header with PAUSED arrived from `sender`.
    void pausedHeader(Node sender, long offset) {
        if (phase == Phase.ASKED && sender == core.myself().primary && pausedOffset == NO_OFFSET) {
            pausedOffset = offset;
            core.info("manual failover primary paused offset=" + offset);
            checkCaughtUp();
        }
    }

    void tick() {
        if (phase != Phase.IDLE && core.nowMs >= endMs) {
            core.warn("manual failover timed out");
            reset();
            return;
        }
        checkCaughtUp();
        // The replica has to learn the offset even if a message got lost.
        if (phase == Phase.PAUSED && replica != null && replica.pingSentMs == 0) {
            heartbeats.ping(replica);
        }
    }

    /// Equality, not more: an offset beyond the paused one would mean that the primary wrote after it had paused.
    void checkCaughtUp() {
        if (phase == Phase.ASKED
                && pausedOffset != NO_OFFSET
                && core.status.offset() == pausedOffset) {
            phase = Phase.CAUGHT_UP;
            core.info("manual failover caught up offset=" + pausedOffset);
        }
    }

    /// Ends whatever is in progress: on success, on timeout, on any change of role.
    void reset() {
        if (phase == Phase.PAUSING || phase == Phase.PAUSED) {
            core.outbox.host(new Effect.ResumeWrites());
        }
        phase = Phase.IDLE;
        endMs = 0;
        pausedOffset = NO_OFFSET;
        replica = null;
        askedOn = null;
        if (writesPausedUntilMs != 0) {
            writesPausedUntilMs = 0;
            core.outbox.changed();
        }
        headers.paused(false);
    }

    private void begin(Phase first) {
        reset();
        phase = first;
        endMs = core.nowMs + core.config.manualFailoverTimeoutMs();
    }

    /// {@return whether `from` is the replica this primary has paused for}
    boolean isFor(Node from) {
        return replica == from;
    }
}

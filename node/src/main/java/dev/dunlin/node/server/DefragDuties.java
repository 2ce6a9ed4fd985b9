// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.server;

import dev.dunlin.node.command.KeyspaceStats;
import dev.dunlin.node.config.Directives;
import dev.dunlin.node.config.Settings;
import dev.dunlin.node.eviction.DefragEffort;
import dev.dunlin.node.keyspace.Defragmenter;
import dev.dunlin.node.keyspace.Keyspace;
import dev.dunlin.node.observe.LatencyMonitor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Brings memory back to the system that lies idle in slabs and between them: in slices, with pauses, when there is much of it.
///
/// ```
/// watch   -> move      the waste has passed a bound
/// move    -> release   all blocks of slabs that were to be emptied have been moved, or cannot be
/// release -> watch     all free pages are the system's
/// ```
///
/// A round in which most of the slabs could not be emptied is not repeated soon: what is in them cannot move.
///
/// Thread: owned by the node's loop.
final class DefragDuties {
    private static final Logger LOG = LoggerFactory.getLogger(DefragDuties.class);

    private static final long SLICE_NS = 300_000;

    /// Blocks that are looked at between two looks at the clock.
    private static final int STEP_VISITS = 64;

    /// Free runs of pages that are given back between two looks at the clock; each is a call to the system.
    private static final int STEP_RUNS = 8;

    private static final long NANOS_PER_MILLI = 1_000_000;

    /// It is not worth a walk to gain less than this part of what is used.
    private static final int GAIN_PART_MIN = 50;

    private static final long PAUSE_MS_MIN = 2_000;
    private static final long PAUSE_MS_MAX = 600_000;

    private enum State {
        WATCH,
        MOVE,
        RELEASE
    }

    private final NodeLoop loop;
    private final Settings settings;
    private final Keyspace keyspace;
    private final Defragmenter defragmenter;
    private final KeyspaceStats stats;
    private final LatencyMonitor latency;

    private State state = State.WATCH;
    private boolean asked;
    private int percent;
    private long residentBefore;
    private long leavingBytes;
    private long startedNs;
    private long pauseMs = PAUSE_MS_MIN;
    private long notBeforeMs;

    DefragDuties(
            NodeLoop loop,
            Settings settings,
            Keyspace keyspace,
            KeyspaceStats stats,
            LatencyMonitor latency) {
        this.loop = loop;
        this.settings = settings;
        this.keyspace = keyspace;
        this.defragmenter = new Defragmenter(keyspace);
        this.stats = stats;
        this.latency = latency;
    }

    /// At each tick.
    void tick() {
        percent = effort();
        stats.defragPercent = state == State.MOVE ? percent : 0;
        if (state == State.MOVE && percent == 0) {
            defragmenter.end();
        }
        if (state == State.WATCH && percent > 0 && loop.nowMs() >= notBeforeMs) {
            begin();
        }
    }

    /// Gives free pages back to the system, whatever the settings say.
    void purge() {
        asked = true;
        if (state == State.WATCH) {
            begin();
        }
    }

    private int effort() {
        if (!settings.get(Directives.ACTIVE_DEFRAG)) {
            return 0;
        }
        return new DefragEffort(
                        settings.get(Directives.DEFRAG_IGNORE_BYTES),
                        settings.get(Directives.DEFRAG_THRESHOLD_LOWER),
                        settings.get(Directives.DEFRAG_THRESHOLD_UPPER),
                        settings.get(Directives.DEFRAG_CYCLE_MIN),
                        settings.get(Directives.DEFRAG_CYCLE_MAX))
                .percent(keyspace.usedBytes(), keyspace.allocator().residentBytes());
    }

    private void begin() {
        residentBefore = keyspace.allocator().residentBytes();
        startedNs = System.nanoTime();
        stats.defragSinceNs = startedNs;
        leavingBytes = percent > 0 ? defragmenter.begin() : 0;
        if (leavingBytes < keyspace.usedBytes() / GAIN_PART_MIN) {
            defragmenter.end();
            leavingBytes = 0;
        }
        state = defragmenter.isRunning() ? State.MOVE : State.RELEASE;
        loop.submitNextTurn(this::slice);
    }

    private void slice() {
        long startNs = System.nanoTime();
        long hits = defragmenter.hits();
        long misses = defragmenter.misses();
        long keyHits = defragmenter.keyHits();
        long keyMisses = defragmenter.keyMisses();
        boolean done;
        do {
            done =
                    state == State.MOVE
                            ? defragmenter.step(STEP_VISITS)
                            : keyspace.allocator().releaseFree(STEP_RUNS);
        } while (!done && System.nanoTime() - startNs < SLICE_NS);
        stats.defragHits += defragmenter.hits() - hits;
        stats.defragMisses += defragmenter.misses() - misses;
        stats.defragKeyHits += defragmenter.keyHits() - keyHits;
        stats.defragKeyMisses += defragmenter.keyMisses() - keyMisses;
        long spentNs = System.nanoTime() - startNs;
        note(spentNs);
        if (done && state == State.RELEASE) {
            ended();
            return;
        }
        state = done ? State.RELEASE : state;
        // So much of the time as the effort allows; who has asked does not want to wait for long.
        long share = asked ? 50 : Math.max(1, percent);
        loop.submitAfter(
                Math.max(1, spentNs * (100 - share) / share / NANOS_PER_MILLI), this::slice);
    }

    private void ended() {
        state = State.WATCH;
        stats.defragNs += System.nanoTime() - startedNs;
        stats.defragSinceNs = 0;
        boolean futile = defragmenter.leftBytes() > leavingBytes / 2;
        pauseMs = futile ? Math.min(PAUSE_MS_MAX, pauseMs * 2) : PAUSE_MS_MIN;
        notBeforeMs = loop.nowMs() + pauseMs;
        asked = false;
        LOG.debug(
                "defragmented used={} resident={} resident_before={} emptied={} not_emptied={} ms={}",
                keyspace.usedBytes(),
                keyspace.allocator().residentBytes(),
                residentBefore,
                leavingBytes - defragmenter.leftBytes(),
                defragmenter.leftBytes(),
                (System.nanoTime() - startedNs) / NANOS_PER_MILLI);
    }

    private void note(long spentNs) {
        long thresholdMs = settings.get(Directives.LATENCY_MONITOR_THRESHOLD);
        long spentMs = spentNs / NANOS_PER_MILLI;
        if (thresholdMs > 0 && spentMs >= thresholdMs) {
            latency.add("active-defrag-cycle", loop.nowMs() / 1000, spentMs);
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.server;

import dev.dunlin.node.command.CommandRunner;
import dev.dunlin.node.command.KeyspaceStats;
import dev.dunlin.node.config.Directives;
import dev.dunlin.node.config.Setting;
import dev.dunlin.node.config.Settings;
import dev.dunlin.node.eviction.EvictionPolicy;
import dev.dunlin.node.eviction.EvictionTime;
import dev.dunlin.node.eviction.Victims;
import dev.dunlin.node.keyspace.AccessStamp;
import dev.dunlin.node.keyspace.Keyspace;
import dev.dunlin.node.observe.LatencyMonitor;
import dev.dunlin.node.replication.ReplicationLog;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Holds the node's memory to `maxmemory`: evicts keys before a command runs that finds too much in use, and goes on in turns of its own
/// when that takes longer than a command should wait.
///
/// ```
/// counted        keys, their tables | clients' buffers | the log, up to the size of its backlog
/// not counted    what the log keeps beyond that for replicas that are behind: evicting would only make it more
///                what was dropped, and a running snapshot still has to write
/// ```
///
/// What was dropped and is not freed yet is freed first: no key has to go for memory that comes back by itself.
///
/// Thread: owned by the node's loop.
final class MemoryDuties {
    private static final Logger LOG = LoggerFactory.getLogger(MemoryDuties.class);

    /// Dropped entries that are freed in one step.
    private static final int RECLAIM_ENTRIES = 32;

    /// Steps after which the clock is read.
    private static final int STEPS_PER_LOOK = 16;

    private static final Setting<?>[] SETTINGS = {
        Directives.MAX_MEMORY,
        Directives.MAX_MEMORY_POLICY,
        Directives.MAX_MEMORY_SAMPLES,
        Directives.EVICTION_TENACITY,
        Directives.REPLICA_IGNORE_MAX_MEMORY,
        Directives.LFU_DECAY_TIME,
        Directives.LFU_LOG_FACTOR
    };

    private final NodeLoop loop;
    private final Settings settings;
    private final Keyspace keyspace;
    private final CommandRunner runner;
    private final ReplicationLog log;
    private final ClientMemory clients;
    private final KeyspaceStats stats;
    private final LatencyMonitor latency;
    private final BooleanSupplier mayEvict;
    private final Runnable endOfTurn;
    private final Victims victims;

    private long limitBytes;
    private long timeLimitNs;

    /// What is in use besides the keyspace, as of the last tick.
    private long otherBytes;

    private boolean evicting;

    /// @param mayEvict whether the node may delete keys by itself now; while it may not, it does not refuse anything either
    /// @param endOfTurn hands the log to its readers
    MemoryDuties(
            NodeLoop loop,
            Settings settings,
            Keyspace keyspace,
            CommandRunner runner,
            ReplicationLog log,
            ClientMemory clients,
            BooleanSupplier mayEvict,
            Runnable endOfTurn) {
        this.loop = loop;
        this.settings = settings;
        this.keyspace = keyspace;
        this.runner = runner;
        this.log = log;
        this.clients = clients;
        this.stats = runner.context().services().stats();
        this.latency = runner.context().services().observation().latency();
        this.mayEvict = mayEvict;
        this.endOfTurn = endOfTurn;
        this.victims = new Victims(keyspace, new SplittableRandom());
        settings.onChange(this::settingsChanged, SETTINGS);
        configure();
    }

    private void configure() {
        EvictionPolicy policy = EvictionPolicy.of(settings.get(Directives.MAX_MEMORY_POLICY));
        victims.configure(policy, settings.get(Directives.MAX_MEMORY_SAMPLES));
        keyspace.access()
                .configure(
                        switch (policy.order()) {
                            case IDLE -> AccessStamp.Recorded.IDLE_TIME;
                            case FREQUENCY -> AccessStamp.Recorded.FREQUENCY;
                            case EXPIRY, RANDOM, NONE -> AccessStamp.Recorded.NOTHING;
                        },
                        settings.get(Directives.LFU_LOG_FACTOR),
                        settings.get(Directives.LFU_DECAY_TIME));
        limitBytes = settings.get(Directives.MAX_MEMORY);
        timeLimitNs = EvictionTime.limitNanos(settings.get(Directives.EVICTION_TENACITY));
        measureOthers();
    }

    private void settingsChanged() {
        long before = limitBytes;
        configure();
        if (limitBytes != before && isOver()) {
            LOG.warn(
                    "maxmemory is below what is in use maxmemory={} used={}",
                    limitBytes,
                    usedBytes());
        }
    }

    /// {@return what counts for the limit}
    private long usedBytes() {
        return keyspace.usedBytes() - keyspace.keptBytes() + otherBytes;
    }

    private boolean isOver() {
        return limitBytes > 0 && usedBytes() > limitBytes;
    }

    private void measureOthers() {
        if (limitBytes > 0) {
            otherBytes = Math.min(log.memoryBytes(), log.backlogBytes()) + clients.measure();
        }
    }

    /// At each tick: a node that nobody asks anything comes down to its limit as well.
    void tick() {
        measureOthers();
        long evicted = stats.evictedKeys;
        isFull();
        if (stats.evictedKeys != evicted) {
            endOfTurn.run();
        }
    }

    /// Makes room when more is in use than may be; to be asked before each command.
    ///
    /// @return whether there is no room to make
    boolean isFull() {
        if (!isOver()) {
            if (stats.evictionExceededSinceNs != 0) {
                stats.evictionSettled(System.nanoTime());
            }
            return false;
        }
        return mayEvict.getAsBoolean() && !makeRoom();
    }

    /// {@return false when there is nobody left to evict}
    private boolean makeRoom() {
        long startNs = System.nanoTime();
        if (stats.evictionExceededSinceNs == 0) {
            stats.evictionExceededSinceNs = startNs;
        }
        boolean found = true;
        for (int step = 1; found && isOver(); step++) {
            if (keyspace.hasGarbage()) {
                keyspace.reclaim(RECLAIM_ENTRIES);
            } else {
                found = victims.find();
                if (found) {
                    evict();
                }
            }
            if (step % STEPS_PER_LOOK == 0 && System.nanoTime() - startNs > timeLimitNs) {
                break;
            }
        }
        long endNs = System.nanoTime();
        note("eviction-cycle", endNs - startNs);
        if (!isOver()) {
            stats.evictionSettled(endNs);
        } else if (found && !evicting) {
            evicting = true;
            loop.submitNextTurn(this::goOn);
        }
        return found;
    }

    private void evict() {
        long startNs =
                settings.get(Directives.LATENCY_MONITOR_THRESHOLD) > 0 ? System.nanoTime() : 0;
        runner.evict(victims.database(), victims.slot(), victims.ref(), victims.hash());
        if (startNs != 0) {
            note("eviction-del", System.nanoTime() - startNs);
        }
    }

    private void goOn() {
        evicting = false;
        loop.turn();
        isFull();
        endOfTurn.run();
    }

    private void note(String event, long spentNs) {
        long thresholdMs = settings.get(Directives.LATENCY_MONITOR_THRESHOLD);
        long spentMs = spentNs / 1_000_000;
        if (thresholdMs > 0 && spentMs >= thresholdMs) {
            latency.add(event, loop.nowMs() / 1000, spentMs);
        }
    }
}

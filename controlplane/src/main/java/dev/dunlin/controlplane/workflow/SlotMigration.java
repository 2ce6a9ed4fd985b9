// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.controlplane.workflow;

import dev.dunlin.clusterbus.model.NodeFlags;
import dev.dunlin.clusterbus.model.NodeId;
import dev.dunlin.clusterbus.model.OpenSlot;
import dev.dunlin.clusterbus.model.SlotSet;
import dev.dunlin.controlplane.nodeclient.ClusterSnapshot;
import dev.dunlin.controlplane.nodeclient.NodeClient.SlotState;
import dev.dunlin.controlplane.nodeclient.NodeException;
import dev.dunlin.controlplane.nodeclient.NodeException.Reason;
import dev.dunlin.controlplane.topology.ClusterNode;
import dev.dunlin.controlplane.topology.HostPort;
import dev.dunlin.controlplane.topology.Topology;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Moves slots key by key, in the order redis-cli uses, one slot at a time:
///
/// ```
/// target   SETSLOT s IMPORTING source      (first the target: from here on it takes ASKING)
/// source   SETSLOT s MIGRATING target      (keys it no longer has are answered with ASK)
/// source   GETKEYSINSLOT, MIGRATE ...      until none is left
/// target   SETSLOT s NODE target           (first the target: never does nobody own the slot)
/// source   SETSLOT s NODE target
/// others   SETSLOT s NODE target           (they would learn it from gossip as well)
/// ```
///
/// Every error makes it look again who leads either shard and who owns the slot, so it survives a failover of both ends.
/// Between slots nothing is open; a slot in the middle of its move serves clients all the time through ASK.
///
/// Thread: that of the workflow.
final class SlotMigration {
    private static final Logger LOG = LoggerFactory.getLogger(SlotMigration.class);

    private static final int BATCH_KEYS_MIN = 1;
    private static final int BATCH_KEYS_START = 32;
    private static final int BATCH_KEYS_MAX = 256;

    /// MIGRATE stops the source's clients while it runs, so batches are cut to take about this long.
    private static final long BATCH_GOAL_NS = 5_000_000;

    private static final long NANOS_PER_SECOND = 1_000_000_000L;

    /// How often a waiting move looks whether its limit was changed.
    private static final long LIMIT_LOOK_NS = 200_000_000L;

    /// A single huge value may take longer; then waiting beats sending it again.
    private static final Duration MIGRATE_TIMEOUT = Duration.ofSeconds(60);

    private final StepContext context;
    private final Step.MoveSlots step;

    private ClusterNode source;
    private ClusterNode target;
    private List<HostPort> others = List.of();
    private int batchKeys = BATCH_KEYS_START;

    /// When the limit of the workflow lets the next slot go.
    private long nextSlotNs;

    /// Whether the copy at the source is the newer one whenever both ends hold a key.
    ///
    /// True while this very run opened the slot and the source never went away: then a second copy is one whose
    /// acknowledgement got lost. After a restart or a failover the source may hold keys from before they were moved.
    private boolean sourceIsNewer;

    SlotMigration(StepContext context, Step.MoveSlots step) {
        this.context = context;
        this.step = step;
        this.source = placeholder(step.source().primary());
        this.target = placeholder(step.target().primary());
        this.nextSlotNs = context.pacer().nowNs();
    }

    private static ClusterNode placeholder(NodeId id) {
        return new ClusterNode(
                id, null, 0, NodeFlags.NONE, null, 0, false, SlotSet.EMPTY, List.of());
    }

    /// What one slot needs, as seen by a fresh look at the nodes.
    private enum Need {
        /// The source owns it: move it.
        MOVE,
        /// The target owns it, but somebody still has it open or has not heard.
        SETTLE,
        NOTHING
    }

    void run() throws Failure.StepFailed, Failure.StepCancelled, InterruptedException {
        var done = SlotSet.builder();
        var unsettled = SlotSet.builder();
        retrying(
                step.slots().next(0),
                () -> {
                    Topology topology = look(step.slots());
                    for (int slot = step.slots().next(0);
                            slot >= 0;
                            slot = step.slots().next(slot + 1)) {
                        switch (need(topology, slot)) {
                            case NOTHING -> done.add(slot);
                            case SETTLE -> unsettled.add(slot);
                            case MOVE -> {}
                        }
                    }
                });
        context.meter().slotsSkipped(done.build().count());
        var pending = step.slots().minus(done.build());
        retrying(
                step.slots().next(0),
                () ->
                        context.meter()
                                .keysExpected(
                                        context.client().countKeys(address(source), pending)));
        for (int slot = pending.next(0); slot >= 0; slot = pending.next(slot + 1)) {
            context.stopIfCancelled();
            moveSlot(slot, unsettled.contains(slot));
        }
    }

    @FunctionalInterface
    private interface Attempt {
        void run() throws NodeException, Failure.StepFailed;
    }

    /// Counts failures in a row; keys that arrive start the count anew.
    private final class Failures {
        private int inARow;

        void progressed() {
            inARow = 0;
        }

        /// Waits a little, or throws when it has been tried often enough or makes no sense.
        void failed(NodeException e, int slot)
                throws Failure.StepFailed, Failure.StepCancelled, InterruptedException {
            inARow++;
            if (!e.reason().isTransient() || inARow >= context.retry().attemptsMax()) {
                throw new Failure.StepFailed(
                        e.reason().name(),
                        "slot " + slot + ": " + e.text(),
                        leave(slot).text(),
                        "clusterctl workflow retry WORKFLOW (after clusterctl check)");
            }
            if (e.reason() == Reason.UNREACHABLE) {
                sourceIsNewer = false;
            }
            context.meter()
                    .stalled(
                            e.text()
                                    + " (try "
                                    + inARow
                                    + " of "
                                    + context.retry().attemptsMax()
                                    + ")");
            LOG.debug("slot move retried slot={} failures={} reason={}", slot, inARow, e.text());
            context.pause(context.retry().pauseAfter(inARow));
            if (context.isCancelled()) {
                Left left = leave(slot);
                if (left.clean()) {
                    throw new Failure.StepCancelled();
                }
                throw new Failure.StepFailed(
                        "CANCELLED_HALF_MOVED",
                        "cancelled while slot " + slot + " could not be moved: " + e.text(),
                        left.text(),
                        "clusterctl workflow retry WORKFLOW (after clusterctl check)");
            }
        }
    }

    private void retrying(int slot, Attempt attempt)
            throws Failure.StepFailed, Failure.StepCancelled, InterruptedException {
        var failures = new Failures();
        while (true) {
            try {
                attempt.run();
                return;
            } catch (NodeException e) {
                failures.failed(e, slot);
            }
        }
    }

    private void moveSlot(int slot, boolean unsettled)
            throws Failure.StepFailed, Failure.StepCancelled, InterruptedException {
        var failures = new Failures();
        long startNs = context.pacer().nowNs();
        var moved = new Moved();
        boolean lookFirst = unsettled;
        boolean opened = false;
        awaitTurn();
        while (true) {
            try {
                if (lookFirst) {
                    Topology topology = look(SlotSet.of(slot));
                    switch (need(topology, slot)) {
                        case NOTHING -> {
                            finished(moved, startNs);
                            return;
                        }
                        case SETTLE -> {
                            settle(slot, moved, failures);
                            closeWhereverOpen(slot, topology);
                            finished(moved, startNs);
                            return;
                        }
                        case MOVE -> {}
                    }
                }
                if (!opened) {
                    sourceIsNewer = !isOpen(slot);
                    opened = true;
                }
                open(slot);
                moveKeys(slot, moved, failures);
                settle(slot, moved, failures);
                finished(moved, startNs);
                return;
            } catch (NodeException e) {
                failures.failed(e, slot);
                lookFirst = true;
            }
        }
    }

    /// Keeps to the limit of the workflow, which may change at any time.
    private void awaitTurn() throws Failure.StepCancelled, InterruptedException {
        long nowNs = context.pacer().nowNs();
        int limit = context.slotsPerSecondMax().getAsInt();
        while (limit > 0 && nextSlotNs - nowNs > 0) {
            context.meter().stalled("limited to " + limit + " slots a second");
            context.pause(Duration.ofNanos(Math.min(nextSlotNs - nowNs, LIMIT_LOOK_NS)));
            context.stopIfCancelled();
            nowNs = context.pacer().nowNs();
            limit = context.slotsPerSecondMax().getAsInt();
        }
        nextSlotNs = limit > 0 ? Math.max(nextSlotNs + NANOS_PER_SECOND / limit, nowNs) : nowNs;
    }

    /// Keys of one slot that arrived, and how long they took.
    private static final class Moved {
        private int keys;
        private long tookNs;
    }

    private void finished(Moved moved, long startNs) {
        context.meter().slotMoved(moved.keys, context.pacer().nowNs() - startNs, moved.tookNs);
    }

    private boolean isOpen(int slot) {
        return hasMark(source, slot) || hasMark(target, slot);
    }

    private void open(int slot) throws NodeException {
        context.client().setSlot(address(target), slot, new SlotState.Importing(source.id()));
        context.client().setSlot(address(source), slot, new SlotState.Migrating(target.id()));
    }

    private void moveKeys(int slot, Moved moved, Failures failures)
            throws NodeException, Failure.StepFailed {
        while (true) {
            var keys = context.client().keysInSlot(address(source), slot, batchKeys);
            if (keys.isEmpty()) {
                return;
            }
            long startNs = context.pacer().nowNs();
            migrate(slot, keys);
            long tookNs = context.pacer().nowNs() - startNs;
            moved.keys += keys.size();
            moved.tookNs += tookNs;
            failures.progressed();
            context.meter().keysMoved(keys.size(), tookNs);
            boolean all = keys.size() < batchKeys;
            sizeBatches(keys.size(), tookNs);
            if (all) {
                // Should a key have come since, the source will refuse to give the slot away.
                return;
            }
        }
    }

    /// Grows batches while they are quick, so that small keys fly, and cuts them when they hold up the source's clients.
    private void sizeBatches(int keys, long tookNs) {
        if (tookNs > BATCH_GOAL_NS) {
            batchKeys = Math.max(BATCH_KEYS_MIN, batchKeys / 2);
        } else if (keys == batchKeys && tookNs < BATCH_GOAL_NS / 4) {
            batchKeys = Math.min(BATCH_KEYS_MAX, batchKeys * 2);
        }
    }

    private void migrate(int slot, List<byte[]> keys) throws NodeException, Failure.StepFailed {
        try {
            context.client()
                    .migrate(address(source), address(target), keys, false, MIGRATE_TIMEOUT);
        } catch (NodeException e) {
            if (e.reason() != Reason.BUSY_KEY) {
                throw e;
            }
            replaceCopies(slot, keys);
        }
    }

    /// Some of the keys exist at both ends. Overwrites the target's copy where that can lose nothing.
    private void replaceCopies(int slot, List<byte[]> keys)
            throws NodeException, Failure.StepFailed {
        if (!sourceIsNewer) {
            requireSameCopies(slot, keys);
        }
        context.client().migrate(address(source), address(target), keys, true, MIGRATE_TIMEOUT);
    }

    private void requireSameCopies(int slot, List<byte[]> keys)
            throws NodeException, Failure.StepFailed {
        var atSource = context.client().dump(address(source), keys);
        var atTarget = context.client().dump(address(target), keys);
        for (int i = 0; i < keys.size(); i++) {
            boolean missing = atSource.get(i).length == 0 || atTarget.get(i).length == 0;
            if (!missing && !Arrays.equals(atSource.get(i), atTarget.get(i))) {
                throw new Failure.StepFailed(
                        Reason.BUSY_KEY.name(),
                        "slot "
                                + slot
                                + ": key "
                                + new String(keys.get(i), StandardCharsets.UTF_8)
                                + " exists at "
                                + source.name()
                                + " and at "
                                + target.name()
                                + " with different values, and it cannot be known which is newer",
                        leave(slot).text(),
                        "delete the copy that is wrong, then clusterctl workflow retry WORKFLOW");
            }
        }
    }

    /// Tells everybody that the target owns the slot. The target itself comes first.
    private void settle(int slot, Moved moved, Failures failures)
            throws NodeException, Failure.StepFailed {
        var owned = new SlotState.Owned(target.id());
        context.client().setSlot(address(target), slot, owned);
        while (true) {
            try {
                context.client().setSlot(address(source), slot, owned);
                break;
            } catch (NodeException e) {
                if (e.reason() == Reason.NOT_PRIMARY) {
                    // With its last slot gone it has become a replica of the target, and knows who
                    // owns what.
                    break;
                }
                if (e.reason() != Reason.HOLDS_KEYS) {
                    throw e;
                }
                // A script wrote to the slot after its last key had left.
                moveKeys(slot, moved, failures);
            }
        }
        for (NodeException e : context.client().setSlotEverywhere(others, slot, owned)) {
            // Gossip tells it as well.
            LOG.debug("slot owner not told slot={} reason={}", slot, e.text());
        }
    }

    /// Naming the owner does not close a slot that was being imported by somebody else.
    private void closeWhereverOpen(int slot, Topology topology) throws NodeException {
        for (ClusterNode node : topology.primaries()) {
            if (hasMark(node, slot)) {
                context.client().setSlot(address(node), slot, new SlotState.Stable());
            }
        }
    }

    /// Looks at all nodes again: who leads either shard, and who else is a primary.
    ///
    /// Both ends have to answer, because only they know which slots they have open.
    private Topology look(SlotSet slots) throws NodeException, Failure.StepFailed {
        ClusterSnapshot snapshot = context.snapshot();
        Topology topology = snapshot.topology();
        ClusterNode newTarget = leader(topology, step.target(), step.targetName());
        ClusterNode newSource = sourceOf(topology, slots, newTarget);
        requireAnswer(snapshot, newTarget);
        requireAnswer(snapshot, newSource);
        if (!newSource.id().equals(source.id())) {
            sourceIsNewer = false;
        }
        source = newSource;
        target = newTarget;
        var rest = new ArrayList<HostPort>();
        for (ClusterNode node : topology.primaries()) {
            if (node.isUsable()
                    && node.address() != null
                    && !node.id().equals(source.id())
                    && !node.id().equals(target.id())) {
                rest.add(node.address());
            }
        }
        others = rest;
        return topology;
    }

    private void requireAnswer(ClusterSnapshot snapshot, ClusterNode node) throws NodeException {
        var silence = snapshot.silence(address(node));
        if (silence.isPresent()) {
            throw silence.get();
        }
    }

    private ClusterNode leader(Topology topology, ShardRef shard, String name)
            throws NodeException {
        var leader = shard.leader(topology);
        if (leader.isEmpty()) {
            throw new NodeException(
                    placeOf(topology, shard),
                    Reason.CLUSTER_DOWN,
                    "the shard of " + name + " has no primary that is up");
        }
        return leader.get();
    }

    /// The source's leader; a node drained to the last slot may be a replica of the target by now, and still be meant.
    private ClusterNode sourceOf(Topology topology, SlotSet slots, ClusterNode otherwise)
            throws NodeException {
        for (NodeId id : step.source().members()) {
            var node = topology.node(id);
            if (node.isPresent() && node.get().slots().intersects(slots)) {
                if (!node.get().isUsable()) {
                    throw new NodeException(
                            placeOf(topology, step.source()),
                            Reason.CLUSTER_DOWN,
                            node.get().name() + " is down and nobody has taken over its slots");
                }
                return node.get();
            }
        }
        var leader = step.source().leader(topology);
        if (leader.isPresent()) {
            return leader.get();
        }
        return topology.node(step.source().primary())
                .filter(ClusterNode::isUsable)
                .orElse(otherwise);
    }

    private Need need(Topology topology, int slot) throws Failure.StepFailed {
        var owner = topology.ownerOf(slot);
        if (owner.isPresent() && owner.get().id().equals(target.id())) {
            boolean open = topology.nodes().stream().anyMatch(node -> hasMark(node, slot));
            return open ? Need.SETTLE : Need.NOTHING;
        }
        if (owner.isPresent() && step.source().members().contains(owner.get().id())) {
            return Need.MOVE;
        }
        throw new Failure.StepFailed(
                "OWNER_CHANGED",
                "slot "
                        + slot
                        + " belongs to "
                        + owner.map(ClusterNode::name).orElse("nobody")
                        + ", neither to "
                        + step.sourceName()
                        + " nor to "
                        + step.targetName(),
                "slots moved so far stay with " + step.targetName(),
                "clusterctl check");
    }

    private static boolean hasMark(ClusterNode node, int slot) {
        for (OpenSlot open : node.openSlots()) {
            if (open.slot() == slot) {
                return true;
            }
        }
        return false;
    }

    /// What became of a slot whose move was given up.
    ///
    /// @param clean whether it is closed
    private record Left(boolean clean, String text) {}

    /// Closes the slot when none of its keys has left, and says in which state it is now.
    private Left leave(int slot) {
        try {
            var owner = context.snapshot().topology().ownerOf(slot);
            if (owner.isPresent() && owner.get().id().equals(target.id())) {
                return new Left(
                        !hasMark(owner.get(), slot),
                        "slot " + slot + " belongs to " + target.name());
            }
            long atTarget = context.client().countKeys(address(target), SlotSet.of(slot));
            if (atTarget == 0 && owner.isPresent() && owner.get().id().equals(source.id())) {
                context.client().setSlot(address(source), slot, new SlotState.Stable());
                context.client().setSlot(address(target), slot, new SlotState.Stable());
                return new Left(
                        true, "slot " + slot + " is closed again and belongs to " + source.name());
            }
            long atSource = context.client().countKeys(address(source), SlotSet.of(slot));
            return new Left(
                    false,
                    "slot "
                            + slot
                            + " is half moved: "
                            + atSource
                            + " keys at "
                            + source.name()
                            + ", "
                            + atTarget
                            + " at "
                            + target.name()
                            + "; clients are served all the time (ASK)");
        } catch (NodeException e) {
            return new Left(
                    false,
                    "slot "
                            + slot
                            + " may be half moved from "
                            + source.name()
                            + " to "
                            + target.name()
                            + ", which cannot be told now: "
                            + e.text());
        }
    }

    private HostPort address(ClusterNode node) throws NodeException {
        HostPort address = node.address();
        if (address == null) {
            throw new NodeException(
                    someAddress(),
                    Reason.CLUSTER_DOWN,
                    "the address of " + node.id() + " is not known");
        }
        return address;
    }

    private HostPort placeOf(Topology topology, ShardRef shard) {
        return topology.node(shard.primary())
                .map(ClusterNode::address)
                .orElseGet(this::someAddress);
    }

    private HostPort someAddress() {
        return context.known().addresses().getFirst();
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.controlplane.grpc;

import dev.dunlin.clusterbus.model.OpenSlot;
import dev.dunlin.clusterbus.model.SlotRange;
import dev.dunlin.clusterbus.model.SlotSet;
import dev.dunlin.controlplane.nodeclient.ClusterSnapshot;
import dev.dunlin.controlplane.topology.ClusterNode;
import dev.dunlin.controlplane.topology.HostPort;
import dev.dunlin.controlplane.topology.Topology;
import dev.dunlin.controlplane.v1.ClusterStatus;
import dev.dunlin.controlplane.v1.Eta;
import dev.dunlin.controlplane.v1.Finding;
import dev.dunlin.controlplane.v1.Move;
import dev.dunlin.controlplane.v1.Node;
import dev.dunlin.controlplane.v1.NodeHealth;
import dev.dunlin.controlplane.v1.NodeRole;
import dev.dunlin.controlplane.v1.Plan;
import dev.dunlin.controlplane.v1.Progress;
import dev.dunlin.controlplane.v1.Severity;
import dev.dunlin.controlplane.v1.ShardChange;
import dev.dunlin.controlplane.v1.Workflow;
import dev.dunlin.controlplane.v1.WorkflowError;
import dev.dunlin.controlplane.v1.WorkflowState;
import dev.dunlin.controlplane.workflow.Step;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// Domain values to messages.
final class ProtoMapper {
    private ProtoMapper() {}

    static List<dev.dunlin.controlplane.v1.SlotRange> ranges(SlotSet slots) {
        var ranges = new ArrayList<dev.dunlin.controlplane.v1.SlotRange>();
        for (SlotRange range : slots.ranges()) {
            ranges.add(
                    dev.dunlin.controlplane.v1.SlotRange.newBuilder()
                            .setFirst(range.first())
                            .setLast(range.last())
                            .build());
        }
        return ranges;
    }

    static ClusterStatus status(
            ClusterSnapshot snapshot,
            List<dev.dunlin.controlplane.health.Finding> findings,
            List<dev.dunlin.controlplane.workflow.Workflow.Status> running) {
        var topology = snapshot.topology();
        boolean healthy =
                findings.stream()
                        .noneMatch(finding ->
                                finding.severity()
                                        == dev.dunlin.controlplane.health.Finding.Severity.ERROR);
        long slotsOk = 0;
        long epoch = 0;
        for (var report : snapshot.reports().values()) {
            if (report instanceof ClusterSnapshot.Report.Answered answered) {
                long ok = answered.number("cluster_slots_ok", 0);
                slotsOk = slotsOk == 0 ? ok : Math.min(slotsOk, ok);
                epoch = Math.max(epoch, answered.number("cluster_current_epoch", 0));
            }
        }
        var status =
                ClusterStatus.newBuilder()
                        .setHealthy(healthy)
                        .setFingerprint(topology.fingerprint())
                        .setSlotsAssigned(topology.assigned().count())
                        .setSlotsOk((int) slotsOk)
                        .setOpenSlots(openSlots(snapshot))
                        .setCurrentEpoch(epoch)
                        .addAllNodes(nodes(snapshot));
        findings.forEach(finding -> status.addFindings(finding(finding)));
        running.forEach(workflow -> status.addRunning(workflow(workflow)));
        return status.build();
    }

    private static int openSlots(ClusterSnapshot snapshot) {
        var open = SlotSet.builder();
        snapshot.openSlots()
                .values()
                .forEach(slots -> slots.forEach(slot -> open.add(slot.slot())));
        return open.build().count();
    }

    /// {@return primaries in order of their slots, each followed by its replicas, then whatever is left}
    static List<Node> nodes(ClusterSnapshot snapshot) {
        Topology topology = snapshot.topology();
        var nodes = new ArrayList<Node>();
        for (ClusterNode primary : topology.primaries()) {
            nodes.add(node(snapshot, primary));
            topology.replicasOf(primary.id()).stream()
                    .sorted(Comparator.comparing(ClusterNode::name))
                    .forEach(replica -> nodes.add(node(snapshot, replica)));
        }
        for (ClusterNode node : topology.nodes()) {
            if (nodes.stream().noneMatch(seen -> seen.getId().equals(node.id().value()))) {
                nodes.add(node(snapshot, node));
            }
        }
        return nodes;
    }

    private static Node node(ClusterSnapshot snapshot, ClusterNode node) {
        HostPort address = node.address();
        var message =
                Node.newBuilder()
                        .setId(node.id().value())
                        .setRole(
                                node.isPrimary()
                                        ? NodeRole.NODE_ROLE_PRIMARY
                                        : NodeRole.NODE_ROLE_REPLICA)
                        .setHealth(health(snapshot, node))
                        .addAllSlots(ranges(node.slots()))
                        .setSlotCount(node.slots().count())
                        .setConfigEpoch(node.configEpoch());
        if (node.primary() != null) {
            message.setPrimaryId(node.primary().value());
        }
        for (OpenSlot open : node.openSlots()) {
            message.addOpenSlots(openSlot(open));
        }
        if (address == null) {
            return message.build();
        }
        message.setHost(address.host()).setPort(address.port());
        var report = snapshot.answered(address);
        if (report.isPresent()) {
            message.setKeys(keys(report.get()))
                    .setUsedMemoryBytes(report.get().number("used_memory", 0))
                    .setVersion(report.get().info().getOrDefault("redis_version", ""));
            if (!node.isPrimary()) {
                message.setReplicationLinkUp(
                        "up".equals(report.get().info().get("master_link_status")));
                lag(snapshot, node, report.get(), message);
            }
        }
        return message.build();
    }

    private static void lag(
            ClusterSnapshot snapshot,
            ClusterNode replica,
            ClusterSnapshot.Report.Answered report,
            Node.Builder message) {
        if (replica.primary() == null) {
            return;
        }
        var primary = snapshot.topology().node(replica.primary());
        if (primary.isEmpty() || primary.get().address() == null) {
            return;
        }
        long received = report.number("slave_repl_offset", -1);
        long written =
                snapshot.answered(primary.get().address())
                        .map(answer -> answer.number("master_repl_offset", -1))
                        .orElse(-1L);
        if (received >= 0 && written >= 0) {
            message.setReplicationLagBytes(Math.max(0, written - received));
        }
    }

    /// `db0:keys=12,expires=0,avg_ttl=0`; the line is missing while there are none.
    private static long keys(ClusterSnapshot.Report.Answered report) {
        String line = report.info().getOrDefault("db0", "keys=0,");
        int end = line.indexOf(',');
        try {
            return Long.parseLong(line.substring("keys=".length(), end < 0 ? line.length() : end));
        } catch (NumberFormatException | IndexOutOfBoundsException _) {
            return 0;
        }
    }

    private static NodeHealth health(ClusterSnapshot snapshot, ClusterNode node) {
        if (node.flags().isFailed()) {
            return NodeHealth.NODE_HEALTH_FAILED;
        }
        if (node.address() == null || snapshot.answered(node.address()).isEmpty()) {
            return NodeHealth.NODE_HEALTH_UNREACHABLE;
        }
        if (node.flags().isSuspected()) {
            return NodeHealth.NODE_HEALTH_SUSPECTED;
        }
        return node.flags().isHandshake()
                ? NodeHealth.NODE_HEALTH_HANDSHAKE
                : NodeHealth.NODE_HEALTH_ONLINE;
    }

    private static dev.dunlin.controlplane.v1.OpenSlot openSlot(OpenSlot open) {
        var message = dev.dunlin.controlplane.v1.OpenSlot.newBuilder().setSlot(open.slot());
        return switch (open) {
            case OpenSlot.Migrating(int _, var peer) ->
                    message.setMigrating(true).setPeerId(peer.value()).build();
            case OpenSlot.Importing(int _, var peer) -> message.setPeerId(peer.value()).build();
        };
    }

    static Finding finding(dev.dunlin.controlplane.health.Finding finding) {
        return Finding.newBuilder()
                .setId(finding.check().name())
                .setSeverity(
                        switch (finding.severity()) {
                            case INFO -> Severity.SEVERITY_INFO;
                            case WARN -> Severity.SEVERITY_WARN;
                            case ERROR -> Severity.SEVERITY_ERROR;
                        })
                .setObject(finding.object())
                .setEvidence(finding.evidence())
                .setRemedy(finding.remedy())
                .build();
    }

    static Plan plan(dev.dunlin.controlplane.workflow.Plan plan) {
        var message =
                Plan.newBuilder()
                        .setId(plan.id())
                        .setKind(plan.kind().name())
                        .setHash(plan.hash())
                        .setFingerprint(plan.fingerprint())
                        .addAllWarnings(plan.warnings())
                        .setSlotsToMove(plan.slotsToMove())
                        .setKeysToMove(plan.keysToMove());
        for (Step.MoveSlots move : plan.moves()) {
            message.addMoves(
                    Move.newBuilder()
                            .setSourceId(move.source().primary().value())
                            .setSourceAddress(move.sourceName())
                            .setTargetId(move.target().primary().value())
                            .setTargetAddress(move.targetName())
                            .addAllSlots(ranges(move.slots()))
                            .setSlotCount(move.slots().count()));
        }
        for (var shard : plan.shards()) {
            message.addShards(
                    ShardChange.newBuilder()
                            .setPrimaryId(shard.primary().value())
                            .setPrimaryAddress(shard.address())
                            .setSlotsBefore(shard.slotsBefore())
                            .setSlotsAfter(shard.slotsAfter()));
        }
        plan.steps().forEach(step -> message.addSteps(step.text()));
        return message.build();
    }

    static Workflow workflow(dev.dunlin.controlplane.workflow.Workflow.Status status) {
        var message =
                Workflow.newBuilder()
                        .setId(status.id())
                        .setKind(status.plan().kind().name())
                        .setState(
                                switch (status.state()) {
                                    case RUNNING -> WorkflowState.WORKFLOW_STATE_RUNNING;
                                    case CANCELLING -> WorkflowState.WORKFLOW_STATE_CANCELLING;
                                    case SUCCEEDED -> WorkflowState.WORKFLOW_STATE_SUCCEEDED;
                                    case FAILED -> WorkflowState.WORKFLOW_STATE_FAILED;
                                    case CANCELLED -> WorkflowState.WORKFLOW_STATE_CANCELLED;
                                })
                        .setPlanId(status.plan().id())
                        .setPlanHash(status.plan().hash())
                        .setReason(status.reason())
                        .setCreatedMs(status.createdMs())
                        .setEndedMs(status.endedMs())
                        .setProgress(progress(status.progress()))
                        .setSlotsPerSecondMax(status.slotsPerSecondMax())
                        .setCursor(status.cursor());
        var failure = status.failure();
        if (failure != null) {
            message.setError(
                    WorkflowError.newBuilder()
                            .setCode(failure.code())
                            .setText(failure.text())
                            .setStateNow(failure.stateNow())
                            .setNextCommand(failure.nextCommand()));
        }
        return message.build();
    }

    private static Progress progress(dev.dunlin.controlplane.workflow.Progress progress) {
        var message =
                Progress.newBuilder()
                        .setStepsDone(progress.stepsDone())
                        .setStepsTotal(progress.stepsTotal())
                        .setCurrentStep(progress.currentStep())
                        .setSlotsDone(progress.slotsDone())
                        .setSlotsTotal(progress.slotsTotal())
                        .setKeysDone(progress.keysDone())
                        .setKeysTotal(progress.keysTotal())
                        .setKeysPerSecond(progress.keysPerSecond())
                        .setSlotsPerSecond(progress.slotsPerSecond())
                        .setStallReason(progress.stallReason());
        var eta = progress.eta();
        if (eta != null) {
            message.setEta(
                    Eta.newBuilder()
                            .setSeconds(eta.seconds())
                            .setLowSeconds(eta.low())
                            .setHighSeconds(eta.high()));
        }
        return message.build();
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.controlplane.workflow;

import dev.dunlin.controlplane.nodeclient.ClusterSnapshot;
import dev.dunlin.controlplane.nodeclient.NodeClient;
import dev.dunlin.controlplane.nodeclient.NodeException;
import dev.dunlin.controlplane.nodeclient.NodeException.Reason;
import dev.dunlin.controlplane.topology.ClusterNode;
import dev.dunlin.controlplane.topology.HostPort;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Carries out one step: looks how far it has come, does what is missing, looks again.
///
/// Moving slots has a class of its own, [SlotMigration].
final class StepRunner {
    private static final Logger LOG = LoggerFactory.getLogger(StepRunner.class);

    /// A lost introduction or order is repeated after this time.
    private static final long REPEAT_NS = 2_000_000_000L;

    /// A client that is busy asks more often than this, so when none had to be redirected for so long, all know.
    private static final long CLIENTS_QUIET_NS = 3_000_000_000L;

    /// Clients that never look at the cluster again would be waited for in vain.
    private static final long CLIENTS_PATIENCE_NS = 20_000_000_000L;

    private StepRunner() {}

    static void run(StepContext context, Step step)
            throws Failure.StepFailed, Failure.StepCancelled, InterruptedException {
        switch (step) {
            case Step.AssignSlots assign -> assignSlots(context, assign);
            case Step.SetEpoch set -> setEpoch(context, set);
            case Step.JoinNodes join -> joinNodes(context, join);
            case Step.AttachReplica attach -> attachReplica(context, attach);
            case Step.AwaitReplicas await -> awaitReplicas(context, await);
            case Step.AwaitAgreement await -> awaitAgreement(context, await);
            case Step.MoveSlots move -> new SlotMigration(context, move).run();
            case Step.AwaitClients await -> awaitClients(context, await);
            case Step.ForgetNode forget -> forgetNode(context, forget);
            case Step.Promote promote -> promote(context, promote);
        }
    }

    private static void assignSlots(StepContext context, Step.AssignSlots step)
            throws Failure.StepFailed, Failure.StepCancelled, InterruptedException {
        context.await(
                step.text(),
                () -> {
                    ClusterNode self = self(context, step.node());
                    var missing = step.slots().minus(self.slots());
                    if (missing.isEmpty()) {
                        return null;
                    }
                    context.client().addSlots(step.node().address(), missing);
                    return "slots are being assigned";
                });
    }

    private static void setEpoch(StepContext context, Step.SetEpoch step)
            throws Failure.StepFailed, Failure.StepCancelled, InterruptedException {
        context.await(
                step.text(),
                () -> {
                    // An epoch can be set once, and only while nobody else is known; later ones
                    // sort themselves out.
                    var view = context.client().clusterNodes(step.node().address());
                    if (view.size() == 1 && view.getFirst().configEpoch() == 0) {
                        context.client().setConfigEpoch(step.node().address(), step.epoch());
                    }
                    return null;
                });
    }

    private static void joinNodes(StepContext context, Step.JoinNodes step)
            throws Failure.StepFailed, Failure.StepCancelled, InterruptedException {
        context.known().addSeeds(step.nodes().stream().map(Step.Member::address).toList());
        context.known().addSeeds(List.of(step.peer().address()));
        var askedNs = new HashMap<Step.Member, Long>();
        context.await(
                step.text(),
                () -> {
                    String missing = null;
                    for (Step.Member node : step.nodes()) {
                        if (!introduced(context, step.peer(), node, askedNs)) {
                            missing = node.address() + " is being introduced";
                        }
                    }
                    if (missing != null) {
                        return missing;
                    }
                    return knownByAll(context, step);
                });
    }

    /// {@return whether `node` knows `peer`; introduces it when not}
    private static boolean introduced(
            StepContext context, Step.Member peer, Step.Member node, Map<Step.Member, Long> askedNs)
            throws NodeException, Failure.StepFailed {
        boolean known =
                context.client().clusterNodes(node.address()).stream()
                        .anyMatch(other ->
                                other.id().equals(peer.id()) && !other.flags().isHandshake());
        if (known) {
            return true;
        }
        long nowNs = context.pacer().nowNs();
        Long asked = askedNs.get(node);
        if (asked == null || nowNs - asked >= REPEAT_NS) {
            self(context, node);
            context.client().meet(node.address(), peer.address(), peer.busPort());
            askedNs.put(node, nowNs);
        }
        return false;
    }

    private static @Nullable String knownByAll(StepContext context, Step.JoinNodes step)
            throws NodeException {
        ClusterSnapshot snapshot = context.snapshot();
        for (var report : snapshot.reports().entrySet()) {
            if (!(report.getValue() instanceof ClusterSnapshot.Report.Answered answered)) {
                continue;
            }
            for (Step.Member node : step.nodes()) {
                boolean known =
                        answered.view().stream()
                                .anyMatch(other ->
                                        other.id().equals(node.id())
                                                && !other.flags().isHandshake());
                if (!known) {
                    return report.getKey() + " does not know " + node.address() + " yet";
                }
            }
        }
        for (Step.Member node : step.nodes()) {
            if (snapshot.topology().node(node.id()).isEmpty()) {
                return node.address() + " is not in the cluster yet";
            }
        }
        return null;
    }

    private static void attachReplica(StepContext context, Step.AttachReplica step)
            throws Failure.StepFailed, Failure.StepCancelled, InterruptedException {
        context.await(
                step.text(),
                () -> {
                    ClusterNode self = self(context, step.replica());
                    var topology = context.snapshot().topology();
                    // The primary may have failed over meanwhile: then its successor is meant.
                    var leader = ShardRef.of(topology, step.primary().id()).leader(topology);
                    var wanted = leader.map(ClusterNode::id).orElse(step.primary().id());
                    if (wanted.equals(self.primary())) {
                        return null;
                    }
                    context.client().replicate(step.replica().address(), wanted);
                    return "the replica is being attached";
                });
    }

    private static void awaitReplicas(StepContext context, Step.AwaitReplicas step)
            throws Failure.StepFailed, Failure.StepCancelled, InterruptedException {
        context.await(
                step.text(),
                () -> {
                    for (Step.Member replica : step.replicas()) {
                        var info = context.client().info(replica.address());
                        // A node that was promoted meanwhile has nobody to catch up with.
                        if ("slave".equals(info.get("role"))
                                && !"up".equals(info.get("master_link_status"))) {
                            return replica.address() + " is not connected to its primary yet";
                        }
                    }
                    return null;
                });
    }

    private static void awaitAgreement(StepContext context, Step.AwaitAgreement step)
            throws Failure.StepFailed, Failure.StepCancelled, InterruptedException {
        context.await(
                step.text(),
                () -> {
                    ClusterSnapshot snapshot = context.snapshot();
                    var disagreeing = snapshot.disagreeing();
                    if (!disagreeing.isEmpty()) {
                        return disagreeing.getFirst() + " does not agree with the others yet";
                    }
                    return snapshot.agreed() ? null : "not every node says that the cluster is ok";
                });
    }

    private static void awaitClients(StepContext context, Step.AwaitClients step)
            throws Failure.StepFailed, Failure.StepCancelled, InterruptedException {
        long beganNs = context.pacer().nowNs();
        long[] redirects = {-1};
        long[] changedNs = {beganNs};
        context.await(
                step.text(),
                () -> {
                    long now = redirects(context, step.node());
                    long nowNs = context.pacer().nowNs();
                    if (now != redirects[0]) {
                        redirects[0] = now;
                        changedNs[0] = nowNs;
                    }
                    if (nowNs - changedNs[0] >= CLIENTS_QUIET_NS) {
                        return null;
                    }
                    if (nowNs - beganNs >= CLIENTS_PATIENCE_NS) {
                        LOG.warn(
                                "node leaves while clients still ask it node={} redirects={}",
                                step.node().address(),
                                now);
                        return null;
                    }
                    return "clients may still ask " + step.node().address();
                });
    }

    /// {@return how many commands the node has answered with MOVED so far; a node that is gone answers none}
    private static long redirects(StepContext context, Step.Member node) throws NodeException {
        try {
            String moved =
                    context.client()
                            .info(node.address())
                            .getOrDefault("errorstat_MOVED", "count=0");
            return Long.parseLong(moved.substring(moved.indexOf('=') + 1).strip());
        } catch (NumberFormatException _) {
            return 0;
        } catch (NodeException e) {
            if (e.reason() == Reason.UNREACHABLE) {
                return 0;
            }
            throw e;
        }
    }

    private static void forgetNode(StepContext context, Step.ForgetNode step)
            throws Failure.StepFailed, Failure.StepCancelled, InterruptedException {
        context.await(
                step.text(),
                () -> {
                    ClusterSnapshot snapshot = context.snapshot();
                    requireRemovable(snapshot, step);
                    int holders = 0;
                    for (var report : snapshot.reports().entrySet()) {
                        boolean other = !report.getKey().equals(step.node().address());
                        if (other
                                && report.getValue()
                                        instanceof ClusterSnapshot.Report.Answered answered
                                && answered.view().stream()
                                        .anyMatch(node -> node.id().equals(step.node().id()))) {
                            forget(context, report.getKey(), step.node());
                            holders++;
                        }
                    }
                    reset(context, step.node());
                    if (holders > 0) {
                        return holders + " nodes are being told to forget it";
                    }
                    return silence(snapshot, step.node());
                });
    }

    /// {@return that a member which counts as up did not answer, if so: should it remember the node, it would bring it back}
    private static @Nullable String silence(ClusterSnapshot snapshot, Step.Member leaving) {
        for (ClusterNode node : snapshot.topology().nodes()) {
            var silence = snapshot.silence(node.address());
            if (silence.isPresent() && node.isUsable() && !node.id().equals(leaving.id())) {
                return silence.get().text();
            }
        }
        return null;
    }

    private static void forget(StepContext context, HostPort holder, Step.Member node)
            throws NodeException {
        try {
            context.client().forget(holder, node.id());
        } catch (NodeException e) {
            // It has forgotten it already.
            if (e.reason() != Reason.UNKNOWN_NODE) {
                throw e;
            }
        }
    }

    /// A node that owns slots, or that others replicate, is never removed, whatever the plan says.
    private static void requireRemovable(ClusterSnapshot snapshot, Step.ForgetNode step)
            throws Failure.StepFailed {
        Optional<ClusterNode> node = snapshot.topology().node(step.node().id());
        if (node.isPresent() && !node.get().slots().isEmpty()) {
            throw new Failure.StepFailed(
                    "NODE_OWNS_SLOTS",
                    step.node().address() + " owns slots again: " + node.get().slots(),
                    "the node is still a member and serves these slots",
                    "clusterctl remove-node " + step.node().address());
        }
        var replicas = snapshot.topology().replicasOf(step.node().id());
        if (!replicas.isEmpty()) {
            throw new Failure.StepFailed(
                    "NODE_HAS_REPLICAS",
                    replicas.getFirst().name() + " replicates " + step.node().address(),
                    "the node is still a member and owns no slots",
                    "clusterctl remove-node " + step.node().address());
        }
    }

    /// The leaving node may be down; then there is nothing to reset.
    private static void reset(StepContext context, Step.Member node) throws NodeException {
        try {
            var view = context.client().clusterNodes(node.address());
            boolean same =
                    view.stream()
                            .anyMatch(other ->
                                    other.flags().isMyself() && other.id().equals(node.id()));
            if (same && view.size() > 1) {
                context.client().resetSoft(node.address());
            }
        } catch (NodeException e) {
            if (e.reason() != Reason.UNREACHABLE) {
                throw e;
            }
        }
    }

    private static void promote(StepContext context, Step.Promote step)
            throws Failure.StepFailed, Failure.StepCancelled, InterruptedException {
        var askedNs = new long[] {Long.MIN_VALUE};
        context.await(
                step.text(),
                () -> {
                    ClusterNode self = self(context, step.replica());
                    if (self.isPrimary()) {
                        return null;
                    }
                    if (!step.primary().id().equals(self.primary())) {
                        throw new Failure.StepFailed(
                                "REPLICA_MOVED",
                                step.replica().address()
                                        + " no longer replicates "
                                        + step.primary().address(),
                                "no failover was started",
                                "clusterctl status");
                    }
                    long nowNs = context.pacer().nowNs();
                    // The order is good for five seconds; then it has to be given again.
                    if (askedNs[0] == Long.MIN_VALUE || nowNs - askedNs[0] >= 3 * REPEAT_NS) {
                        context.client()
                                .failover(
                                        step.replica().address(),
                                        step.force()
                                                ? NodeClient.FailoverMode.FORCE
                                                : NodeClient.FailoverMode.COORDINATED);
                        askedNs[0] = nowNs;
                    }
                    return "the replica has not taken over yet";
                });
    }

    /// {@return the node's line about itself}
    ///
    /// Throws [Failure.StepFailed] when another node answers at this address by now.
    private static ClusterNode self(StepContext context, Step.Member node)
            throws NodeException, Failure.StepFailed {
        var self =
                context.client().clusterNodes(node.address()).stream()
                        .filter(other -> other.flags().isMyself())
                        .findFirst();
        if (self.isEmpty() || !self.get().id().equals(node.id())) {
            throw new Failure.StepFailed(
                    "WRONG_NODE",
                    "another node answers at "
                            + node.address()
                            + ": wanted "
                            + node.id()
                            + ", found "
                            + self.map(other -> other.id().value()).orElse("none"),
                    "this step changed nothing",
                    "clusterctl check");
        }
        return self.get();
    }
}

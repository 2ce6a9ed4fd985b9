// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.chaos.scenario;

import dev.dunlin.chaos.HarnessException;
import dev.dunlin.chaos.checker.FaultWindow;
import dev.dunlin.chaos.client.JudgedClient;
import dev.dunlin.chaos.client.RawRespClient;
import dev.dunlin.chaos.cluster.ChaosNode;
import dev.dunlin.chaos.cluster.Cluster;
import dev.dunlin.chaos.history.Recorder;
import dev.dunlin.chaos.nemesis.Nemesis;
import dev.dunlin.chaos.workload.FailoverProbe;
import dev.dunlin.chaos.workload.FollowingClient;
import dev.dunlin.chaos.workload.RegisterTraffic;
import dev.dunlin.chaos.workload.UniqueWriter;
import dev.dunlin.chaos.workload.Workers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/// What a scenario plays on: a formed cluster, a nemesis, and helpers that start judged traffic.
///
/// Thread: one owner.
public final class Stage {
    /// The shard that is hit.
    public static final int SHARD = 0;

    /// Clients on the side of the primary that is hit.
    public static final String GROUP_A = "A";

    /// Clients on the side of the majority.
    public static final String GROUP_B = "B";

    /// What the key of zombie and stale reads has after the hash tag.
    public static final String WITNESS_KIND = "z:";

    private static final Duration CLIENT_TIMEOUT = Duration.ofMillis(500);
    private static final Duration WARM_UP = Duration.ofSeconds(1);
    private static final int PROMOTION_NODE_TIMEOUTS = 10;
    private static final int SETTLE_NODE_TIMEOUTS = 3;
    private static final Duration RESYNC = Duration.ofSeconds(20);
    private static final Duration AFTER_SETTLING = Duration.ofMillis(300);

    private final Cluster cluster;
    private final Nemesis nemesis;
    private final Recorder recorder;
    private final Workers workers;
    private final SplittableRandom random;
    private long settledNs = FaultWindow.NEVER;

    Stage(
            Cluster cluster,
            Nemesis nemesis,
            Recorder recorder,
            Workers workers,
            SplittableRandom random) {
        this.cluster = cluster;
        this.nemesis = nemesis;
        this.recorder = recorder;
        this.workers = workers;
        this.random = random;
    }

    /// {@return the cluster}
    public Cluster cluster() {
        return cluster;
    }

    /// {@return the nemesis}
    public Nemesis nemesis() {
        return nemesis;
    }

    /// {@return the history's recorder}
    public Recorder recorder() {
        return recorder;
    }

    /// {@return the threads}
    public Workers workers() {
        return workers;
    }

    /// {@return who starts as primary of the shard that is hit}
    public ChaosNode primary() {
        return cluster.shard(SHARD).getFirst();
    }

    /// {@return the hash tag of the shard that is hit}
    public String tag() {
        return cluster.tag(SHARD);
    }

    /// {@return the key whose reads show staleness}
    public String witnessKey() {
        return tag() + WITNESS_KIND + "0";
    }

    /// {@return the node timeout in milliseconds}
    public long nodeTimeoutMs() {
        return cluster.settings().nodeTimeoutMs();
    }

    /// {@return a client of one node that goes nowhere else}
    public JudgedClient pinned(ChaosNode node, String group) {
        return new JudgedClient(
                recorder,
                new RawRespClient(
                        node.address(), cluster.environment().clientAddress(group), CLIENT_TIMEOUT),
                node.name());
    }

    /// {@return a client that follows a shard's primary}
    public FollowingClient following(int shard, String group) {
        return new FollowingClient(cluster, recorder, shard, group, CLIENT_TIMEOUT);
    }

    /// Starts writers that stay with the primary which will be hit.
    public void startPinnedWriters(int count, double perSecond) {
        for (int number = 0; number < count; number++) {
            String name = "a" + number;
            workers.start(
                    name, new UniqueWriter(pinned(primary(), GROUP_A), tag(), name, perSecond));
        }
    }

    /// Starts writers that follow the shard which will be hit.
    public void startFollowingWriters(int count, double perSecond) {
        for (int number = 0; number < count; number++) {
            String name = "b" + number;
            workers.start(
                    name, new UniqueWriter(following(SHARD, GROUP_B), tag(), name, perSecond));
        }
    }

    /// Starts clients that share registers of the shard which will be hit.
    public void startRegisters(int count) {
        var registers = new RegisterTraffic(tag());
        for (int number = 0; number < count; number++) {
            String name = "r" + number;
            workers.start(name, registers.client(following(SHARD, GROUP_B), name, random.split()));
        }
    }

    /// Starts one slow writer on each shard that will not be hit.
    public void startOtherShards() {
        for (int shard = 0; shard < cluster.settings().primaries(); shard++) {
            if (shard != SHARD) {
                String name = "o" + shard;
                workers.start(
                        name,
                        new UniqueWriter(following(shard, GROUP_B), cluster.tag(shard), name, 40));
            }
        }
    }

    /// Starts a failover probe on each replica of the shard that is about to be hit.
    public List<FailoverProbe> startFailoverProbes() {
        List<FailoverProbe> probes = new ArrayList<>();
        for (ChaosNode replica : cluster.shard(SHARD).subList(1, cluster.shard(SHARD).size())) {
            JudgedClient client = pinned(replica, GROUP_B);
            if (!client.tryConnect()) {
                throw new HarnessException("cannot reach replica " + replica.name());
            }
            var probe = new FailoverProbe(client, recorder, tag());
            probes.add(probe);
            workers.start("probe-" + replica.name(), probe);
        }
        return probes;
    }

    /// Waits for the first replica that accepts a write.
    ///
    /// @return when it did, or [FaultWindow#NEVER] after ten node timeouts
    public long awaitPromotion(List<FailoverProbe> probes) {
        Duration limit = nodeTimeouts(PROMOTION_NODE_TIMEOUTS);
        Cluster.await(limit, () -> probes.stream().anyMatch(FailoverProbe::accepted));
        return probes.stream()
                .filter(FailoverProbe::accepted)
                .mapToLong(FailoverProbe::firstOkNs)
                .min()
                .orElse(FaultWindow.NEVER);
    }

    /// {@return the node that accepted first}
    public ChaosNode promoted(List<FailoverProbe> probes) {
        return probes.stream()
                .filter(FailoverProbe::accepted)
                .findFirst()
                .map(probe -> cluster.node(probe.node()))
                .orElseThrow(() -> new HarnessException("no node was promoted"));
    }

    /// Waits, under continuing traffic, until the healed cluster has settled; a cluster that does not is judged later.
    public void awaitSettled() {
        if (cluster.awaitConverged(settleLimit()).isEmpty()) {
            settledNs = recorder.nowNs();
        }
        pass(AFTER_SETTLING);
    }

    /// {@return when the cluster was seen to have settled; [FaultWindow#NEVER] when it was not}
    long settledNs() {
        return settledNs;
    }

    /// {@return how long a healed cluster may take}
    Duration settleLimit() {
        return nodeTimeouts(SETTLE_NODE_TIMEOUTS).plus(RESYNC);
    }

    /// Lets traffic run undisturbed for a second and a random part of a node timeout, so that faults meet gossip in
    /// every phase.
    public void warmUp() {
        pass(WARM_UP.plusMillis(random.nextLong(nodeTimeoutMs())));
    }

    /// {@return a multiple of the node timeout}
    public Duration nodeTimeouts(double count) {
        return Duration.ofMillis((long) (count * nodeTimeoutMs()));
    }

    /// Lets time of the experiment pass.
    public void pass(Duration duration) {
        try {
            Thread.sleep(duration);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new HarnessException("interrupted during the experiment", e);
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.clusterbus.engine;

import dev.dunlin.clusterbus.model.ClusterView;
import dev.dunlin.clusterbus.model.NodeFlags;
import dev.dunlin.clusterbus.model.NodeId;
import dev.dunlin.clusterbus.model.PersistedState;
import java.util.List;
import java.util.random.RandomGenerator;

/// The cluster's rules and nothing else: no socket, file, clock, thread or randomness of its own.
///
/// An event goes in, effects come out, to be carried out in their order. Production drives it from the bus loop, tests from
/// virtual time; both run exactly this code. The rules themselves are in the other classes of this package, one each.
///
/// Thread: one owner, the bus loop. Others read the [ClusterView] it publishes.
public final class ClusterEngine {
    private final Core core;
    private final Links links;
    private final Membership membership;
    private final FailureDetection failures;
    private final WriteLease lease;
    private final ClusterState state;
    private final FailoverElection election;
    private final ManualFailover manualFailover;
    private final ReplicaMigration replicaMigration;
    private final SlotOwnership ownership;
    private final SlotCommands slotCommands;
    private final AdminCommands adminCommands;
    private final Publisher publisher;
    private final Inbox inbox;
    private final ViewBuilder views;
    private boolean started;

    /// Time of the last tick: a gap longer than the lease means that this process was frozen.
    private long lastTickMs;

    /// Starts from what was on disk; the first tick brings the first view, the first connections and, for a replica, the
    /// order to replicate.
    ///
    /// @param state content of nodes.conf, or [#freshState]
    /// @param random seeded by the caller; ids of new nodes, gossip picks and election delays come from it
    public ClusterEngine(
            EngineConfig config, PersistedState state, RandomGenerator random, long nowMs) {
        core = new Core(StateFile.load(state, random, nowMs), config, random, nowMs);
        lastTickMs = nowMs;
        this.state = new ClusterState(core);
        var headers = new HeaderComposer(core, this.state);
        var blacklist = new Blacklist();
        var heartbeats = new Heartbeats(core, headers, blacklist);
        links = new Links(core, heartbeats);
        membership = new Membership(core, links, blacklist);
        lease = new WriteLease(core);
        var grants = new LeaseGrants(core);
        manualFailover = new ManualFailover(core, heartbeats, headers);
        var roles = new Roles(core, heartbeats, lease, manualFailover);
        var epochs = new Epochs(core, lease, heartbeats);
        ownership = new SlotOwnership(core, headers, roles, epochs);
        failures = new FailureDetection(core, links, heartbeats, headers, lease);
        var gossip = new GossipRules(core, failures, membership);
        election = new FailoverElection(core, headers, heartbeats, manualFailover, roles);
        replicaMigration = new ReplicaMigration(core, this.state, roles);
        var voting = new Voting(core, headers, grants, lease, ownership);
        slotCommands = new SlotCommands(core, epochs, roles, heartbeats);
        adminCommands =
                new AdminCommands(
                        core,
                        membership,
                        blacklist,
                        roles,
                        epochs,
                        failures,
                        manualFailover,
                        heartbeats);
        publisher = new Publisher(core, headers);
        inbox =
                new Inbox(
                        core,
                        links,
                        heartbeats,
                        membership,
                        roles,
                        ownership,
                        epochs,
                        failures,
                        gossip,
                        grants,
                        lease,
                        voting,
                        election,
                        manualFailover);
        views = new ViewBuilder(core, this.state, lease, manualFailover);
        core.myself().set(NodeFlags.LIGHT_PUBLISH);
        adminCommands.configured(config);
    }

    /// {@return the state of a node that was never started: a random id, a primary without slots}
    public static PersistedState freshState(EngineConfig config, RandomGenerator random) {
        return StateFile.fresh(config, random);
    }

    /// {@return this node's id}
    public NodeId id() {
        return core.myself().id();
    }

    /// {@return the settings in force}
    public EngineConfig config() {
        return core.config;
    }

    /// {@return the cluster as this node sees it now}
    public ClusterView view() {
        return views.build();
    }

    /// Takes one event and says what is to be done about it.
    public List<Effect> step(Event event) {
        core.nowMs = Math.max(core.nowMs, event.nowMs());
        noticeFreeze();
        lease.observeTime();
        switch (event) {
            case Event.Tick _ -> tick();
            case Event.Accepted(LinkId link, String peerIp, String localIp, long _) ->
                    links.accepted(link, peerIp, localIp);
            case Event.Connected(LinkId link, long _) -> links.connected(link);
            case Event.ConnectFailed(LinkId link, boolean refused, long _) ->
                    links.connectFailed(link, refused);
            case Event.LinkClosed(LinkId link, boolean byPeer, long _) ->
                    links.closed(link, byPeer);
            case Event.Received received -> inbox.received(received.link(), received.message());
            case Event.CommandIssued(long token, ClusterCommand command, long _) ->
                    core.outbox.answer(new Effect.Answer(token, run(command)));
            case Event.PublishRequested publish ->
                    publisher.publish(publish.sharded(), publish.body());
            case Event.HostReported(HostStatus status, long _) -> hostReported(status);
            case Event.WritesPaused(long offset, long _) -> {
                core.status =
                        new HostStatus(
                                offset,
                                core.status.primary(),
                                core.status.link(),
                                core.status.sinceMs());
                manualFailover.writesPaused(links);
            }
            case Event.KeysFound found -> ownership.keysFound(found.slots());
            case Event.ConfigChanged changed -> adminCommands.configured(changed.config());
            case Event.HostStalled _ -> stalled();
            case Event.HostResumed _ -> resumed();
        }
        return settle();
    }

    private void noticeFreeze() {
        long gapMs = core.nowMs - lastTickMs;
        if (gapMs > core.config.leaseMs()) {
            core.warn("node was frozen ms=" + gapMs);
            failures.forgiveSilence(gapMs);
            lease.restart();
            lastTickMs = core.nowMs;
        }
    }

    private void tick() {
        lastTickMs = core.nowMs;
        if (!started) {
            start();
        }
        membership.tick();
        if (!core.outbox.muted()) {
            failures.tick();
            manualFailover.tick();
            replicaMigration.tick();
        }
        if (views.isDue()) {
            core.outbox.changed();
        }
    }

    private void start() {
        started = true;
        core.outbox.save();
        Node primary = core.myself().primary;
        if (primary != null) {
            core.outbox.host(
                    new Effect.ReplicateFrom(
                            primary.id(), primary.address.ip(), primary.address.port(), false));
        }
    }

    private void hostReported(HostStatus status) {
        Node primary = core.myself().primary;
        // A report about a former primary would give the new shard's rank the old shard's offset.
        boolean current =
                primary == null ? status.primary() == null : primary.id().equals(status.primary());
        if (current) {
            core.status = status;
            manualFailover.checkCaughtUp();
        }
    }

    private void stalled() {
        core.warn("data loop stalled, falling silent");
        core.outbox.mute(true);
        lease.restart();
    }

    private void resumed() {
        if (core.outbox.muted()) {
            core.outbox.mute(false);
            core.info("data loop turns again");
        }
        lease.restart();
    }

    private CommandResult run(ClusterCommand command) {
        return switch (command) {
            case ClusterCommand.Meet meet -> adminCommands.meet(meet);
            case ClusterCommand.AddSlots add -> slotCommands.addSlots(add);
            case ClusterCommand.DelSlots del -> slotCommands.delSlots(del);
            case ClusterCommand.FlushSlots flush -> slotCommands.flushSlots(flush);
            case ClusterCommand.SetSlotMigrating set -> slotCommands.migrating(set);
            case ClusterCommand.SetSlotImporting set -> slotCommands.importing(set);
            case ClusterCommand.SetSlotStable set -> slotCommands.stable(set);
            case ClusterCommand.SetSlotNode set -> slotCommands.assign(set);
            case ClusterCommand.BumpEpoch _ -> adminCommands.bumpEpoch();
            case ClusterCommand.SetConfigEpoch set -> adminCommands.setConfigEpoch(set);
            case ClusterCommand.Forget forget -> adminCommands.forget(forget);
            case ClusterCommand.Replicate replicate -> adminCommands.replicate(replicate);
            case ClusterCommand.Reset reset -> adminCommands.reset(reset);
            case ClusterCommand.Failover failover -> adminCommands.failover(failover);
            case ClusterCommand.CountFailureReports count ->
                    adminCommands.countFailureReports(count);
            case ClusterCommand.SaveConfig _ -> adminCommands.saveConfig();
        };
    }

    /// What follows from this step, whatever it was.
    private List<Effect> settle() {
        election.step();
        state.evaluateIfNeeded();
        lease.settle();
        core.outbox.saveWhatIsDue(core.nowMs);
        Effect.Persist persist =
                core.outbox.wantsSave()
                        ? new Effect.Persist(StateFile.save(core.table), core.outbox.wantsSync())
                        : null;
        Effect.PublishView view =
                core.outbox.wantsView() ? new Effect.PublishView(views.build()) : null;
        return core.outbox.take(persist, view);
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.clusterbus.engine;

import dev.dunlin.clusterbus.model.NodeAddress;
import dev.dunlin.clusterbus.model.NodeFlags;
import dev.dunlin.clusterbus.model.NodeId;
import dev.dunlin.clusterbus.model.ShardId;
import java.util.List;

/// The CLUSTER subcommands about nodes, roles and epochs. Error texts are Redis's.
final class AdminCommands {
    private static final long PORT_MAX = 65_535;

    private final Core core;
    private final Membership membership;
    private final Blacklist blacklist;
    private final Roles roles;
    private final Epochs epochs;
    private final FailureDetection failures;
    private final ManualFailover manualFailover;
    private final Heartbeats heartbeats;

    AdminCommands(
            Core core,
            Membership membership,
            Blacklist blacklist,
            Roles roles,
            Epochs epochs,
            FailureDetection failures,
            ManualFailover manualFailover,
            Heartbeats heartbeats) {
        this.core = core;
        this.membership = membership;
        this.blacklist = blacklist;
        this.roles = roles;
        this.epochs = epochs;
        this.failures = failures;
        this.manualFailover = manualFailover;
        this.heartbeats = heartbeats;
    }

    CommandResult meet(ClusterCommand.Meet command) {
        if (!NumericAddress.valid(command.ip())
                || command.port() <= 0
                || command.port() > PORT_MAX
                || command.busPort() <= 0
                || command.busPort() > PORT_MAX) {
            return CommandResult.error(
                    "Invalid node address specified: " + command.ip() + ":" + command.port());
        }
        membership.startHandshake(
                NodeAddress.of(command.ip(), command.port(), command.busPort()), true);
        return CommandResult.OK;
    }

    CommandResult forget(ClusterCommand.Forget command) {
        Node node = core.table.find(command.node());
        Node myself = core.myself();
        if (node == null) {
            NodeId id = NodeId.parse(command.node());
            return id != null && blacklist.contains(id, core.nowMs)
                    ? CommandResult.OK
                    : unknown(command.node());
        }
        if (node == myself) {
            return CommandResult.error("I tried hard but I can't forget myself...");
        }
        if (node == myself.primary) {
            return CommandResult.error("Can't forget my master!");
        }
        membership.forgetForAWhile(node, core.config.blacklistTtlSeconds());
        return CommandResult.OK;
    }

    CommandResult replicate(ClusterCommand.Replicate command) {
        Node node = core.table.find(command.node());
        Node myself = core.myself();
        if (node == null) {
            return unknown(command.node());
        }
        if (node == myself) {
            return CommandResult.error("Can't replicate myself");
        }
        if (node.isReplica()) {
            return CommandResult.error("I can only replicate a master, not a replica.");
        }
        if (myself.isPrimary() && (myself.slotCount() != 0 || !command.databaseEmpty())) {
            return CommandResult.error(
                    "To set a master the node must be empty and without assigned slots.");
        }
        if (node != myself.primary) {
            roles.replicate(node);
        }
        return CommandResult.OK;
    }

    CommandResult reset(ClusterCommand.Reset command) {
        Node myself = core.myself();
        if (myself.isPrimary() && !command.databaseEmpty()) {
            return CommandResult.error(
                    "CLUSTER RESET can't be called with master nodes containing keys");
        }
        boolean wasReplica = myself.isReplica();
        manualFailover.reset();
        core.table.migrating.clear();
        core.table.importing.clear();
        core.table.unbindAll(myself);
        if (wasReplica) {
            roles.becomePrimary();
            core.outbox.host(new Effect.EmptyDatabase());
            core.outbox.host(new Effect.PromoteSelf(myself.configEpoch));
        }
        for (Node node : List.copyOf(core.table.nodes())) {
            if (!node.isMyself()) {
                membership.forget(node);
            }
        }
        myself.clear(NodeFlags.MIGRATE_TO);
        blacklist.clear();
        myself.shardId = command.hard() ? ShardId.random(core.random) : myself.shardId;
        if (command.hard()) {
            core.table.resetEpochs(core.randomId());
        }
        core.outbox.saveAndSync();
        core.topologyChanged();
        core.info("cluster reset hard=" + command.hard() + " id=" + myself.id());
        return CommandResult.OK;
    }

    CommandResult failover(ClusterCommand.Failover command) {
        Node myself = core.myself();
        if (myself.isPrimary()) {
            return CommandResult.error("You should send CLUSTER FAILOVER to a replica");
        }
        Node primary = myself.primary;
        if (primary == null) {
            return CommandResult.error("I'm a replica but my master is unknown to me");
        }
        switch (command.mode()) {
            case COORDINATED -> {
                if (primary.isFailed() || !primary.linked()) {
                    return CommandResult.error(
                            "Master is down or failed, please use CLUSTER FAILOVER FORCE");
                }
                manualFailover.ask(primary);
            }
            case FORCE -> manualFailover.force();
            case TAKEOVER -> {
                epochs.bump();
                roles.promote(myself.configEpoch);
            }
        }
        return CommandResult.OK;
    }

    CommandResult bumpEpoch() {
        boolean bumped = epochs.bump();
        return new CommandResult.Text((bumped ? "BUMPED " : "STILL ") + core.myself().configEpoch);
    }

    CommandResult setConfigEpoch(ClusterCommand.SetConfigEpoch command) {
        if (command.epoch() < 0) {
            return CommandResult.error("Invalid config epoch specified: " + command.epoch());
        }
        if (core.table.size() > 1) {
            return CommandResult.error(
                    "The user can assign a config epoch only when the node does not know any other"
                            + " node.");
        }
        Node myself = core.myself();
        if (myself.configEpoch != 0) {
            return CommandResult.error("Node config epoch is already non-zero");
        }
        myself.configEpoch = command.epoch();
        myself.touch();
        core.table.raiseCurrentEpoch(command.epoch());
        core.outbox.saveAndSync();
        core.topologyChanged();
        return CommandResult.OK;
    }

    CommandResult countFailureReports(ClusterCommand.CountFailureReports command) {
        Node node = core.table.find(command.node());
        return node == null
                ? unknown(command.node())
                : new CommandResult.Count(failures.reports(node));
    }

    CommandResult saveConfig() {
        core.outbox.saveAndSync();
        return CommandResult.OK;
    }

    /// Settings that others see were changed.
    void configured(EngineConfig config) {
        Node myself = core.myself();
        NodeAddress announced = config.announced();
        String ip = announced.ip().isEmpty() ? myself.address.ip() : announced.ip();
        NodeAddress address = announced.withIp(ip);
        if (!address.equals(myself.address)
                || !java.util.Objects.equals(config.humanNodename(), myself.humanNodename)) {
            myself.address = address;
            myself.humanNodename = config.humanNodename();
            core.outbox.save();
        }
        if (config.replicaNoFailover()) {
            myself.set(NodeFlags.NO_FAILOVER);
        } else {
            myself.clear(NodeFlags.NO_FAILOVER);
        }
        myself.touch();
        core.config = config;
        core.topologyChanged();
        heartbeats.announceToAll();
    }

    private static CommandResult unknown(String node) {
        return CommandResult.error("Unknown node " + node);
    }
}

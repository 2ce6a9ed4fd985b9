// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.server;

import dev.dunlin.clusterbus.BusConfig;
import dev.dunlin.clusterbus.engine.EngineConfig;
import dev.dunlin.clusterbus.model.NodeAddress;
import dev.dunlin.node.config.Directives;
import dev.dunlin.node.config.Setting;
import dev.dunlin.node.config.Settings;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Which directives the cluster bus follows.
final class BusSettings {
    /// A change of any of these is a change of the bus's configuration.
    static final Setting<?>[] ALL = {
        Directives.CLUSTER_NODE_TIMEOUT,
        Directives.CLUSTER_ANNOUNCE_IP,
        Directives.CLUSTER_ANNOUNCE_HOSTNAME,
        Directives.CLUSTER_ANNOUNCE_PORT,
        Directives.CLUSTER_ANNOUNCE_BUS_PORT,
        Directives.CLUSTER_REPLICA_VALIDITY_FACTOR,
        Directives.CLUSTER_MIGRATION_BARRIER,
        Directives.CLUSTER_ALLOW_REPLICA_MIGRATION,
        Directives.CLUSTER_REQUIRE_FULL_COVERAGE,
        Directives.CLUSTER_REPLICA_NO_FAILOVER,
        Directives.CLUSTER_PREFERRED_ENDPOINT_TYPE,
        Directives.CLUSTER_ALLOW_READS_WHEN_DOWN
    };

    private BusSettings() {}

    /// {@return how the bus of a node starts whose clients connect to `port`}
    ///
    /// @throws UnknownHostException when one of `bind` is no address
    static BusConfig read(Settings settings, int port) throws UnknownHostException {
        int busPort = settings.get(Directives.CLUSTER_PORT);
        if (busPort == 0) {
            busPort = port + NodeAddress.BUS_PORT_OFFSET;
        }
        return new BusConfig(
                Path.of(settings.get(Directives.DIR))
                        .resolve(settings.get(Directives.CLUSTER_CONFIG_FILE)),
                addresses(settings),
                busPort,
                null,
                0,
                engine(settings, port, busPort));
    }

    private static List<InetAddress> addresses(Settings settings) throws UnknownHostException {
        List<InetAddress> addresses = new ArrayList<>();
        for (String name : settings.get(Directives.BIND)) {
            InetAddress address = InetAddress.getByName(RespServer.host(name));
            // A socket on all of IPv4 may hold the port for IPv6 as well, so one that may be
            // missing is not asked for then.
            boolean held = addresses.stream().anyMatch(InetAddress::isAnyLocalAddress);
            if (!(name.startsWith("-") && address.isAnyLocalAddress() && held)) {
                addresses.add(address);
            }
        }
        return addresses;
    }

    /// {@return the rules' configuration}
    ///
    /// @param port of clients
    static EngineConfig engine(Settings settings, int port, int busPort) {
        String hostname = settings.get(Directives.CLUSTER_ANNOUNCE_HOSTNAME);
        int announcedPort = settings.get(Directives.CLUSTER_ANNOUNCE_PORT);
        int announcedBusPort = settings.get(Directives.CLUSTER_ANNOUNCE_BUS_PORT);
        var announced =
                new NodeAddress(
                        settings.get(Directives.CLUSTER_ANNOUNCE_IP),
                        announcedPort == 0 ? port : announcedPort,
                        announcedBusPort == 0 ? busPort : announcedBusPort,
                        0,
                        hostname.isEmpty() ? null : hostname);
        EngineConfig defaults = EngineConfig.defaults(announced);
        return new EngineConfig(
                announced,
                defaults.humanNodename(),
                settings.get(Directives.CLUSTER_NODE_TIMEOUT),
                0,
                settings.get(Directives.CLUSTER_REPLICA_VALIDITY_FACTOR),
                defaults.replicaPingPeriodSeconds(),
                settings.get(Directives.CLUSTER_MIGRATION_BARRIER),
                settings.get(Directives.CLUSTER_ALLOW_REPLICA_MIGRATION),
                settings.get(Directives.CLUSTER_REQUIRE_FULL_COVERAGE),
                settings.get(Directives.CLUSTER_REPLICA_NO_FAILOVER),
                0,
                defaults.blacklistTtlSeconds(),
                defaults.manualFailoverTimeoutMs(),
                defaults.writableDelayMs());
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.server;

import dev.dunlin.node.command.Client;
import dev.dunlin.node.command.ClientListCommand;
import dev.dunlin.node.command.KeyspaceStats;
import dev.dunlin.node.config.Directives;
import dev.dunlin.node.config.Settings;
import dev.dunlin.node.eviction.ClientLimit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Holds what clients take together to `maxmemory-clients`: who takes most goes first.
///
/// To measure all of them at each turn would cost too much with many of them. So what they may have grown by is added up as it happens, and
/// they are measured when that and the last measurement could be too much together, and at each tick.
///
/// Replicas and the link to the primary are not meant. Clients that have said CLIENT NO-EVICT count, and stay.
///
/// Thread: owned by the node's loop.
final class ClientMemory {
    private static final Logger LOG = LoggerFactory.getLogger(ClientMemory.class);

    private final ClientRegistry registry;
    private final Settings settings;
    private final KeyspaceStats stats;
    private final LongSupplier nowMs;
    private long limitBytes;
    private long measuredBytes;
    private long grownBytes;

    /// @param nowMs Unix time
    ClientMemory(
            ClientRegistry registry, Settings settings, KeyspaceStats stats, LongSupplier nowMs) {
        this.registry = registry;
        this.settings = settings;
        this.stats = stats;
        this.nowMs = nowMs;
        settings.onChange(this::configure, Directives.MAX_MEMORY, Directives.MAX_MEMORY_CLIENTS);
        configure();
    }

    private void configure() {
        limitBytes =
                ClientLimit.bytes(
                        settings.get(Directives.MAX_MEMORY_CLIENTS),
                        settings.get(Directives.MAX_MEMORY));
    }

    /// Takes note that a client has received, or is to be sent, so many bytes more.
    void grew(long bytes) {
        grownBytes += bytes;
    }

    /// {@return bytes that all clients take which are not replicas}
    long measure() {
        long sum = 0;
        for (Client client : registry.all()) {
            if (counts(client)) {
                sum += client.memoryBytes();
            }
        }
        measuredBytes = sum;
        grownBytes = 0;
        return sum;
    }

    /// Closes the connections of those who take most while all take too much; at the end of a turn.
    void enforce() {
        if (limitBytes == ClientLimit.NONE
                || measuredBytes + grownBytes <= limitBytes
                || measure() <= limitBytes) {
            return;
        }
        List<Client> largest = new ArrayList<>(registry.all());
        largest.removeIf(client -> !counts(client) || client.noEvict());
        largest.sort(Comparator.comparingLong(Client::memoryBytes).reversed());
        for (Client client : largest) {
            if (measuredBytes <= limitBytes) {
                return;
            }
            measuredBytes -= client.memoryBytes();
            LOG.info(
                    "client evicted client=\"{}\"",
                    ClientListCommand.describe(client, nowMs.getAsLong()));
            stats.evictedClients++;
            client.link().close();
        }
        if (measuredBytes > limitBytes) {
            LOG.warn(
                    "clients take too much although all were evicted that may be used={} limit={}",
                    measuredBytes,
                    limitBytes);
        }
    }

    private static boolean counts(Client client) {
        return !client.replica() && !client.fromPrimary();
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.server;

import dev.dunlin.node.cluster.ClusterMember;
import dev.dunlin.node.command.Args;
import dev.dunlin.node.command.Client;
import dev.dunlin.node.command.Command;
import dev.dunlin.node.command.CommandContext;
import dev.dunlin.node.command.Flag;
import dev.dunlin.node.command.Guards;
import dev.dunlin.node.command.KeyRouting;
import dev.dunlin.node.command.Migrator;
import dev.dunlin.node.resp.RespError;
import org.jspecify.annotations.Nullable;

/// The node's say on each command, in Redis's order: who asks, where the keys belong, whether there is memory, which role
/// the node has, whether its data is complete.
///
/// Thread: owned by the node's loop.
final class NodeGuards implements Guards, ServingGate {
    private static final String UNPAUSE = "client|unpause";

    private final HotSettings settings;
    private final NodeRole role;
    private final DiskHealth diskHealth;
    private final KeyRouting routing = new KeyRouting();
    private @Nullable ClusterMember member;
    private @Nullable Migrator migrator;
    private @Nullable DiskGuard disk;
    private @Nullable MemoryDuties memory;

    /// Unix time in milliseconds until which commands wait, and whether only those that write.
    private long pausedUntilMs;

    private boolean onlyWritesPaused;
    private long writesPausedUntilMs;
    private boolean pausedForShutdown;

    NodeGuards(HotSettings settings, NodeRole role, DiskHealth diskHealth) {
        this.settings = settings;
        this.role = role;
        this.diskHealth = diskHealth;
    }

    /// As in Redis it fails with the writes, so that whoever only watches the node hears of it.
    private static boolean isPing(Command command) {
        return command.name().equals("ping");
    }

    void watch(Migrator keyMigrator) {
        migrator = keyMigrator;
    }

    void watch(DiskGuard diskGuard) {
        disk = diskGuard;
    }

    void watch(MemoryDuties memoryDuties) {
        memory = memoryDuties;
    }

    private boolean isFull() {
        MemoryDuties duties = memory;
        return duties != null && duties.isFull();
    }

    void join(ClusterMember seat) {
        member = seat;
    }

    /// Pauses as CLIENT PAUSE does; a longer pause wins over a shorter one, and ALL over WRITE.
    void pauseClients(long untilMs, boolean onlyWrites, long nowMs) {
        boolean running = pausedUntilMs > nowMs;
        onlyWritesPaused = onlyWrites && (!running || onlyWritesPaused);
        pausedUntilMs = running ? Math.max(pausedUntilMs, untilMs) : untilMs;
    }

    void unpauseClients() {
        pausedUntilMs = 0;
    }

    /// Pauses writes for a failover; 0 ends it.
    void pauseWrites(long untilMs) {
        writesPausedUntilMs = untilMs;
    }

    /// Pauses writes while the node waits to end.
    void pauseForShutdown(boolean paused) {
        pausedForShutdown = paused;
    }

    /// {@return whether nothing may change the data now, expiry included}
    boolean isPaused(long nowMs) {
        return pausedUntilMs > nowMs || writesPausedUntilMs > nowMs || pausedForShutdown;
    }

    @Override
    public boolean isGuarded() {
        return member != null;
    }

    @Override
    public boolean mayServe() {
        ClusterMember seat = member;
        return seat == null || seat.mayServe();
    }

    @Override
    public boolean isPrimary() {
        ClusterMember seat = member;
        return seat == null || seat.view().isPrimary();
    }

    @Override
    public boolean mayRecover() {
        ClusterMember seat = member;
        return seat == null || (seat.view().isPrimary() && seat.view().health().ok());
    }

    @Override
    public boolean mustWait(CommandContext ctx, Client client, Command command, Args args) {
        if (client.fromPrimary() || client.replica()) {
            return false;
        }
        long nowMs = ctx.nowMs();
        if (isPaused(nowMs)) {
            // In Redis even CLIENT UNPAUSE waits for the end of the pause, so that there is no way
            // back.
            boolean all = pausedUntilMs > nowMs && !onlyWritesPaused;
            if (all ? !command.name().equals(UNPAUSE) : routing.mayWrite(client, command)) {
                return true;
            }
        }
        DiskGuard files = disk;
        if (files != null && files.holdsWrites() && routing.mayWrite(client, command)) {
            return true;
        }
        Migrator underWay = migrator;
        if (underWay != null && underWay.touchesKeysUnderWay(command, args, client.database())) {
            return true;
        }
        ClusterMember seat = member;
        return seat != null
                && !seat.mayServe()
                && command.concernsKeys()
                && seat.view().health().ok();
    }

    @Override
    public @Nullable RespError refusal(
            CommandContext ctx, Client client, Command command, Args args) {
        if (client.fromPrimary()) {
            return null;
        }
        settings.refresh();
        if (!client.authenticated()
                && !command.has(Flag.NO_AUTH)
                && settings.requiresAuthentication()) {
            return RespError.NO_AUTH;
        }
        if (client.replica() && command.hasKeys()) {
            return RespError.REPLICA_HAS_NO_KEYSPACE;
        }
        ClusterMember seat = member;
        if (seat != null && command.concernsKeys()) {
            RespError redirect = routing.refusal(ctx, seat, client, command, args);
            if (redirect != null) {
                return redirect;
            }
        }
        // Who has waited inside of a command had room when it came.
        if (settings.memoryBytesMax() > 0
                && client.blocked() == null
                && isFull()
                && routing.mayGrow(client, command)) {
            return RespError.OOM;
        }
        RespError diskError = diskHealth.writeError();
        if (diskError != null && (isPing(command) || routing.mayWrite(client, command))) {
            return diskError;
        }
        if (command.has(Flag.WRITE)) {
            if (settings.replicasToWriteMin() > 0 && !role.enoughReplicas()) {
                return RespError.NO_REPLICAS;
            }
            if (role.isReplica() && settings.replicaReadOnly()) {
                return RespError.READ_ONLY;
            }
        }
        if (!settings.servesStaleData() && !role.isDataCurrent() && !command.has(Flag.STALE)) {
            return RespError.MASTER_DOWN;
        }
        if (role.isLoading() && !command.has(Flag.LOADING)) {
            return RespError.LOADING;
        }
        return null;
    }
}

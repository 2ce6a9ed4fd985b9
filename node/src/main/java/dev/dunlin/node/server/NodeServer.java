// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.server;

import dev.dunlin.node.command.Args;
import dev.dunlin.node.command.Client;
import dev.dunlin.node.command.CommandContext;
import dev.dunlin.node.command.CommandRunner;
import dev.dunlin.node.command.CommandTable;
import dev.dunlin.node.command.Families;
import dev.dunlin.node.command.KeySlot;
import dev.dunlin.node.command.KeyspaceStats;
import dev.dunlin.node.command.NodeServices;
import dev.dunlin.node.command.WriteLog;
import dev.dunlin.node.config.Directives;
import dev.dunlin.node.config.Settings;
import dev.dunlin.node.keyspace.Keyspace;
import dev.dunlin.node.offheap.Allocator;
import dev.dunlin.node.offheap.DebugAllocator;
import dev.dunlin.node.offheap.SlabAllocator;
import dev.dunlin.node.resp.ReplyWriter;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.EventLoopGroup;
import java.io.IOException;
import java.security.SecureRandom;
import java.util.Collection;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The client side of a node, from its sockets to its keyspace.
///
/// Thread: `start` and `close` by the owner; everything else on the loop.
public final class NodeServer implements AutoCloseable, NodeServices {
    private static final Logger LOG = LoggerFactory.getLogger(NodeServer.class);

    /// Entries that one slice of reclaiming frees; a slice stays well under a millisecond.
    private static final int RECLAIM_ENTRIES = 512;

    private final Settings settings;
    private final EventLoopGroup group;
    private final NodeLoop loop;
    private final Keyspace keyspace;
    private final KeyspaceStats stats = new KeyspaceStats();
    private final CommandTable commands = new CommandTable(Families.all());
    private final CommandContext context;
    private final ClientRegistry clients;
    private final RespServer server;
    private boolean reclaiming;

    private NodeServer(Settings settings) throws IOException {
        this.settings = settings;
        Transport transport = Transport.choose(settings.get(Directives.IO_TRANSPORT));
        this.group = transport.singleThread("node-" + settings.get(Directives.PORT));
        this.loop = new NodeLoop(group.next());
        boolean cluster = settings.get(Directives.CLUSTER_ENABLED);
        this.keyspace =
                new Keyspace(
                        allocator(),
                        cluster ? 1 : settings.get(Directives.DATABASES),
                        cluster ? KeySlot.COUNT : 1,
                        new SecureRandom().nextLong());
        this.context = CommandContext.create(keyspace, this);
        this.clients = new ClientRegistry(context.watches()::unwatch);
        WriteLog log = WriteLog.NONE;
        var runner = new CommandRunner(commands, context, (client, command, args) -> null, log);
        var processor =
                new CommandProcessor(
                        loop,
                        commands,
                        runner,
                        new Args(keyspace.index(), cluster),
                        stats,
                        new Limits(),
                        new ReplyWriter(PooledByteBufAllocator.DEFAULT));
        this.server =
                RespServer.bind(
                        loop,
                        transport,
                        settings.get(Directives.BIND),
                        settings.get(Directives.PORT),
                        settings.get(Directives.TCP_BACKLOG),
                        settings.get(Directives.MAX_CLIENTS),
                        clients,
                        processor,
                        stats);
        loop.everyTick(this::tick);
        LOG.info("ready port={} transport={}", server.port(), transport.label());
    }

    /// Starts serving.
    ///
    /// @throws IOException when an address cannot be bound
    public static NodeServer start(Settings settings) throws IOException {
        return new NodeServer(settings);
    }

    /// The debug allocator costs several times as much; tests and fuzzing turn it on.
    private static Allocator allocator() {
        SlabAllocator slabs = SlabAllocator.create();
        return Boolean.getBoolean("dunlin.debugAllocator") ? new DebugAllocator(slabs) : slabs;
    }

    private void tick() {
        loop.turn();
        keyspace.accessClock(loop.nowMs());
        if (keyspace.hasGarbage() && !reclaiming) {
            reclaiming = true;
            loop.submit(this::reclaim);
        }
    }

    private void reclaim() {
        if (keyspace.reclaim(RECLAIM_ENTRIES)) {
            reclaiming = false;
        } else {
            loop.submit(this::reclaim);
        }
    }

    /// {@return the port that was bound}
    public int port() {
        return server.port();
    }

    @Override
    public KeyspaceStats stats() {
        return stats;
    }

    @Override
    public boolean mayExpire() {
        return true;
    }

    @Override
    public boolean clusterEnabled() {
        return settings.get(Directives.CLUSTER_ENABLED);
    }

    @Override
    public Collection<Client> clients() {
        return clients.all();
    }

    @Override
    public CommandTable commands() {
        return commands;
    }

    @Override
    public Settings settings() {
        return settings;
    }

    @Override
    public void close() {
        server.close();
        group.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly();
        keyspace.close();
    }

    private final class Limits implements ProcessorLimits {
        @Override
        public long bulkBytesMax() {
            return settings.get(Directives.MAX_BULK_BYTES);
        }

        @Override
        public long queryBufferBytesMax() {
            return settings.get(Directives.QUERY_BUFFER_BYTES_MAX);
        }

        @Override
        public boolean requiresAuthentication() {
            return !settings.get(Directives.REQUIRE_PASS).isEmpty();
        }
    }
}

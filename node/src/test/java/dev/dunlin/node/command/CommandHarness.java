// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.dunlin.node.cluster.ClusterMember;
import dev.dunlin.node.config.Directives;
import dev.dunlin.node.config.Settings;
import dev.dunlin.node.keyspace.Keyspace;
import dev.dunlin.node.observe.InfoFacts;
import dev.dunlin.node.observe.Observation;
import dev.dunlin.node.offheap.Allocator;
import dev.dunlin.node.offheap.DebugAllocator;
import dev.dunlin.node.offheap.SlabAllocator;
import dev.dunlin.node.replication.Replication;
import dev.dunlin.node.resp.ReplyWriter;
import dev.dunlin.node.resp.RespError;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/// All that runs commands, without sockets and with a clock of its own. Closing it checks that no native memory has leaked.
final class CommandHarness implements AutoCloseable, NodeServices {
    static final int DATABASES = 4;

    final Keyspace keyspace;
    final CommandContext context;
    final CommandRunner runner;
    final List<String> log = new ArrayList<>();
    boolean mayExpire = true;
    long nowMs = System.currentTimeMillis();

    private final CommandTable table = new CommandTable(Families.all());
    private final KeyspaceStats stats = new KeyspaceStats();
    private final Settings settings = new Settings();
    private final Observation observation = new Observation("none", nowMs, new Random(1));
    private final boolean cluster;
    private final List<Client> clients = new ArrayList<>();

    CommandHarness(boolean cluster) {
        this(cluster, new DebugAllocator(SlabAllocator.create()), true);
    }

    /// As in production: nothing is checked, and nobody reads the log.
    CommandHarness() {
        this(false, SlabAllocator.create(), false);
    }

    private CommandHarness(boolean cluster, Allocator allocator, boolean logs) {
        this.cluster = cluster;
        settings.set(Directives.ENABLE_DEBUG_COMMAND, "yes");
        keyspace =
                new Keyspace(allocator, cluster ? 1 : DATABASES, cluster ? KeySlot.COUNT : 1, 42);
        context = CommandContext.create(keyspace, this);
        WriteLog target = logs ? new Recorder() : WriteLog.NONE;
        runner = new CommandRunner(table, context, new OpenGuards(), target);
    }

    /// Lets every command run.
    private static final class OpenGuards implements Guards {
        @Override
        public boolean mustWait(CommandContext ctx, Client client, Command command, Args args) {
            return false;
        }

        @Override
        public @Nullable RespError refusal(
                CommandContext ctx, Client client, Command command, Args args) {
            return null;
        }
    }

    @Override
    public @Nullable ClusterMember cluster() {
        return null;
    }

    @Override
    public Replication replication() {
        throw new UnsupportedOperationException("the harness does not replicate");
    }

    @Override
    public Migrator migrator() {
        throw new UnsupportedOperationException("the harness has no other nodes");
    }

    Client client() {
        var client = new Client(clients.size() + 1, ClientLink.NONE, nowMs, true);
        clients.add(client);
        return client;
    }

    Reply call(Client client, String... words) {
        return call(client, List.of(words));
    }

    /// Runs a command and reads its reply.
    Reply call(Client client, List<String> words) {
        try (var in = new DataInputStream(new ByteArrayInputStream(run(client, words)))) {
            Reply first = Reply.read(in);
            if (in.available() > 0) {
                throw new AssertionError("more than one reply, the first " + first);
            }
            return first;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Runs a command, one byte per char, in memory that is gone afterwards.
    ///
    /// @return what was replied, which may be nothing
    byte[] run(Client client, List<String> words) {
        int bytes = words.stream().mapToInt(String::length).sum();
        ByteBuf memory = PooledByteBufAllocator.DEFAULT.directBuffer(bytes + 1);
        long[] addresses = new long[words.size()];
        int[] lengths = new int[words.size()];
        for (int i = 0; i < words.size(); i++) {
            addresses[i] = memory.memoryAddress() + memory.writerIndex();
            lengths[i] = words.get(i).length();
            memory.writeBytes(words.get(i).getBytes(ISO_8859_1));
        }
        var args = new Args(keyspace.index(), cluster);
        args.bind(addresses, lengths, 0, words.size());
        var reply = new ReplyWriter(PooledByteBufAllocator.DEFAULT);
        reply.begin(client.resp3());
        runner.run(client, null, args, nowMs, reply);
        Blocked wait = client.blocked();
        if (wait != null) {
            // Nobody else will come: its time runs out at once.
            wait.cancel();
            client.unblock();
            Objects.requireNonNull(wait.timedOut()).accept(reply);
        }
        memory.setZero(0, memory.capacity());
        memory.release();
        while (!keyspace.reclaim(100)) {
            // As the loop does between commands.
        }
        return bytes(reply);
    }

    private static byte[] bytes(ReplyWriter reply) {
        var bytes = new ByteArrayOutputStream();
        reply.finish(buffer -> {
            byte[] copy = new byte[buffer.readableBytes()];
            buffer.readBytes(copy);
            bytes.writeBytes(copy);
            buffer.release();
        });
        return bytes.toByteArray();
    }

    /// {@return what was logged since the last call}
    List<String> takeLog() {
        List<String> taken = List.copyOf(log);
        log.clear();
        return taken;
    }

    private final class Recorder implements WriteLog {
        @Override
        public boolean isActive() {
            return true;
        }

        @Override
        public void append(int database, Args args) {
            append(database, args.copyAll());
        }

        @Override
        public void append(int database, byte[][] command) {
            var words = new ArrayList<String>();
            for (byte[] word : command) {
                words.add(new String(word, ISO_8859_1));
            }
            log.add(database + ": " + String.join(" ", words));
        }

        @Override
        public void beginUnit() {
            log.add("MULTI");
        }

        @Override
        public void endUnit() {
            log.add("EXEC");
        }

        @Override
        public long offset() {
            return log.size();
        }
    }

    @Override
    public KeyspaceStats stats() {
        return stats;
    }

    @Override
    public boolean mayExpire() {
        return mayExpire;
    }

    @Override
    public boolean clusterEnabled() {
        return cluster;
    }

    @Override
    public Collection<Client> clients() {
        return clients;
    }

    @Override
    public void pauseClients(long untilMs, boolean onlyWrites) {
        throw new UnsupportedOperationException("the harness pauses nobody");
    }

    @Override
    public void unpauseClients() {
        throw new UnsupportedOperationException("the harness pauses nobody");
    }

    @Override
    public CommandTable commands() {
        return table;
    }

    @Override
    public Settings settings() {
        return settings;
    }

    @Override
    public Observation observation() {
        return observation;
    }

    @Override
    public int port() {
        return 0;
    }

    @Override
    public Timer after(long delayMs, Runnable task) {
        // See run().
        return () -> {};
    }

    @Override
    public AppendOnly appendOnly() {
        return new NoAppendOnlyFile();
    }

    /// Appends nothing anywhere.
    private static final class NoAppendOnlyFile implements AppendOnly {
        @Override
        public boolean isOn() {
            return false;
        }

        @Override
        public Rewrite rewrite(boolean mayStart) {
            return Rewrite.IN_PROGRESS;
        }

        @Override
        public long syncedOffset() {
            return -1;
        }

        @Override
        public void reload(Done onDone) {
            onDone.accept("there is no file");
        }

        @Override
        public InfoFacts.Aof facts(long now) {
            return new InfoFacts.Aof(
                    false, false, false, -1, -1, true, 0, 0, true, 0, 0, 0, false, 0);
        }
    }

    @Override
    public void purgeMemory() {
        while (!keyspace.allocator().releaseFree(100)) {
            // In one go: nobody waits.
        }
    }

    @Override
    public Persistence persistence() {
        return new NoFiles();
    }

    /// Saves nothing, and says when the node started.
    private final class NoFiles implements Persistence {
        @Override
        public Start saveInBackground(boolean mayWait) {
            return Start.SAVE_IN_PROGRESS;
        }

        @Override
        public void scheduleSave() {}

        @Override
        public Start saveFor(Client client) {
            return Start.SAVE_IN_PROGRESS;
        }

        @Override
        public void beforeEmptying() {}

        @Override
        public boolean saveEmptied(@Nullable Client client) {
            return false;
        }

        @Override
        public Reload reload(boolean save, boolean flush, boolean merge) {
            return Reload.NOT_SAVED;
        }

        @Override
        public long lastSaveMs() {
            return observation.startMs();
        }

        @Override
        public InfoFacts.Persistence facts(long now) {
            return new InfoFacts.Persistence(
                    new InfoFacts.Rdb(
                            context.dirty(),
                            observation.startMs(),
                            false,
                            true,
                            -1,
                            -1,
                            0,
                            0,
                            0,
                            0,
                            0),
                    null);
        }
    }

    @Override
    public Shutdown shutdown() {
        throw new UnsupportedOperationException("the harness is closed by its owner");
    }

    @Override
    public boolean isLoading() {
        return false;
    }

    @Override
    public void close() {
        clients.forEach(context::clientGone);
        keyspace.close();
    }
}

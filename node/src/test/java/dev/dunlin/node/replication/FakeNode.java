// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.replication;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.channel.IoEventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The smallest node that can be replicated to and from: maps of strings, a port, and [Replication] on one loop.
final class FakeNode implements ReplicationHost, AutoCloseable {
    private final IoEventLoopGroup group =
            new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final EventLoop loop = group.next();
    private final ExecutorService files = Executors.newSingleThreadExecutor();
    private final Path directory;
    private final Replication replication;
    private final Channel server;

    /// Owned by the loop.
    private final Map<Integer, Map<String, String>> data = new TreeMap<>();

    private final List<String> applied = new ArrayList<>();
    private boolean sizesKnown;
    private int sliceBytes = 4_000;
    private boolean snapshotsHeld;
    private Runnable releaseSnapshot = () -> {};
    private int loads;
    private int loadsToFail;
    private boolean loadsHeld;
    private @Nullable Runnable heldLoad;
    private boolean snapshotsFail;
    private int openSnapshots;
    private boolean mayOpenSnapshot = true;

    FakeNode(Path directory, ReplicationConfig config) throws Exception {
        this.directory = directory;
        server =
                new ServerBootstrap()
                        .group(group)
                        .channelFactory(NioServerSocketChannel::new)
                        .childHandler(new ClientsHandler())
                        .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                        .sync()
                        .channel();
        replication =
                new Replication(
                        config,
                        new ReplicationLog(4_096, config.backlogBytes()),
                        this,
                        loop,
                        NioSocketChannel::new,
                        new Random(System.nanoTime()));
        loop.scheduleAtFixedRate(() -> replication.tick(nowMs()), 0, 20, TimeUnit.MILLISECONDS)
                .addListener(ended -> {
                    if (!ended.isCancelled()) {
                        throw new IllegalStateException("tick failed", ended.cause());
                    }
                });
    }

    static ReplicationConfig config() {
        return ReplicationConfig.defaults(0).withSnapshots(true, 0, 0);
    }

    int port() {
        return ((InetSocketAddress) server.localAddress()).getPort();
    }

    /// Runs `task` on the loop, as one turn of it.
    <T> T on(Callable<T> task) throws Exception {
        return loop.submit(
                        () -> {
                            T result = task.call();
                            replication.endOfTurn();
                            return result;
                        })
                .get(20, TimeUnit.SECONDS);
    }

    void run(Consumer<Replication> task) throws Exception {
        on(() -> {
            task.accept(replication);
            return true;
        });
    }

    void set(int db, String key, String value) throws Exception {
        run(replicating -> {
            data.computeIfAbsent(db, d -> new TreeMap<>()).put(key, value);
            propagate(db, "SET", key, value);
        });
    }

    /// Each copy of the command that is applied leaves its trace in the value.
    void append(int db, String key, String more) throws Exception {
        run(replicating -> {
            data.computeIfAbsent(db, d -> new TreeMap<>()).merge(key, more, String::concat);
            propagate(db, "APPEND", key, more);
        });
    }

    void propagate(int db, String... words) {
        byte[][] arguments = new byte[words.length][];
        for (int i = 0; i < words.length; i++) {
            arguments[i] = words[i].getBytes(ISO_8859_1);
        }
        replication.log().propagate(db, arguments);
    }

    String get(int db, String key) throws Exception {
        return on(() -> data.getOrDefault(db, Map.of()).getOrDefault(key, "(nil)"));
    }

    int size(int db) throws Exception {
        return on(() -> data.getOrDefault(db, Map.of()).size());
    }

    List<String> applied() throws Exception {
        return on(() -> List.copyOf(applied));
    }

    long offset() throws Exception {
        return on(() -> replication.log().offset());
    }

    LinkState linkState() throws Exception {
        return on(replication::linkState);
    }

    int loads() throws Exception {
        return on(() -> loads);
    }

    /// Sources know their size from the start; otherwise only at the end.
    void knowSizes(boolean known) throws Exception {
        run(replicating -> sizesKnown = known);
    }

    /// Snapshots stop after their first slice until [#releaseSnapshot()].
    void holdSnapshots(int slice) throws Exception {
        run(replicating -> {
            sliceBytes = slice;
            snapshotsHeld = true;
        });
    }

    void releaseSnapshot() throws Exception {
        run(replicating -> {
            snapshotsHeld = false;
            releaseSnapshot.run();
        });
    }

    void failSnapshots(boolean fail) throws Exception {
        run(replicating -> snapshotsFail = fail);
    }

    /// Says whether the traces of an earlier snapshot are gone.
    void mayOpenSnapshot(boolean may) throws Exception {
        run(replicating -> mayOpenSnapshot = may);
    }

    long fullSyncs() throws Exception {
        return on(replication::fullSyncs);
    }

    int openSnapshots() throws Exception {
        return on(() -> openSnapshots);
    }

    void failLoads(int times) throws Exception {
        run(replicating -> loadsToFail = times);
    }

    /// Loads do not end until [#releaseLoad()].
    void holdLoads() throws Exception {
        run(replicating -> loadsHeld = true);
    }

    boolean loadIsHeld() throws Exception {
        return on(() -> heldLoad != null);
    }

    void releaseLoad() throws Exception {
        run(replicating -> {
            loadsHeld = false;
            Runnable end = heldLoad;
            heldLoad = null;
            if (end != null) {
                end.run();
            }
        });
    }

    @Override
    public void close() {
        loop.submit(replication::close).syncUninterruptibly();
        group.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
        files.close();
    }

    // ---- ReplicationHost ----

    @Override
    public long nowMs() {
        return System.nanoTime() / 1_000_000;
    }

    @Override
    public Executor background() {
        return files;
    }

    @Override
    public Path snapshotDirectory() {
        return directory;
    }

    @Override
    public boolean mayOpenSnapshot() {
        return mayOpenSnapshot;
    }

    @Override
    public SnapshotSource openSnapshot(SnapshotCut cut) {
        return new MapSnapshot(MiniRdb.write(cut, data));
    }

    @Override
    public void apply(int db, ReplicatedCommand command) {
        List<String> words = new ArrayList<>();
        for (int i = 0; i < command.argumentCount(); i++) {
            words.add(command.text(i));
        }
        applied.add(db + " " + String.join(" ", words));
        Map<String, String> keys = data.computeIfAbsent(db, d -> new TreeMap<>());
        if (command.is(0, "set")) {
            keys.put(words.get(1), words.get(2));
        } else if (command.is(0, "append")) {
            keys.merge(words.get(1), words.get(2), String::concat);
        } else if (command.is(0, "hset")) {
            keys.put(words.get(1) + "." + words.get(2), words.get(3));
        } else if (command.is(0, "del")) {
            words.stream().skip(1).forEach(keys::remove);
        } else {
            throw new IllegalStateException("not known here: " + words);
        }
    }

    @Override
    public void transactionStarted() {
        applied.add("(");
    }

    @Override
    public void transactionEnded() {
        applied.add(")");
    }

    @Override
    public void load(Path rdb, Consumer<LoadResult> onDone) {
        files.execute(() -> {
            try {
                MiniRdb read = MiniRdb.read(Files.readAllBytes(rdb));
                loop.execute(() -> finishLoad(() -> loaded(read, onDone)));
            } catch (IOException | RuntimeException broken) {
                loop.execute(() -> onDone.accept(new LoadResult.Failed(broken.toString())));
            }
        });
    }

    private void loaded(MiniRdb read, Consumer<LoadResult> onDone) {
        data.clear();
        if (loadsToFail > 0) {
            loadsToFail--;
            onDone.accept(new LoadResult.Failed("on purpose"));
            return;
        }
        loads++;
        data.putAll(read.data());
        onDone.accept(new LoadResult.Loaded(read.streamDb()));
    }

    private void finishLoad(Runnable end) {
        if (loadsHeld) {
            heldLoad = end;
        } else {
            end.run();
        }
    }

    @Override
    public void cancelLoad() {
        heldLoad = null;
        data.clear();
    }

    private final class MapSnapshot implements SnapshotSource {
        private final ByteBuf bytes;
        private Runnable onMore = () -> {};
        private boolean begun;

        MapSnapshot(byte[] file) {
            bytes = Unpooled.wrappedBuffer(file);
            openSnapshots++;
        }

        @Override
        public long totalBytes() {
            return sizesKnown ? bytes.writerIndex() : SnapshotSink.UNKNOWN_BYTES;
        }

        @Override
        public @Nullable ByteBuf next(int maxBytes) {
            if (begun && snapshotsHeld) {
                releaseSnapshot = onMore;
                return null;
            }
            begun = true;
            int slice = Math.min(Math.min(sliceBytes, maxBytes), bytes.readableBytes());
            return slice == 0 ? null : bytes.readBytes(slice);
        }

        @Override
        public boolean ended() {
            return !bytes.isReadable();
        }

        @Override
        public @Nullable String failure() {
            return snapshotsFail && begun ? "on purpose" : null;
        }

        @Override
        public void onMore(Runnable callback) {
            onMore = callback;
        }

        @Override
        public void close() {
            openSnapshots--;
            bytes.release();
        }
    }

    // ---- The port ----

    /// Makes a handler per connection.
    private final class ClientsHandler extends io.netty.channel.ChannelInitializer<Channel> {
        @Override
        protected void initChannel(Channel channel) {
            channel.pipeline().addLast(new ClientHandler(channel));
        }
    }

    private final class ClientHandler extends ChannelInboundHandlerAdapter
            implements ReplicaStreamParser.Handler {
        private static final String INLINE_SYNC = "SYNC\r\n";

        private final Channel channel;
        private final ReplicaSession session;
        private final ReplicaStreamParser parser = new ReplicaStreamParser(0, 1 << 20, this);

        ClientHandler(Channel channel) {
            this.channel = channel;
            session = new ReplicaSession(channel);
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) throws Exception {
            ByteBuf in = (ByteBuf) message;
            try {
                if (in.toString(ISO_8859_1).endsWith(INLINE_SYNC)) {
                    // The rest of a tool's hello was read before: it waits for each answer.
                    reply(replication.sync(session));
                } else {
                    parser.feed(in);
                }
            } finally {
                in.release();
            }
            replication.endOfTurn();
        }

        @Override
        public void onCommand(ReplicatedCommand command) {
            List<String> words = new ArrayList<>();
            for (int i = 1; i < command.argumentCount(); i++) {
                words.add(command.text(i));
            }
            if (command.is(0, "ping")) {
                reply(Optional.of("+PONG"));
            } else if (command.is(0, "replconf")) {
                reply(replication.replconf(session, words));
            } else if (command.is(0, "psync")) {
                reply(replication.psync(session, words.get(0), words.get(1), words.size() > 2));
            } else {
                reply(Optional.of("-ERR unknown command"));
            }
        }

        @Override
        public void onApplied(ByteBuf buffer, int index, int length) {}

        private void reply(Optional<String> line) {
            line.ifPresent(text ->
                    channel.writeAndFlush(Unpooled.copiedBuffer(text + "\r\n", ISO_8859_1))
                            .addListener(io.netty.channel.ChannelFutureListener.CLOSE_ON_FAILURE));
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            ctx.close().addListener(closed -> parser.close());
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            parser.close();
        }
    }
}

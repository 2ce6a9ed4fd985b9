// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.replication;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One connection of a replica to its primary, from connect to close. A lost link is replaced by a new object.
///
/// ```
/// CONNECTING -> HANDSHAKE -> TRANSFER -> LOADING -> CONNECTED
///                   |                                   ^
///                   +---------- +CONTINUE --------------+
/// ```
///
/// A data set goes to a temporary file first and is loaded when it is complete: a transfer that breaks costs nothing but
/// time, because the old data are still there. While it is loaded nothing is read from the connection.
///
/// Thread: the node's loop; files and names in the background. Memory: one command or transaction, and the spool's bound.
final class ReplicaLink extends ChannelInboundHandlerAdapter
        implements ReplicaStreamParser.Handler, SnapshotSink {
    private static final Logger LOG = LoggerFactory.getLogger(ReplicaLink.class);
    private static final int DATABASE_DIGITS_MAX = 9;

    /// Learns what becomes of the link.
    interface Owner {
        /// It entered another state.
        void onState(ReplicaLink link, LinkState state);

        /// The primary sends a whole data set: what our own replicas have is worth nothing.
        void onFullSync(ReplicaLink link);

        /// The primary's history has another name now.
        void onNewHistory(ReplicaLink link);

        /// The peer does not take the role that was handed over to it.
        void onRefused(ReplicaLink link);

        /// It is over.
        ///
        /// @param forget whether our data no longer stand for the offset we have, so that all must be asked for
        void onClosed(ReplicaLink link, String reason, boolean forget);
    }

    private final ReplicationState state;
    private final ReplicationConfig config;
    private final ReplicationHost host;
    private final EventLoop loop;
    private final Owner owner;
    private final PsyncHandshake handshake;
    private final StringBuilder line = new StringBuilder();

    private LinkState linkState = LinkState.CONNECTING;
    private @Nullable PeerSocket socket;
    private long heardMs;
    private boolean closed;
    private @Nullable String lostWhileLoading;

    private @Nullable RdbTransferParser transfer;
    private boolean loadStarted;
    private @Nullable SpoolFile spool;
    private ReplicationId fullSyncId = ReplicationId.NONE;
    private long fullSyncOffset;
    private ByteBuf early = Unpooled.EMPTY_BUFFER;

    private @Nullable ReplicaStreamParser stream;
    private int db;
    private boolean inTransaction;

    private boolean throttled;

    /// Whether the command that was given out last is there for replicas only.
    private boolean control;

    ReplicaLink(
            ReplicationState state,
            ReplicationConfig config,
            ReplicationHost host,
            EventLoop loop,
            Owner owner,
            PsyncRequest request) {
        this.state = state;
        this.config = config;
        this.host = host;
        this.loop = loop;
        this.owner = owner;
        this.heardMs = host.nowMs();
        this.handshake =
                new PsyncHandshake(config.identity(), request, config.timeoutMs(), host.nowMs());
    }

    // ---- From the owner ----

    /// Opens the connection. A failure comes as [Owner#onClosed].
    void connect(ChannelFactory<? extends Channel> channels, String primaryHost, int primaryPort) {
        try {
            host.background()
                    .execute(() -> {
                        Runnable next = resolved(channels, primaryHost, primaryPort);
                        try {
                            loop.execute(next);
                        } catch (RejectedExecutionException ended) {
                            LOG.debug("loop has ended", ended);
                        }
                    });
        } catch (RejectedExecutionException stopping) {
            close("node is stopping: " + stopping.getMessage(), false);
        }
    }

    /// Asks for the address of a name, which may take its time. In the background.
    ///
    /// @return what is to be done on the loop then
    private Runnable resolved(
            ChannelFactory<? extends Channel> channels, String primaryHost, int primaryPort) {
        try {
            var address = new InetSocketAddress(InetAddress.getByName(primaryHost), primaryPort);
            return () -> open(channels, address);
        } catch (UnknownHostException unknown) {
            return () -> close("unknown host " + primaryHost, false);
        }
    }

    LinkState linkState() {
        return linkState;
    }

    /// When anything last came from the primary.
    long heardMs() {
        return heardMs;
    }

    /// {@return bytes of the data set received, and its size, for INFO; zero and unknown outside a transfer}
    long transferReceivedBytes() {
        return transfer == null ? 0 : transfer.receivedBytes();
    }

    long transferTotalBytes() {
        return transfer == null ? UNKNOWN_BYTES : transfer.totalBytes();
    }

    /// {@return offset behind the last byte received; the applied one is the log's}
    long receivedOffset() {
        return stream == null ? state.log().offset() : stream.receivedOffset();
    }

    /// The handshake has its own clock.
    void tick(long nowMs) {
        if (!handshake.done()) {
            act(handshake.step(new PsyncHandshake.Event.Tick(nowMs)));
        }
    }

    /// Tells the primary what is applied.
    void sendAck() {
        String offset = Long.toString(state.log().offset());
        long fsynced = host.fsyncedOffset();
        send(
                fsynced < 0
                        ? List.of("REPLCONF", "ACK", offset)
                        : List.of("REPLCONF", "ACK", offset, "FACK", Long.toString(fsynced)));
    }

    /// Stops reading the primary's commands for a while, or goes on: the node's disk cannot take more of them.
    void throttle(boolean hold) {
        throttled = hold;
        if (linkState == LinkState.CONNECTED) {
            setAutoRead(!hold);
        }
    }

    /// Tells the primary that loading goes on.
    void sendKeepAlive() {
        sendText("\n");
    }

    /// Ends the link. The owner is told once, in this call.
    ///
    /// @param forget whether our data do not stand for our offset any more
    void close(String reason, boolean forget) {
        if (closed) {
            return;
        }
        closed = true;
        boolean loading = linkState == LinkState.LOADING && loadStarted;
        linkState = LinkState.NONE;
        PeerSocket open = socket;
        if (open != null) {
            open.close();
        }
        if (spool != null) {
            spool.close();
        }
        // The parser may be the caller's caller: it is released when its turn is over.
        loop.execute(this::release);
        if (loading) {
            host.cancelLoad();
        }
        owner.onClosed(this, reason, forget || loading);
    }

    private void release() {
        if (stream != null) {
            stream.close();
            stream = null;
        }
        early.release();
        early = Unpooled.EMPTY_BUFFER;
    }

    // ---- Connection ----

    private void open(ChannelFactory<? extends Channel> channels, InetSocketAddress address) {
        if (closed) {
            return;
        }
        ChannelFuture connecting =
                new Bootstrap()
                        .group(loop)
                        .channelFactory(channels)
                        .option(ChannelOption.TCP_NODELAY, true)
                        .option(ChannelOption.SO_KEEPALIVE, true)
                        .option(
                                ChannelOption.CONNECT_TIMEOUT_MILLIS,
                                (int) Math.min(config.timeoutMs(), Integer.MAX_VALUE))
                        .handler(this)
                        .connect(address);
        socket = new PeerSocket(connecting.channel());
        connecting.addListener(done -> {
            if (!done.isSuccess()) {
                close("cannot connect: " + done.cause(), false);
            }
        });
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        if (!closed) {
            enter(LinkState.HANDSHAKE);
            heardMs = host.nowMs();
            act(handshake.step(new PsyncHandshake.Event.Connected(heardMs)));
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        lost("connection closed by the primary");
    }

    /// The connection is gone. A load goes on: afterwards our data stand for an offset of the primary's history, so a
    /// partial sync may follow.
    private void lost(String reason) {
        if (linkState == LinkState.LOADING) {
            lostWhileLoading = reason;
        } else {
            close(reason, false);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (cause instanceof IOException) {
            lost("connection failed: " + cause.getMessage());
        } else {
            // A bug of ours, or of the host: half a command may be applied.
            LOG.error("replication link failed", cause);
            close("internal error: " + cause, true);
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (!(message instanceof ByteBuf in)) {
            ReferenceCountUtil.release(message);
            throw new IllegalStateException("not bytes: " + message.getClass());
        }
        heardMs = host.nowMs();
        try {
            read(in);
        } catch (ProtocolViolation violation) {
            // As Redis: what the primary sends makes no sense, so what we have of it may not
            // either.
            close("protocol error: " + violation.getMessage(), linkState == LinkState.CONNECTED);
        } finally {
            in.release();
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        if (!inTransaction) {
            state.log().publish();
        }
    }

    private void read(ByteBuf in) throws ProtocolViolation {
        while (in.isReadable() && !closed) {
            switch (linkState) {
                case HANDSHAKE -> readLine(in);
                case TRANSFER -> readTransfer(in);
                case LOADING -> keepEarly(in);
                case CONNECTED -> readStream(in);
                case NONE, CONNECT, CONNECTING ->
                        throw new IllegalStateException("bytes in state " + linkState);
            }
        }
    }

    private void enter(LinkState next) {
        linkState = next;
        owner.onState(this, next);
    }

    // ---- Handshake ----

    private void readLine(ByteBuf in) throws ProtocolViolation {
        byte b = in.readByte();
        if (b != '\n') {
            if (line.length() == PsyncHandshake.LINE_BYTES_MAX) {
                throw new ProtocolViolation("line of the handshake is too long");
            }
            line.append((char) (b & 0xff));
            return;
        }
        if (!line.isEmpty() && line.charAt(line.length() - 1) == '\r') {
            line.setLength(line.length() - 1);
        }
        String text = line.toString();
        line.setLength(0);
        act(handshake.step(new PsyncHandshake.Event.Line(text, heardMs)));
    }

    private void act(List<PsyncHandshake.Action> actions) {
        for (PsyncHandshake.Action action : actions) {
            switch (action) {
                case PsyncHandshake.Action.SendCommand(List<String> words) -> send(words);
                case PsyncHandshake.Action.SendInline(String words) -> sendText(words + "\r\n");
                case PsyncHandshake.Action.GiveUp(
                                PsyncHandshake.Failure failure,
                                String detail) -> {
                    if (failure == PsyncHandshake.Failure.FAILOVER_REFUSED) {
                        owner.onRefused(this);
                    }
                    close("handshake failed: " + failure + " " + detail, false);
                }
                case PsyncHandshake.Action.FullSync(Optional<ReplicationId> id, long offset) ->
                        startTransfer(id, offset);
                case PsyncHandshake.Action.PartialSync(Optional<ReplicationId> id) ->
                        startStream(id);
            }
        }
    }

    private void send(List<String> words) {
        PeerSocket open = socket;
        if (open != null) {
            open.sendCommand(words);
        }
    }

    private void sendText(String text) {
        PeerSocket open = socket;
        if (open != null) {
            open.send(text);
        }
    }

    // ---- Full sync ----

    private void startTransfer(Optional<ReplicationId> id, long offset) {
        LOG.info("full sync from the primary id={} offset={}", id, offset);
        // Without a name of its own the history gets one that nobody has.
        fullSyncId = id.orElseGet(() -> ReplicationId.random(state.random()));
        fullSyncOffset = Math.max(0, offset);
        transfer = new RdbTransferParser(this);
        Path file =
                host.snapshotDirectory()
                        .resolve("temp-" + heardMs + "." + System.identityHashCode(this) + ".rdb");
        spool = new SpoolFile(file, host.background(), loop, () -> setAutoRead(true));
        enter(LinkState.TRANSFER);
        owner.onFullSync(this);
    }

    private void readTransfer(ByteBuf in) throws ProtocolViolation {
        RdbTransferParser parser = transfer;
        SpoolFile file = spool;
        if (parser == null || file == null) {
            throw new IllegalStateException("no transfer");
        }
        parser.feed(in);
        if (parser.done()) {
            enter(LinkState.LOADING);
            setAutoRead(false);
            file.finish(error -> onStored(file, error));
        } else if (file.full()) {
            setAutoRead(false);
        }
    }

    @Override
    public void onStart(long totalBytes) {
        LOG.info("receiving data set bytes={}", totalBytes);
    }

    @Override
    public void onBytes(ByteBuf buffer, int index, int length) {
        SpoolFile file = spool;
        if (file != null) {
            file.write(buffer.retainedSlice(index, length));
        }
    }

    @Override
    public void onEnd() {
        // What follows is decided where the parser was called.
    }

    private void onStored(SpoolFile file, Optional<IOException> error) {
        if (closed) {
            return;
        }
        if (error.isPresent()) {
            close("data set not stored: " + error.get().getMessage(), false);
            return;
        }
        loadStarted = true;
        host.load(file.path(), this::onLoaded);
    }

    private void onLoaded(ReplicationHost.LoadResult result) {
        if (closed) {
            return;
        }
        loadStarted = false;
        switch (result) {
            case ReplicationHost.LoadResult.Failed(String reason) ->
                    close("data set not loaded: " + reason, true);
            case ReplicationHost.LoadResult.Loaded(int streamDb) -> onLoaded(streamDb);
        }
    }

    private void onLoaded(int streamDb) {
        state.fullSynced(fullSyncId, fullSyncOffset, streamDb);
        if (spool != null) {
            spool.close();
            spool = null;
        }
        transfer = null;
        if (lostWhileLoading != null) {
            close(lostWhileLoading, false);
            return;
        }
        beginStream(streamDb);
        ByteBuf first = early;
        early = Unpooled.EMPTY_BUFFER;
        try {
            read(first);
        } catch (ProtocolViolation violation) {
            close("protocol error: " + violation.getMessage(), true);
        } finally {
            first.release();
        }
        state.log().publish();
        setAutoRead(true);
    }

    /// Bytes that were read before reading could be stopped.
    private void keepEarly(ByteBuf in) {
        if (early.capacity() == 0) {
            early = Unpooled.directBuffer(in.readableBytes());
        }
        early.writeBytes(in);
    }

    private void setAutoRead(boolean on) {
        PeerSocket open = socket;
        boolean held =
                linkState == LinkState.LOADING || (throttled && linkState == LinkState.CONNECTED);
        if (open != null && !(on && held)) {
            open.autoRead(on);
        }
    }

    // ---- Command stream ----

    private void startStream(Optional<ReplicationId> id) {
        boolean changed = id.isPresent() && state.continued(id.get());
        state.log().enableBacklog();
        LOG.info("partial sync from the primary offset={} id={}", state.log().offset(), id);
        beginStream(Math.max(0, state.log().streamDb()));
        if (changed) {
            owner.onNewHistory(this);
        }
    }

    private void beginStream(int streamDb) {
        db = streamDb;
        stream =
                new ReplicaStreamParser(
                        state.log().offset(), ReplicaStreamParser.HELD_BYTES_MAX, this);
        heardMs = host.nowMs();
        enter(LinkState.CONNECTED);
        if (throttled) {
            setAutoRead(false);
        }
        // A marked data set: the primary waits for this before it sends anything.
        sendAck();
    }

    private void readStream(ByteBuf in) throws ProtocolViolation {
        ReplicaStreamParser parser = stream;
        if (parser == null) {
            throw new IllegalStateException("no stream");
        }
        parser.feed(in);
    }

    @Override
    public void onCommand(ReplicatedCommand command) {
        if (closed) {
            return;
        }
        control = false;
        if (command.is(0, "select") && command.argumentCount() == 2) {
            db = database(command.text(1));
        } else if (command.is(0, "replconf")) {
            control = !inTransaction;
            if (command.is(1, "getack")) {
                // The offset before this record: it is not applied yet.
                sendAck();
            }
        } else if (command.is(0, "ping")) {
            control = !inTransaction;
        } else {
            host.apply(db, command);
        }
    }

    private int database(String text) {
        boolean decimal = !text.isEmpty() && text.length() <= DATABASE_DIGITS_MAX;
        for (int i = 0; decimal && i < text.length(); i++) {
            decimal = text.charAt(i) >= '0' && text.charAt(i) <= '9';
        }
        if (!decimal) {
            close("SELECT of a strange database", true);
            return db;
        }
        return Integer.parseInt(text);
    }

    @Override
    public void onTransactionStart() {
        inTransaction = true;
        if (!closed) {
            host.transactionStarted();
        }
    }

    @Override
    public void onTransactionEnd() {
        inTransaction = false;
        if (!closed) {
            host.transactionEnded();
        }
    }

    @Override
    public void onApplied(ByteBuf buffer, int index, int length) {
        if (closed) {
            return;
        }
        // Bare line ends before a command are part of the stream, but of no command.
        int lead = 0;
        while (lead < length && buffer.getByte(index + lead) != '*') {
            lead++;
        }
        if (control || lead == length) {
            state.log().appendControl(buffer, index, length, db);
            return;
        }
        if (lead > 0) {
            state.log().appendControl(buffer, index, lead, db);
        }
        state.log().appendApplied(buffer, index + lead, length - lead, db);
    }
}

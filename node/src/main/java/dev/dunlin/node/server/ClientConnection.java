// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.server;

import static java.util.Objects.requireNonNull;

import dev.dunlin.node.command.Blocked;
import dev.dunlin.node.command.Client;
import dev.dunlin.node.command.ClientLink;
import dev.dunlin.node.replication.PrimaryFeed;
import dev.dunlin.node.replication.ReplicaSession;
import dev.dunlin.node.resp.ReplyWriter;
import dev.dunlin.node.resp.RequestParser;
import dev.dunlin.node.resp.RespError;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.util.NetUtil;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// One client's socket: bytes in, batches of commands to the [CommandProcessor], replies out.
///
/// Requests are parsed in the receive buffer itself. Only what is left of an incomplete request is copied, into `rest`, and completed
/// there by later reads. All replies of what one read brought go out in one write.
///
/// Thread: owned by the node's loop.
final class ClientConnection extends ChannelInboundHandlerAdapter implements ClientLink {
    /// How long a connection that is to be closed may take to read its last replies.
    private static final long LAST_WORDS_MS_MAX = 5000;

    /// A wait that is over, but for its reply.
    private static final Blocked ANSWERED = () -> {};

    /// More than this is a pipeline, and batch enough by itself.
    private static final int GATHERED_BYTES_MAX = 2048;

    /// Most bytes of replies that wait for the disk before the client's next command does.
    private static final long QUEUED_BYTES_MAX = 1 << 20;

    /// What a client whose commands may not run now may send before nothing more is read from it.
    private static final int BLOCKED_BYTES_MAX = 64 * 1024;

    private final ClientRegistry registry;
    private final CommandProcessor processor;
    private final Channel channel;
    private final Client client;
    private final RequestParser parser = new RequestParser();

    /// What this turn has brought and [TurnReads] will run, together with that of other clients.
    private @Nullable ByteBuf arrived;

    /// Whether the connection is among those that [TurnReads] will run.
    private boolean gathered;

    /// Received bytes that no complete request has covered yet.
    private @Nullable ByteBuf rest;

    private @Nullable ReplicaSession replicaSession;

    /// Replies that leave at the end of the turn, or when what they depend on is safe.
    private final List<ByteBuf> queued = new ArrayList<>();

    /// What each of them depends on; see [ReplySafety].
    private long[] dependences = new long[4];

    /// Whether the connection is among those that are asked to send at the end of the turn.
    private boolean awaitsSending;

    /// Whether a primary under its lease has made the queued replies, so that they may only leave under a lease.
    private boolean vouchedAsPrimary;

    /// Whether the queued replies may not leave yet; until they do no further command runs.
    private boolean withheld;

    private final OutputWatch outputWatch = new OutputWatch();
    private boolean processing;
    private boolean closed;

    ClientConnection(
            ClientRegistry registry, CommandProcessor processor, Channel channel, long nowMs) {
        this.registry = registry;
        this.processor = processor;
        this.channel = channel;
        this.client =
                new Client(registry.nextId(), this, nowMs, !processor.requiresAuthentication());
    }

    Client client() {
        return client;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ByteBuf received = (ByteBuf) message;
        processor.countReceived(received.readableBytes());
        heardOfReplica();
        processArrived();
        ByteBuf waiting = rest;
        if (waiting != null) {
            append(waiting, received);
            received.release();
            processRest();
            return;
        }
        if (takesCommands() && received.readableBytes() <= GATHERED_BYTES_MAX) {
            arrived = received;
            if (!gathered) {
                gathered = true;
                processor.gather(this);
            }
            return;
        }
        try {
            if (!takesCommands()) {
                keep(received);
                return;
            }
            process(received);
            if (received.isReadable() && !closed) {
                keep(received);
            }
        } finally {
            received.release();
        }
    }

    /// The client has said all it will say. What waits for the end of the turn is still sent; nothing else is waited for.
    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event != ChannelInputShutdownEvent.INSTANCE) {
            return;
        }
        processArrived();
        if (awaitsSending && !client.replica() && client.blocked() == null) {
            client.closeAfterReplies();
        } else {
            close();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        processArrived();
        closed = true;
        dropQueued();
        ByteBuf waiting = rest;
        if (waiting != null) {
            rest = null;
            if (!processing) {
                waiting.release();
            }
        }
        registry.remove(client);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (cause instanceof java.io.IOException) {
            // The peer went away without a word: nothing to report, nothing to save.
            context.close();
            return;
        }
        processor.fault(client, cause);
        context.close();
    }

    /// Whatever a replica sends shows that it lives, the bare line ends of one that is loading included.
    private void heardOfReplica() {
        ReplicaSession session = replicaSession;
        PrimaryFeed feed = session == null ? null : session.feed();
        if (feed != null) {
            feed.progress().onHeard(processor.nowMs());
        }
    }

    /// Runs what is complete in `buffer` and moves its reader index behind it.
    private void process(ByteBuf buffer) {
        processing = true;
        long base = buffer.memoryAddress();
        long from = base + buffer.readerIndex();
        long to = base + buffer.writerIndex();
        long done = processor.process(this, parser, from, to);
        processing = false;
        buffer.readerIndex((int) (done - base));
    }

    /// Runs what has arrived without waiting for others.
    private void processArrived() {
        if (!processing) {
            processRemaining();
        }
    }

    // What a batch of several clients does, in this order

    /// {@return whether there is something that has arrived, whose commands may run}
    boolean takesArrived() {
        gathered = false;
        if (!takesCommands()) {
            processRemaining();
        }
        return arrived != null;
    }

    /// From here to [#processRemaining] the connection is busy.
    ///
    /// @return the address up to which the bytes are covered by complete requests, now part of the batch
    long parseArrived(CommandProcessor batch) {
        processing = true;
        ByteBuf received = requireNonNull(arrived);
        long base = received.memoryAddress();
        return batch.parse(client, parser, arrivedFrom(), base + received.writerIndex());
    }

    /// {@return the address of the first byte that has arrived}
    long arrivedFrom() {
        ByteBuf received = requireNonNull(arrived);
        return received.memoryAddress() + received.readerIndex();
    }

    /// The commands up to `address` have run.
    void consumedArrived(long address) {
        ByteBuf received = requireNonNull(arrived);
        received.readerIndex((int) (address - received.memoryAddress()));
    }

    /// Runs, or keeps, what no batch has taken of what has arrived.
    void processRemaining() {
        processing = false;
        ByteBuf received = arrived;
        if (received == null) {
            return;
        }
        arrived = null;
        try {
            if (received.isReadable() && takesCommands()) {
                process(received);
            }
            if (received.isReadable() && !closed) {
                keep(received);
            }
        } finally {
            received.release();
        }
    }

    private void processRest() {
        ByteBuf waiting = rest;
        if (waiting == null
                || processing
                || arrived != null
                || mustPause()
                || client.closeAfterReply()
                || waiting.readableBytes() < parser.bytesNeeded()) {
            return;
        }
        process(waiting);
        if (closed) {
            waiting.release();
            rest = null;
        } else if (!waiting.isReadable()) {
            waiting.release();
            rest = null;
        } else if (waiting.readerIndex() > waiting.capacity() / 2) {
            waiting.discardReadBytes();
        }
    }

    private void keep(ByteBuf received) {
        if (closed || client.closeAfterReply()) {
            return;
        }
        int bytes = received.readableBytes();
        ByteBuf waiting = channel.alloc().directBuffer(Math.max(bytes, 1024));
        waiting.writeBytes(received);
        rest = waiting;
        processor.countWaiting(bytes);
        limitRest(waiting);
    }

    private void append(ByteBuf waiting, ByteBuf received) {
        if (closed || client.closeAfterReply()) {
            return;
        }
        if (waiting.readerIndex() > 0 && waiting.writableBytes() < received.readableBytes()) {
            waiting.discardReadBytes();
        }
        processor.countWaiting(received.readableBytes());
        waiting.writeBytes(received);
        limitRest(waiting);
    }

    private void limitRest(ByteBuf waiting) {
        if (waiting.readableBytes() > processor.queryBufferBytesMax()) {
            processor.queryBufferOverrun(client);
            close();
            return;
        }
        // A blocked client that goes on sending is not read any further until it is served. Up to
        // there it is cheaper to read on, and shows when the client has gone.
        if (mustPause() && waiting.readableBytes() > BLOCKED_BYTES_MAX) {
            channel.config().setAutoRead(false);
        }
    }

    /// {@return whether no command of this client may run now}
    private boolean mustPause() {
        return withheld || client.blocked() != null;
    }

    /// Takes the replies that were written since the writer was given to this connection; they leave at the end of the turn.
    ///
    /// @param vouched whether the commands ran under a primary's lease
    /// @param dependence what the replies depend on; see [ReplySafety]
    void queue(ReplyWriter reply, boolean vouched, long dependence, TurnReplies turn) {
        if (!reply.isEmpty()) {
            processor.countSent(reply.writtenBytes());
            int before = queued.size();
            reply.finish(queued::add);
            if (queued.size() > dependences.length) {
                dependences = Arrays.copyOf(dependences, 2 * queued.size());
            }
            Arrays.fill(dependences, before, queued.size(), dependence);
            vouchedAsPrimary |= vouched;
        } else if (!client.closeAfterReply()) {
            return;
        }
        if (!awaitsSending) {
            awaitsSending = true;
            turn.add(this);
        }
    }

    /// Sends what is queued, unless it may not leave yet.
    ///
    /// @return false when it is to be tried again
    boolean sendQueued() {
        ServingGate gate = processor.gate();
        if (vouchedAsPrimary && !closed && !(gate.isPrimary() && gate.mayServe())) {
            if (gate.mayRecover()) {
                withheld = true;
                return false;
            }
            // Somebody else has been primary since, or may be: what was done here may be lost, so
            // nothing is said about it.
            close();
        }
        boolean all = closed || transmitSafe();
        if (!closed) {
            limitOutput();
        }
        if (!all && !closed) {
            withheld |= queuedBytes() > QUEUED_BYTES_MAX;
            return false;
        }
        awaitsSending = false;
        vouchedAsPrimary = false;
        if (closed) {
            dropQueued();
            return true;
        }
        if (client.closeAfterReply()) {
            closeWhenSent();
        }
        if (withheld) {
            withheld = false;
            resume();
        }
        return true;
    }

    /// Sends what may leave, in order.
    ///
    /// @return whether that was all
    private boolean transmitSafe() {
        ReplySafety safety = processor.safety();
        int count = queued.size();
        int safe = 0;
        while (safe < count && safety.isSafe(dependences[safe])) {
            channel.write(queued.get(safe));
            safe++;
        }
        // Before the flush, which may find the channel closed, and then nothing is ours any more.
        if (safe == count) {
            queued.clear();
        } else if (safe > 0) {
            queued.subList(0, safe).clear();
            System.arraycopy(dependences, safe, dependences, 0, count - safe);
        }
        if (safe > 0) {
            channel.flush();
        }
        return safe == count;
    }

    private void dropQueued() {
        queued.forEach(ByteBuf::release);
        queued.clear();
    }

    void protocolError(String text, ReplyWriter reply) {
        reply.error(RespError.of("ERR " + text));
        client.closeAfterReplies();
    }

    /// {@return whether the connection was closed because of what waits for it, `moreBytes` included}
    boolean limitOutput(long moreBytes) {
        if (closed || client.replica()) {
            return closed;
        }
        long pending = outputBufferBytes() + moreBytes;
        if (outputWatch.exceeds(processor.outputLimit(), pending, processor.nowMs())) {
            processor.outputBufferOverrun(client, pending);
            close();
        }
        return closed;
    }

    @Override
    public void limitOutput() {
        limitOutput(0);
    }

    /// {@return whether the next command of this client may run}
    boolean takesCommands() {
        return !mustPause() && !client.closeAfterReply() && !closed;
    }

    private void closeWhenSent() {
        closed = true;
        var sent = channel.writeAndFlush(io.netty.buffer.Unpooled.EMPTY_BUFFER);
        sent.addListener(ChannelFutureListener.CLOSE);
        if (!sent.isDone()) {
            channel.eventLoop()
                    .schedule(() -> channel.close(), LAST_WORDS_MS_MAX, TimeUnit.MILLISECONDS);
        }
    }

    @Override
    public void send(Consumer<ReplyWriter> writer) {
        processor.reply(this, writer);
    }

    @Override
    public void endWait(Consumer<ReplyWriter> writer) {
        // Until the reply is on its way, nothing that came after the command may run.
        client.block(ANSWERED);
        processor.outsideBatches(() -> {
            client.unblock();
            if (!client.wantsNoReply()) {
                send(writer);
            }
            client.commandEnded();
            resume();
        });
    }

    @Override
    public void flushReplies() {
        processor.takeReplies(this);
        if (!transmitSafe()) {
            // What follows must come behind replies that may not leave yet. Nobody has a reason to
            // send them together.
            close();
        }
    }

    @Override
    public void resume() {
        if (closed || mustPause()) {
            return;
        }
        channel.config().setAutoRead(true);
        processRest();
    }

    @Override
    public void close() {
        closed = true;
        channel.close();
        // Nobody shall meet it any more, even while the socket is being closed.
        registry.remove(client);
    }

    @Override
    public ReplicaSession replicaSession() {
        ReplicaSession session = replicaSession;
        if (session == null) {
            session = new ReplicaSession(channel);
            replicaSession = session;
        }
        return session;
    }

    @Override
    public String peerAddress() {
        return text((InetSocketAddress) channel.remoteAddress());
    }

    @Override
    public String localAddress() {
        return text((InetSocketAddress) channel.localAddress());
    }

    /// {@return `127.0.0.1:6379` or `[::1]:6379`}
    private static String text(@Nullable InetSocketAddress address) {
        return address == null ? "?:0" : NetUtil.toSocketAddressString(address);
    }

    @Override
    public int descriptor() {
        return channel instanceof io.netty.channel.unix.UnixChannel unix
                ? unix.fd().intValue()
                : -1;
    }

    @Override
    public long queryBufferBytes() {
        ByteBuf waiting = rest;
        return waiting == null ? 0 : waiting.readableBytes();
    }

    @Override
    public long outputBufferBytes() {
        var pending = channel.unsafe().outboundBuffer();
        return (pending == null ? 0 : pending.totalPendingWriteBytes()) + queuedBytes();
    }

    private long queuedBytes() {
        long bytes = 0;
        for (int i = 0; i < queued.size(); i++) {
            bytes += queued.get(i).readableBytes();
        }
        return bytes;
    }
}

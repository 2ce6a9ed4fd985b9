// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.replication;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.WriteBufferWaterMark;
import org.jspecify.annotations.Nullable;

/// One attached replica, as its primary serves it: the answer to PSYNC, the data set, then the log.
///
/// ```
/// partial:  +CONTINUE <id>                                              log ...
/// full:     +FULLRESYNC <id> <offset>  \n \n  $<n> data                 log ...
///                                             $EOF:<mark> data <mark>   (silence until the first ACK) log ...
/// ```
///
/// The log is read from the moment the offset is fixed, whether or not its bytes can be sent yet; the reader's limit
/// bounds what that may cost. Bytes go out only while the socket takes them, so a slow replica holds log chunks and not
/// a queue of its own.
///
/// It sits in the connection's pipeline to learn of writability and of the end; it does not read. What the replica sends
/// is parsed by the server like any client's, and comes back as [#onAck].
///
/// Thread: the node's loop.
public final class PrimaryFeed extends ChannelInboundHandlerAdapter {
    private static final int SLICE_BYTES = 64 << 10;
    private static final WriteBufferWaterMark WATER_MARK =
            new WriteBufferWaterMark(256 << 10, 1 << 20);

    /// Learns what becomes of a feed.
    interface Owner {
        /// The socket takes data-set bytes again.
        void onWritable(PrimaryFeed feed);

        /// The connection is gone.
        void onClosed(PrimaryFeed feed);
    }

    private final PeerSocket socket;
    private final ReplicaOptions options;
    private final ReplicaProgress progress;
    private final ReplicationHost host;
    private final Owner owner;
    private @Nullable LogReader reader;
    private boolean closed;

    PrimaryFeed(
            Channel channel,
            ReplicaOptions options,
            ReplicaProgress progress,
            ReplicationHost host,
            Owner owner) {
        this.socket = new PeerSocket(channel);
        this.options = options;
        this.progress = progress;
        this.host = host;
        this.owner = owner;
        channel.config().setWriteBufferWaterMark(WATER_MARK);
        channel.pipeline().addFirst(this);
    }

    /// {@return what is known of the replica}
    public ReplicaProgress progress() {
        return progress;
    }

    ReplicaOptions options() {
        return options;
    }

    // ---- Partial sync ----

    /// Goes on at `nextByte`, which the backlog holds.
    void startPartial(ReplicationState state, long nextByte, LogReaderLimit limit) {
        sendLine(options.psync2() ? "+CONTINUE " + state.history().id() : "+CONTINUE");
        openReader(state.log(), nextByte - 1, limit);
        progress.enter(ReplicaState.ONLINE, host.nowMs());
        pump();
    }

    // ---- Full sync ----

    /// The cut is made: names it, and holds the log from there on.
    void announce(SnapshotCut cut, ReplicationLog log, LogReaderLimit limit) {
        if (progress.sendsAcks()) {
            sendLine("+FULLRESYNC " + cut.id() + " " + cut.offset());
        }
        if (!options.rdbOnly()) {
            openReader(log, cut.offset(), limit);
        }
    }

    /// The first line of the transfer; from here on no keepalive may be sent.
    void beginSnapshot(String header) {
        progress.enter(ReplicaState.SEND_SNAPSHOT, host.nowMs());
        sendLine(header);
    }

    boolean writable() {
        return socket.writable();
    }

    /// Takes the slice over.
    void sendSnapshot(ByteBuf slice) {
        socket.send(slice);
        // The socket took what came before, so the replica is alive.
        progress.onHeard(host.nowMs());
    }

    /// The data set is out.
    ///
    /// @param marked whether its end was marked: then the replica may take what follows for data until it has said ACK
    void endSnapshot(boolean marked) {
        if (options.rdbOnly()) {
            socket.closeAfterWrites();
            return;
        }
        progress.enter(marked ? ReplicaState.AWAIT_ACK : ReplicaState.ONLINE, host.nowMs());
        pump();
    }

    // ---- From the replica ----

    /// REPLCONF ACK.
    void onAck(long offset) {
        progress.onAck(offset, host.nowMs());
        if (progress.state() == ReplicaState.AWAIT_ACK) {
            progress.enter(ReplicaState.ONLINE, host.nowMs());
            pump();
        }
    }

    // ---- Connection ----

    /// A line end outside the offset, while the replica waits for the data set.
    void keepAlive() {
        socket.send("\n");
    }

    void close() {
        socket.close();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        if (socket.writable()) {
            if (progress.state() == ReplicaState.SEND_SNAPSHOT) {
                owner.onWritable(this);
            } else {
                pump();
            }
        }
        ctx.fireChannelWritabilityChanged();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        if (!closed) {
            closed = true;
            if (reader != null) {
                reader.close();
                reader = null;
            }
            owner.onClosed(this);
        }
        ctx.fireChannelInactive();
    }

    private void openReader(ReplicationLog log, long offset, LogReaderLimit limit) {
        reader = log.openReader(offset, limit, this::pump);
    }

    /// Sends as much of the log as the socket takes.
    private void pump() {
        LogReader from = reader;
        if (from == null || closed) {
            return;
        }
        if (from.overrun()) {
            // It cannot catch up with what it holds; it has to come again.
            close();
            return;
        }
        if (progress.state() != ReplicaState.ONLINE) {
            return;
        }
        boolean written = false;
        while (socket.writable()) {
            ByteBuf slice = from.next(SLICE_BYTES);
            if (slice == null) {
                break;
            }
            socket.write(slice);
            written = true;
        }
        if (written) {
            socket.flush();
        }
    }

    private void sendLine(String line) {
        socket.send(line + "\r\n");
    }
}

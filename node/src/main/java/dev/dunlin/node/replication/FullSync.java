// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.replication;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.EventLoop;
import java.util.ArrayList;
import java.util.List;

/// One data set on its way to one or several replicas that share it.
///
/// A slice is taken from the source only when every replica's socket has room, so the slowest sets the pace and no slice
/// is queued twice. One slice per turn of the loop: commands run in between.
///
/// Thread: the node's loop.
final class FullSync {
    private final SnapshotCut cut;
    private final SnapshotSource source;
    private final boolean marked;
    private final boolean fieldTimes;
    private final byte[] mark;
    private final EventLoop loop;
    private final Runnable onDone;
    private final List<PrimaryFeed> feeds = new ArrayList<>();
    private final SnapshotPace pace = new SnapshotPace(System.nanoTime());
    private boolean sending;
    private boolean done;
    private boolean scheduled;

    /// @param marked whether the end is marked; otherwise the source gets to know its size before the first byte leaves
    /// @param fieldTimes whether it has the times at which fields of hashes expire
    /// @param mark 40 random characters
    FullSync(
            SnapshotCut cut,
            SnapshotSource source,
            boolean marked,
            boolean fieldTimes,
            String mark,
            EventLoop loop,
            Runnable onDone) {
        this.cut = cut;
        this.source = source;
        this.marked = marked;
        this.fieldTimes = fieldTimes;
        this.mark = mark.getBytes(US_ASCII);
        this.loop = loop;
        this.onDone = onDone;
        source.onMore(this::schedule);
    }

    /// {@return whether one more replica may share it: nothing has left yet, and it understands the form}
    boolean accepts(PrimaryFeed feed, boolean wantsMark) {
        return !sending
                && !done
                && wantsMark == marked
                && feed.options().fieldTimes() == fieldTimes
                && !feeds.contains(feed);
    }

    void add(PrimaryFeed feed, ReplicationLog log, LogReaderLimit limit) {
        feeds.add(feed);
        feed.announce(cut, log, limit);
    }

    /// A replica is gone. Without any left the snapshot is given up.
    void remove(PrimaryFeed feed) {
        if (feeds.remove(feed) && !done) {
            if (feeds.isEmpty()) {
                finish();
            } else {
                schedule();
            }
        }
    }

    /// Goes on in a turn of its own.
    void schedule() {
        if (!scheduled && !done) {
            scheduled = true;
            NextTurn.run(loop, this::turn);
        }
    }

    private void turn() {
        scheduled = false;
        if (done) {
            return;
        }
        if (source.failure() != null) {
            closeAll();
            return;
        }
        if (!sending) {
            if (!marked && source.totalBytes() == SnapshotSink.UNKNOWN_BYTES) {
                // The size is not known yet; the source calls again when it is.
                return;
            }
            begin();
        }
        for (PrimaryFeed feed : feeds) {
            if (!feed.writable()) {
                // Comes back when the socket has drained.
                return;
            }
        }
        int bytes = pace.begin(System.nanoTime());
        if (bytes == 0) {
            schedule();
            return;
        }
        ByteBuf slice = source.next(bytes);
        if (slice != null) {
            send(slice);
        }
        pace.end(System.nanoTime());
        if (source.ended()) {
            end();
        } else if (slice != null) {
            schedule();
        }
    }

    private void begin() {
        sending = true;
        String header = marked ? "$EOF:" + new String(mark, US_ASCII) : "$" + source.totalBytes();
        for (PrimaryFeed feed : List.copyOf(feeds)) {
            feed.beginSnapshot(header);
        }
    }

    private void send(ByteBuf slice) {
        for (PrimaryFeed feed : List.copyOf(feeds)) {
            feed.sendSnapshot(slice.retainedDuplicate());
        }
        slice.release();
    }

    private void end() {
        List<PrimaryFeed> served = List.copyOf(feeds);
        if (marked) {
            send(Unpooled.copiedBuffer(mark));
        }
        finish();
        for (PrimaryFeed feed : served) {
            feed.endSnapshot(marked);
        }
    }

    private void closeAll() {
        List<PrimaryFeed> failed = List.copyOf(feeds);
        finish();
        for (PrimaryFeed feed : failed) {
            feed.close();
        }
    }

    private void finish() {
        if (!done) {
            done = true;
            feeds.clear();
            source.close();
            onDone.run();
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.replication;

import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// All replicas of this node, and the data sets on their way to them.
///
/// One full sync runs at a time; who comes while it has not begun to send shares it, who comes later waits for the next.
/// The next begins when its first replica has waited `repl-diskless-sync-delay`, or enough of them wait; and not before all traces of a
/// snapshot that was given up are gone ([ReplicationHost#mayOpenSnapshot]).
///
/// Thread: the node's loop.
final class ReplicaFeeds implements PrimaryFeed.Owner {
    private static final Logger LOG = LoggerFactory.getLogger(ReplicaFeeds.class);

    private final ReplicationState state;
    private final ReplicationHost host;
    private final EventLoop loop;
    private final ReplicaAcks acks = new ReplicaAcks();
    private final List<PrimaryFeed> feeds = new ArrayList<>();
    private final List<PrimaryFeed> waiting = new ArrayList<>();
    private @Nullable FullSync running;
    private long waitingSinceMs;
    private long fullSyncs;
    private long partialSyncs;

    ReplicaFeeds(ReplicationState state, ReplicationHost host, EventLoop loop) {
        this.state = state;
        this.host = host;
        this.loop = loop;
    }

    ReplicaAcks acks() {
        return acks;
    }

    /// {@return INFO's `sync_full`}
    long fullSyncs() {
        return fullSyncs;
    }

    /// {@return INFO's `sync_partial_ok`}
    long partialSyncs() {
        return partialSyncs;
    }

    /// Answers PSYNC.
    PrimaryFeed psync(
            Channel channel,
            ReplicaOptions options,
            PsyncRequest request,
            ReplicationConfig config) {
        state.log().publish();
        PrimaryFeed feed = open(channel, options, true);
        switch (PsyncDecision.decide(request, state.history(), state.log())) {
            case PsyncDecision.Partial(long nextByte) -> {
                partialSyncs++;
                LOG.info(
                        "partial sync replica={}:{} next_byte={}",
                        feed.progress().ip(),
                        feed.progress().port(),
                        nextByte);
                feed.startPartial(state, nextByte, config.outputLimit());
            }
            case PsyncDecision.Full(PsyncDecision.Reason reason) -> {
                LOG.info(
                        "full sync replica={}:{} reason={}",
                        feed.progress().ip(),
                        feed.progress().port(),
                        reason);
                queue(feed, config);
            }
        }
        return feed;
    }

    /// Answers SYNC: always everything, and nothing is said before it.
    PrimaryFeed sync(Channel channel, ReplicaOptions options, ReplicationConfig config) {
        state.log().publish();
        PrimaryFeed feed = open(channel, options, false);
        queue(feed, config);
        return feed;
    }

    private PrimaryFeed open(Channel channel, ReplicaOptions options, boolean sendsAcks) {
        String ip =
                options.ipAddress()
                        .orElseGet(() ->
                                channel.remoteAddress() instanceof InetSocketAddress address
                                        ? address.getAddress().getHostAddress()
                                        : "");
        ReplicaProgress progress =
                new ReplicaProgress(
                        ip,
                        options.listeningPort(),
                        sendsAcks,
                        ReplicaState.WAIT_SNAPSHOT,
                        host.nowMs());
        PrimaryFeed feed = new PrimaryFeed(channel, options, progress, host, this);
        feeds.add(feed);
        acks.add(progress);
        return feed;
    }

    private void queue(PrimaryFeed feed, ReplicationConfig config) {
        state.ensureBacklog();
        fullSyncs++;
        if (running != null && running.accepts(feed, wantsMark(feed, config))) {
            running.add(feed, state.log(), config.outputLimit());
            return;
        }
        if (waiting.isEmpty()) {
            waitingSinceMs = host.nowMs();
        }
        waiting.add(feed);
        startIfDue(config);
    }

    private static boolean wantsMark(PrimaryFeed feed, ReplicationConfig config) {
        return config.disklessSync() && feed.options().eof();
    }

    /// Begins the next full sync when its time has come. Called with each newcomer and each tick.
    void startIfDue(ReplicationConfig config) {
        if (running != null || waiting.isEmpty() || !host.mayOpenSnapshot()) {
            return;
        }
        // Only a data set sent while it is made cannot be joined later, so only then is waiting
        // worth it.
        boolean marked = wantsMark(waiting.getFirst(), config);
        boolean enough =
                config.snapshotReplicasMax() > 0 && waiting.size() >= config.snapshotReplicasMax();
        if (!marked || enough || host.nowMs() - waitingSinceMs >= config.snapshotDelayMs()) {
            start(marked, config);
        }
    }

    /// The cut: identity, offset, database of the stream and the state of the keyspace, all in this turn of the loop.
    private void start(boolean marked, ReplicationConfig config) {
        ReplicationLog log = state.log();
        log.publish();
        boolean primary = !log.following();
        if (primary) {
            log.forceSelect();
        }
        SnapshotCut cut =
                new SnapshotCut(state.history().id(), log.offset(), Math.max(0, log.streamDb()));
        boolean fieldTimes = waiting.getFirst().options().fieldTimes();
        SnapshotSource source = host.openSnapshot(cut, fieldTimes);
        if (!marked && source.totalBytes() == SnapshotSink.UNKNOWN_BYTES) {
            source = new SnapshotSpool(source, host, loop);
        }
        String mark = ReplicationId.random(state.random()).hex();
        FullSync sync = new FullSync(cut, source, marked, fieldTimes, mark, loop, this::onSyncDone);
        running = sync;
        for (PrimaryFeed feed : List.copyOf(waiting)) {
            if (wantsMark(feed, config) == marked && feed.options().fieldTimes() == fieldTimes) {
                waiting.remove(feed);
                sync.add(feed, log, config.outputLimit());
            }
        }
        waitingSinceMs = host.nowMs();
        sync.schedule();
    }

    private void onSyncDone() {
        running = null;
    }

    void keepAlive(ReplicaProgress replica) {
        for (PrimaryFeed feed : List.copyOf(feeds)) {
            if (feed.progress() == replica) {
                feed.keepAlive();
            }
        }
    }

    void drop(ReplicaProgress replica) {
        for (PrimaryFeed feed : List.copyOf(feeds)) {
            if (feed.progress() == replica) {
                LOG.warn(
                        "replica dropped replica={}:{} reason=silent",
                        replica.ip(),
                        replica.port());
                feed.close();
            }
        }
    }

    /// Closes every replica's connection: they come back and ask which history we are of now.
    void closeAll() {
        for (PrimaryFeed feed : List.copyOf(feeds)) {
            feed.close();
        }
    }

    @Override
    public void onWritable(PrimaryFeed feed) {
        if (running != null) {
            running.schedule();
        }
    }

    @Override
    public void onClosed(PrimaryFeed feed) {
        feeds.remove(feed);
        waiting.remove(feed);
        acks.remove(feed.progress());
        if (running != null) {
            running.remove(feed);
        }
    }
}

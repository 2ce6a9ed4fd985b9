// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.replication;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.channel.EventLoop;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Replication of one node: its role, its log, its replicas and its link. What commands and the loop talk to.
///
/// Thread: the node's loop. The owner calls [#tick] about ten times a second and [#endOfTurn] whenever a batch of commands
/// is done, before replies leave.
public final class Replication implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Replication.class);

    /// A primary's address as REPLICAOF names it.
    public record Primary(String host, int port) {}

    private final ReplicationHost host;
    private final EventLoop loop;
    private final ChannelFactory<? extends Channel> channels;
    private final ReplicationState state;
    private final ReplicaFeeds feeds;
    private final ReplicationCron cron = new ReplicationCron();
    private final AckWaits waits = new AckWaits();
    private final ReplicaLink.Owner linkOwner = new LinkOwner();

    private ReplicationConfig config;
    private @Nullable Primary primary;
    private @Nullable ReplicaLink link;
    private long linkDownSinceMs;
    private String lastLinkFailure = "";
    private boolean forgetHistory;
    private boolean writesPaused;
    private boolean acksWanted;
    private boolean throttled;
    private final Failover failover = new Failover();

    /// @param loop the node's loop
    /// @param channels makes a client socket for that loop
    /// @param random makes identities and marks; secure in production
    public Replication(
            ReplicationConfig config,
            ReplicationLog log,
            ReplicationHost host,
            EventLoop loop,
            ChannelFactory<? extends Channel> channels,
            RandomGenerator random) {
        this.config = config;
        this.host = host;
        this.loop = loop;
        this.channels = channels;
        this.state = new ReplicationState(log, random);
        this.feeds = new ReplicaFeeds(state, host, loop);
    }

    // ---- Views ----

    /// {@return the log writes go to}
    public ReplicationLog log() {
        return state.log();
    }

    /// {@return identities of the current and the previous history}
    public ReplicationHistory history() {
        return state.history();
    }

    /// {@return the point of its history that the data stands at now, which lets whoever starts from a file of it go on from there; nothing
    /// when there is no history that anybody could know}
    ///
    /// Between two commands only.
    public Optional<SnapshotCut> cut() {
        ReplicationLog log = log();
        if (forgetHistory || (primary == null && !log.backlogActive())) {
            return Optional.empty();
        }
        return Optional.of(
                new SnapshotCut(history().id(), log.offset(), Math.max(0, log.streamDb())));
    }

    /// {@return the primary this node follows, or nothing when it is one itself}
    public Optional<Primary> primary() {
        return Optional.ofNullable(primary);
    }

    /// {@return whether there is a primary that this node follows}
    public boolean isReplica() {
        return primary != null;
    }

    /// {@return where the link to the primary stands}
    public LinkState linkState() {
        ReplicaLink current = link;
        if (primary == null) {
            return LinkState.NONE;
        }
        return current == null ? LinkState.CONNECT : current.linkState();
    }

    /// {@return when anything last came from the primary, for `master_last_io_seconds_ago`; -1 without a link}
    public long linkHeardMs() {
        return link == null ? -1 : link.heardMs();
    }

    /// {@return since when there is no link, for `master_link_down_since_seconds`}
    public long linkDownSinceMs() {
        return linkDownSinceMs;
    }

    /// {@return offset behind the last byte received from the primary (`slave_read_repl_offset`)}
    public long receivedOffset() {
        return link == null ? log().offset() : link.receivedOffset();
    }

    /// {@return bytes of the data set received in the transfer that is going on, else 0}
    public long transferReceivedBytes() {
        return link == null ? 0 : link.transferReceivedBytes();
    }

    /// {@return its size, or [SnapshotSink#UNKNOWN_BYTES]}
    public long transferTotalBytes() {
        return link == null ? SnapshotSink.UNKNOWN_BYTES : link.transferTotalBytes();
    }

    /// {@return attached replicas and what they acknowledged}
    public ReplicaAcks acks() {
        return feeds.acks();
    }

    /// {@return INFO's `sync_full`}
    public long fullSyncs() {
        return feeds.fullSyncs();
    }

    /// {@return INFO's `sync_partial_ok`}
    public long partialSyncs() {
        return feeds.partialSyncs();
    }

    /// {@return whether the node is handing its role over}
    public Failover.State failoverState() {
        return failover.state();
    }

    /// Takes new settings; running syncs keep theirs.
    public void configure(ReplicationConfig changed) {
        config = changed;
        log().resizeBacklog(changed.backlogBytes());
    }

    /// Stops reading the primary's commands for a while, or goes on: the node's disk cannot take more of them.
    public void throttle(boolean hold) {
        throttled = hold;
        if (link != null) {
            link.throttle(hold);
        }
    }

    /// Holds back what would move the stream by itself, during a failover.
    public void pauseWrites(boolean paused) {
        writesPaused = paused;
    }

    // ---- Roles ----

    /// Takes over what the data set that was loaded says of its history, before anything else has happened.
    ///
    /// @param asPrimary whether the node goes on as a primary: then with a new history, which replicas of the old one may follow that have
    ///     exactly what was saved
    public void restore(SnapshotCut saved, boolean asPrimary) {
        if (asPrimary) {
            state.restore(
                    ReplicationHistory.restoredAsPrimary(
                            ReplicationId.random(state.random()), saved.id(), saved.offset()),
                    saved.offset(),
                    ReplicationLog.NO_DB);
        } else {
            state.restore(
                    ReplicationHistory.restoredAsReplica(saved.id()),
                    saved.offset(),
                    saved.streamDb());
        }
    }

    /// REPLICAOF host port. The data stay until the primary decides what they are worth.
    public void follow(String primaryHost, int primaryPort) {
        Primary wanted = new Primary(primaryHost, primaryPort);
        if (wanted.equals(primary)) {
            return;
        }
        boolean wasPrimary = primary == null;
        primary = wanted;
        linkDownSinceMs = host.nowMs();
        log().publish();
        log().follow();
        waits.cancelAll();
        closeLink("primary changed");
        if (wasPrimary) {
            host.roleChanged(false);
        }
        host.linkChanged(LinkState.CONNECT);
        connect();
    }

    /// REPLICAOF NO ONE, or a won election: the node is a primary with a history of its own from here on.
    public void promote() {
        if (primary == null) {
            return;
        }
        endFailover();
        primary = null;
        closeLink("node became a primary");
        if (forgetHistory) {
            state.startAnew();
        } else {
            state.promoted();
        }
        forgetHistory = false;
        // They ask again with the old identity, and go on under the new one.
        feeds.closeAll();
        LOG.info("promoted id={} offset={}", history().id(), log().offset());
        host.linkChanged(LinkState.NONE);
        host.roleChanged(true);
    }

    private void connect() {
        Primary target = primary;
        if (target == null || link != null) {
            return;
        }
        PsyncRequest request =
                forgetHistory
                        ? PsyncRequest.NOTHING
                        : PsyncRequest.after(history().id(), log().offset());
        if (failover.isUnderWay()) {
            request = request.handingOver();
        }
        ReplicaLink next = new ReplicaLink(state, config, host, loop, linkOwner, request);
        link = next;
        next.throttle(throttled);
        host.linkChanged(LinkState.CONNECTING);
        next.connect(channels, target.host(), target.port());
    }

    private void closeLink(String reason) {
        ReplicaLink current = link;
        if (current != null) {
            link = null;
            current.close(reason, false);
        }
    }

    // ---- FAILOVER ----

    /// FAILOVER: pauses writes, and hands the role over when a replica has all.
    ///
    /// @return why that is not possible, or nothing
    public Optional<String> failOver(Failover.Request request) {
        Optional<String> refusal = failover.begin(request, primary != null, acks(), host.nowMs());
        if (refusal.isEmpty()) {
            LOG.info("failover requested target={}", failover.target());
            writesPaused = true;
            host.pauseWrites(true);
        }
        return refusal;
    }

    /// Stays, or becomes again, the primary.
    ///
    /// @return whether a failover was under way
    public boolean abortFailover(String reason) {
        if (!failover.isUnderWay()) {
            return false;
        }
        LOG.warn("failover aborted target={} reason=\"{}\"", failover.target(), reason);
        boolean following = primary != null;
        endFailover();
        if (following) {
            promote();
        }
        return true;
    }

    private void checkFailover() {
        switch (failover.next(acks(), log().offset(), host.nowMs())) {
            case Failover.Step.Wait _ -> {}
            case Failover.Step.GiveUp(String reason) -> abortFailover(reason);
            case Failover.Step.Follow(Primary target, boolean synced) -> {
                LOG.info("failing over target={} synced={}", target, synced);
                follow(target.host(), target.port());
            }
        }
    }

    private void endFailover() {
        if (failover.isUnderWay()) {
            failover.end();
            writesPaused = false;
            host.pauseWrites(false);
        }
    }

    // ---- Commands of replicas ----

    /// REPLCONF with `arguments` behind its name.
    ///
    /// @return the line to answer with its `+` or `-`, or nothing for ACK and GETACK, which are never answered
    public Optional<String> replconf(ReplicaSession session, List<String> arguments) {
        if (!arguments.isEmpty()) {
            String option = arguments.getFirst().toLowerCase(Locale.ROOT);
            if (option.equals("ack")) {
                ack(session, arguments);
                return Optional.empty();
            }
            if (option.equals("getack")) {
                ReplicaLink current = link;
                if (current != null && current.linkState() == LinkState.CONNECTED) {
                    current.sendAck();
                }
                return Optional.empty();
            }
        }
        return Optional.of(
                session.options().accept(arguments).map(error -> "-" + error).orElse("+OK"));
    }

    private void ack(ReplicaSession session, List<String> arguments) {
        PrimaryFeed feed = session.feed();
        if (feed == null || arguments.size() < 2) {
            return;
        }
        long offset = parseOffset(arguments.get(1));
        if (offset < 0) {
            return;
        }
        feed.onAck(offset);
        if (arguments.size() >= 4 && arguments.get(2).equalsIgnoreCase("fack")) {
            feed.progress().onFsynced(parseOffset(arguments.get(3)));
        }
        waits.check(acks(), host.nowMs());
        checkFailover();
    }

    private static long parseOffset(String text) {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException notAnOffset) {
            return -1;
        }
    }

    /// PSYNC id offset [FAILOVER]. On success the answer is written by the feed; replies before it must have left.
    ///
    /// @return the error line to answer, or nothing
    public Optional<String> psync(
            ReplicaSession session, String id, String offset, boolean failover) {
        if (session.attached()) {
            return Optional.empty();
        }
        Optional<String> refusal = failover ? takeOver(id) : Optional.empty();
        if (refusal.isEmpty()) {
            refusal = notReady();
        }
        if (refusal.isPresent()) {
            return refusal;
        }
        long nextByte;
        try {
            nextByte = Long.parseLong(offset);
        } catch (NumberFormatException notAnOffset) {
            return Optional.of("-ERR value is not an integer or out of range");
        }
        session.attach(
                feeds.psync(
                        session.channel(),
                        session.options(),
                        new PsyncRequest(ReplicationId.parse(id), nextByte, failover),
                        config));
        return Optional.empty();
    }

    /// SYNC, of peers from before PSYNC and of tools that only want the data set.
    ///
    /// @return the error line to answer, or nothing
    public Optional<String> sync(ReplicaSession session) {
        if (session.attached()) {
            return Optional.empty();
        }
        Optional<String> refusal = notReady();
        if (refusal.isEmpty()) {
            session.attach(feeds.sync(session.channel(), session.options(), config));
        }
        return refusal;
    }

    /// The primary hands its role over to us with its PSYNC.
    private Optional<String> takeOver(String id) {
        if (primary == null) {
            return Optional.of("-ERR PSYNC FAILOVER can't be sent to a master.");
        }
        if (!ReplicationId.parse(id).equals(Optional.of(history().id()))) {
            return Optional.of("-ERR PSYNC FAILOVER replid must match my replid.");
        }
        promote();
        return Optional.empty();
    }

    private Optional<String> notReady() {
        if (failover.isUnderWay()) {
            return Optional.of("-NOMASTERLINK Can't SYNC while failing over");
        }
        return primary != null && linkState() != LinkState.CONNECTED
                ? Optional.of("-NOMASTERLINK Can't SYNC while not connected with my master")
                : Optional.empty();
    }

    // ---- WAIT ----

    /// Blocks until `goal` is reached, or `deadlineMs`. The answer may come in this call.
    ///
    /// @param onDone told when the wait is over, reached or not
    /// @return a handle for [#cancelWait], or nothing when the answer came at once
    public Optional<AckWaits.Wait> waitForAcks(
            AckWaits.Goal goal, long deadlineMs, Runnable onDone) {
        if (goal.isReached(acks()) || host.nowMs() >= deadlineMs) {
            onDone.run();
            return Optional.empty();
        }
        acksWanted = true;
        return Optional.of(waits.add(goal, deadlineMs, onDone));
    }

    /// Something has changed that clients may wait for, such as how much of the log is on disk.
    public void checkWaits() {
        waits.check(acks(), host.nowMs());
    }

    /// Asks all replicas for their offsets at the end of this turn.
    public void requestAcks() {
        acksWanted = true;
    }

    /// The client is gone.
    public void cancelWait(AckWaits.Wait wait) {
        waits.cancel(wait);
    }

    // ---- Time ----

    /// Lets readers of the log see what this turn wrote, and asks replicas for their offsets if a client waits for them: once
    /// per turn, however many wait.
    public void endOfTurn() {
        if (acksWanted) {
            acksWanted = false;
            if (primary == null && !writesPaused && !acks().replicas().isEmpty()) {
                log().requestAcks();
            }
        }
        log().publish();
    }

    /// Does what is due. Called about every 100 ms.
    public void tick(long nowMs) {
        ReplicaLink current = link;
        if (current != null) {
            current.tick(nowMs);
        }
        for (ReplicationCron.Duty duty : cron.tick(nowMs, config, view(nowMs))) {
            perform(duty);
        }
        log().enforceLimits(nowMs);
        feeds.startIfDue(config);
        waits.check(acks(), nowMs);
        checkFailover();
        endOfTurn();
    }

    private ReplicationCron.View view(long nowMs) {
        return new ReplicationCron.View(
                primary == null,
                writesPaused,
                log().backlogActive(),
                acks().replicas(),
                linkState(),
                link == null ? nowMs : link.heardMs());
    }

    private void perform(ReplicationCron.Duty duty) {
        switch (duty) {
            case ReplicationCron.Duty.Ping() -> log().ping();
            case ReplicationCron.Duty.KeepAlive(ReplicaProgress replica) ->
                    feeds.keepAlive(replica);
            case ReplicationCron.Duty.DropReplica(ReplicaProgress replica) -> feeds.drop(replica);
            case ReplicationCron.Duty.DropBacklog() -> state.dropBacklog();
            case ReplicationCron.Duty.Connect() -> connect();
            case ReplicationCron.Duty.SendAck() -> {
                if (link != null) {
                    link.sendAck();
                }
            }
            case ReplicationCron.Duty.SendKeepAlive() -> {
                if (link != null) {
                    link.sendKeepAlive();
                }
            }
            case ReplicationCron.Duty.DropLink() -> {
                if (link != null) {
                    link.close("primary is silent", false);
                }
            }
        }
    }

    /// Closes link, feeds and log.
    @Override
    public void close() {
        closeLink("node is stopping");
        feeds.closeAll();
        log().close();
    }

    private final class LinkOwner implements ReplicaLink.Owner {
        @Override
        public void onState(ReplicaLink from, LinkState entered) {
            if (from == link) {
                if (entered == LinkState.CONNECTED || entered == LinkState.TRANSFER) {
                    // The target has taken the role.
                    endFailover();
                }
                if (entered == LinkState.CONNECTED) {
                    lastLinkFailure = "";
                    forgetHistory = false;
                }
                host.linkChanged(entered);
            }
        }

        @Override
        public void onFullSync(ReplicaLink from) {
            feeds.closeAll();
        }

        @Override
        public void onNewHistory(ReplicaLink from) {
            feeds.closeAll();
        }

        @Override
        public void onRefused(ReplicaLink from) {
            if (from == link) {
                abortFailover("Failover target rejected psync request");
            }
        }

        @Override
        public void onClosed(ReplicaLink from, String reason, boolean forget) {
            forgetHistory |= forget;
            if (from == link) {
                if (!reason.equals(lastLinkFailure)) {
                    // Each second the same: once is enough.
                    lastLinkFailure = reason;
                    LOG.warn("link to the primary lost reason={}", reason);
                }
                link = null;
                linkDownSinceMs = host.nowMs();
                host.linkChanged(LinkState.CONNECT);
            }
        }
    }
}

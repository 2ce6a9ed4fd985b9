// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.clusterbus.engine;

import dev.dunlin.clusterbus.engine.Effect.Severity;
import dev.dunlin.clusterbus.model.MessageCounts;
import dev.dunlin.clusterbus.model.NodeFlags;
import dev.dunlin.clusterbus.wire.BusMessage;
import dev.dunlin.clusterbus.wire.Fail;
import dev.dunlin.clusterbus.wire.FailoverAuthAck;
import dev.dunlin.clusterbus.wire.FailoverAuthRequest;
import dev.dunlin.clusterbus.wire.LightPublish;
import dev.dunlin.clusterbus.wire.Meet;
import dev.dunlin.clusterbus.wire.MessageType;
import dev.dunlin.clusterbus.wire.MfStart;
import dev.dunlin.clusterbus.wire.Ping;
import dev.dunlin.clusterbus.wire.Pong;
import dev.dunlin.clusterbus.wire.Publish;
import dev.dunlin.clusterbus.wire.PublishShard;
import dev.dunlin.clusterbus.wire.Unknown;
import dev.dunlin.clusterbus.wire.Update;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Collects what one step wants done and puts it in order: see [Effect].
final class Outbox {
    private static final long NEVER = Long.MAX_VALUE;
    private static final long SAVE_SOON_MS = 1000;

    private final ArrayList<Effect> host = new ArrayList<>();
    private final ArrayList<Effect> links = new ArrayList<>();
    private final ArrayList<Effect> answers = new ArrayList<>();
    private final long[] sent = new long[MessageCounts.TYPES];
    private final long[] received = new long[MessageCounts.TYPES];
    private boolean save;
    private boolean sync;

    /// When a change that can wait has to be on disk, [#NEVER] when there is none.
    private long saveDueMs = NEVER;

    private boolean viewStale;

    /// A muted node says nothing at all, as if it were dead.
    private boolean muted;

    /// The table changed in a way that has to be on disk soon.
    void save() {
        save = true;
        viewStale = true;
    }

    /// The table changed in a way that nobody's safety hangs on, so it goes to disk with the next save, or after a second. A
    /// verdict must not wait for a busy disk: it is all that stands between a dead primary and its election.
    void saveSoon(long nowMs) {
        saveDueMs = Math.min(saveDueMs, nowMs + SAVE_SOON_MS);
        viewStale = true;
    }

    /// Turns a change that has waited long enough into a save.
    void saveWhatIsDue(long nowMs) {
        save |= nowMs >= saveDueMs;
    }

    /// The table changed in a way that has to be on disk before anything is sent.
    void saveAndSync() {
        save();
        sync = true;
    }

    void changed() {
        viewStale = true;
    }

    boolean wantsSave() {
        return save;
    }

    boolean wantsSync() {
        return sync;
    }

    boolean wantsView() {
        return viewStale;
    }

    void mute(boolean mute) {
        muted = mute;
    }

    boolean muted() {
        return muted;
    }

    void host(Effect effect) {
        host.add(effect);
    }

    void connect(Effect.Connect effect) {
        links.add(effect);
    }

    void disconnect(LinkId link) {
        links.add(new Effect.Disconnect(link));
    }

    /// Sends on `link`; a link that is missing or still connecting loses the message.
    ///
    /// {@return whether the message is on its way}
    boolean send(@Nullable Link link, BusMessage message) {
        if (link == null || !link.open || muted) {
            return false;
        }
        sent[typeOf(message)]++;
        links.add(new Effect.Send(link.id, message));
        return true;
    }

    /// Sends to every node with a link that is past its handshake.
    void broadcast(ClusterTable table, BusMessage message) {
        for (Node node : table.nodes()) {
            if (!node.has(NodeFlags.MYSELF | NodeFlags.HANDSHAKE)) {
                send(node.outbound, message);
            }
        }
    }

    void answer(Effect effect) {
        answers.add(effect);
    }

    void note(Severity severity, String text) {
        answers.add(new Effect.Note(severity, text));
    }

    void countReceived(BusMessage message) {
        int type = typeOf(message);
        if (type < received.length) {
            received[type]++;
        }
    }

    MessageCounts counts() {
        return new MessageCounts(sent, received);
    }

    /// {@return everything collected, in order, and starts over}
    List<Effect> take(Effect.@Nullable Persist persist, Effect.@Nullable PublishView view) {
        var effects = new ArrayList<Effect>(host.size() + links.size() + answers.size() + 2);
        if (persist != null) {
            effects.add(persist);
            saveDueMs = NEVER;
        }
        // A successor's data is ready before its view invites clients. All else comes after the
        // view:
        // who loses slots must send clients away before it takes up their held writes, follows
        // another
        // node or drops keys, or it acknowledges what its successor never gets.
        for (Effect effect : host) {
            if (effect instanceof Effect.PromoteSelf) {
                effects.add(effect);
            }
        }
        if (view != null) {
            effects.add(view);
        }
        for (Effect effect : host) {
            if (!(effect instanceof Effect.PromoteSelf)) {
                effects.add(effect);
            }
        }
        effects.addAll(links);
        effects.addAll(answers);
        host.clear();
        links.clear();
        answers.clear();
        save = false;
        sync = false;
        viewStale = false;
        return effects;
    }

    private static int typeOf(BusMessage message) {
        return switch (message) {
            case Ping _ -> MessageType.PING.code();
            case Pong _ -> MessageType.PONG.code();
            case Meet _ -> MessageType.MEET.code();
            case Fail _ -> MessageType.FAIL.code();
            case Publish _ -> MessageType.PUBLISH.code();
            case PublishShard _ -> MessageType.PUBLISHSHARD.code();
            case LightPublish light ->
                    (light.sharded() ? MessageType.PUBLISHSHARD : MessageType.PUBLISH).code();
            case FailoverAuthRequest _ -> MessageType.FAILOVER_AUTH_REQUEST.code();
            case FailoverAuthAck _ -> MessageType.FAILOVER_AUTH_ACK.code();
            case Update _ -> MessageType.UPDATE.code();
            case MfStart _ -> MessageType.MFSTART.code();
            case Unknown unknown -> unknown.type();
        };
    }
}

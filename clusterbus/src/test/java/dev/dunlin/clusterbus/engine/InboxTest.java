// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.clusterbus.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dunlin.clusterbus.engine.EngineHarness.Peer;
import dev.dunlin.clusterbus.model.Bytes;
import dev.dunlin.clusterbus.model.NodeFlags;
import dev.dunlin.clusterbus.model.NodeView;
import dev.dunlin.clusterbus.model.ShardId;
import dev.dunlin.clusterbus.model.SlotSet;
import dev.dunlin.clusterbus.wire.FailoverAuthRequest;
import dev.dunlin.clusterbus.wire.Gossip;
import dev.dunlin.clusterbus.wire.GossipEntry;
import dev.dunlin.clusterbus.wire.LightPublish;
import dev.dunlin.clusterbus.wire.Meet;
import dev.dunlin.clusterbus.wire.Ping;
import dev.dunlin.clusterbus.wire.Pong;
import dev.dunlin.clusterbus.wire.Publish;
import dev.dunlin.clusterbus.wire.PublishBody;
import dev.dunlin.clusterbus.wire.Unknown;
import dev.dunlin.clusterbus.wire.ext.ForgottenNodeExt;
import dev.dunlin.clusterbus.wire.ext.HostnameExt;
import dev.dunlin.clusterbus.wire.ext.PingExtension;
import dev.dunlin.clusterbus.wire.ext.ShardIdExt;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/// What each part of a message does, from whomever it comes.
class InboxTest {
    private final EngineHarness harness = EngineHarness.primary();

    private static Peer stranger(int number) {
        var peer = new Peer(number, SlotSet.EMPTY, null, 0);
        peer.gossip = List.of();
        return peer;
    }

    private void accept(Peer peer) {
        harness.step(new Event.Accepted(peer.inbound, peer.ip, "10.0.0.1", harness.nowMs));
        harness.clear();
    }

    private void pingWith(int number, PingExtension... extensions) {
        Peer peer = harness.peer(number);
        harness.says(number, new Ping(peer.header(), new Gossip(peer.gossip, List.of(extensions))));
    }

    @Test
    void givenKnownSender_whenItsHeaderIsNewer_thenEpochsRiseAndThePeersIsOnDisk() {
        var two = harness.peer(2);
        two.currentEpoch = 20;
        two.configEpoch = 12;

        List<Effect> effects = harness.says(2, new Unknown(two.header(), 9));

        assertThat(harness.engine.view().currentEpoch()).isEqualTo(20);
        assertThat(harness.node(2).configEpoch()).isEqualTo(12);
        assertThat(effects.getFirst())
                .isInstanceOfSatisfying(
                        Effect.Persist.class, persist -> assertThat(persist.fsync()).isTrue());
    }

    @Test
    void givenReplica_whenItSpeaks_thenItsPrimarysEpochIsNotTakenFromIt() {
        harness.peer(5).configEpoch = 50;
        harness.pings(5);

        assertThat(harness.node(2).configEpoch()).isEqualTo(2);
    }

    @Test
    void givenUnknownSender_whenItPings_thenItIsAnsweredOnItsLinkAndStaysUnknown() {
        Peer stranger = stranger(9);
        accept(stranger);
        stranger.currentEpoch = 99;

        List<Effect> effects =
                harness.step(new Event.Received(stranger.inbound, stranger.ping(), harness.nowMs));

        assertThat(effects)
                .anySatisfy(effect ->
                        assertThat(effect)
                                .isInstanceOfSatisfying(
                                        Effect.Send.class,
                                        send -> {
                                            assertThat(send.link()).isEqualTo(stranger.inbound);
                                            assertThat(send.message()).isInstanceOf(Pong.class);
                                        }));
        assertThat(harness.engine.view().nodes()).hasSize(6);
        assertThat(harness.engine.view().currentEpoch()).isEqualTo(3);
    }

    @Test
    void givenUnknownSender_whenItAsksForAVoteOrPublishes_thenNothingHappens() {
        Peer stranger = stranger(9);
        accept(stranger);

        harness.step(
                new Event.Received(
                        stranger.inbound,
                        new FailoverAuthRequest(stranger.header()),
                        harness.nowMs));
        harness.step(
                new Event.Received(
                        stranger.inbound,
                        new Publish(
                                stranger.header(), new PublishBody(Bytes.of("c"), Bytes.of("m"))),
                        harness.nowMs));

        assertThat(harness.all(Effect.Send.class)).isEmpty();
        assertThat(harness.all(Effect.Deliver.class)).isEmpty();
    }

    @Test
    void givenMeet_whenABusySenderAnswersAfterSeconds_thenItIsAMemberAllTheSame() {
        Peer stranger = stranger(9);
        accept(stranger);
        harness.step(
                new Event.Received(
                        stranger.inbound,
                        new Meet(stranger.header(), Gossip.EMPTY),
                        harness.nowMs));
        Effect.Connect connect = harness.all(Effect.Connect.class).getFirst();

        harness.runFor(8000);
        harness.step(new Event.Connected(connect.link(), harness.nowMs));
        harness.step(new Event.Received(connect.link(), stranger.pong(), harness.nowMs));

        assertThat(harness.node(9).flags().isHandshake()).isFalse();
    }

    @Test
    void givenMeet_whenTheSenderAnswersOurPing_thenItIsAMemberUnderItsOwnName() {
        Peer stranger = stranger(9);
        accept(stranger);

        harness.step(
                new Event.Received(
                        stranger.inbound,
                        new Meet(stranger.header(), Gossip.EMPTY),
                        harness.nowMs));
        NodeView handshake =
                harness.engine.view().nodes().values().stream()
                        .filter(node -> node.flags().isHandshake())
                        .findFirst()
                        .orElseThrow();
        assertThat(handshake.address().ip()).isEqualTo("10.0.0.9");
        Effect.Connect connect = harness.all(Effect.Connect.class).getFirst();
        harness.step(new Event.Connected(connect.link(), harness.nowMs));
        harness.step(new Event.Received(connect.link(), stranger.pong(), harness.nowMs));

        assertThat(harness.node(9).flags().isHandshake()).isFalse();
        assertThat(harness.engine.view().nodes()).hasSize(7);
    }

    @Test
    void givenHandshake_whenNobodyAnswers_thenItEnds() {
        harness.command(new ClusterCommand.Meet("10.0.0.77", 7000, 17_000));
        assertThat(harness.engine.view().nodes()).hasSize(7);

        harness.runFor(10_100);

        assertThat(harness.engine.view().nodes()).hasSize(6);
    }

    @Test
    void givenAnotherNodeAtAKnownAddress_whenItAnswers_thenTheOldOneHasNoAddress() {
        LinkId link = Objects.requireNonNull(harness.peer(3).outbound);
        harness.peer(3).silent = true;

        harness.step(new Event.Received(link, stranger(9).pong(), harness.nowMs));

        assertThat(harness.node(3).flags().hasNoAddress()).isTrue();
        assertThat(harness.node(3).address().toString()).isEqualTo(":0@0");
        assertThat(harness.all(Effect.Disconnect.class))
                .containsExactly(new Effect.Disconnect(link));
    }

    @Test
    void givenLightMessage_whenItsLinkIsNotBound_thenTheLinkIsClosed() {
        Peer stranger = stranger(9);
        accept(stranger);
        var light = new LightPublish(false, new PublishBody(Bytes.of("c"), Bytes.of("m")));

        harness.step(new Event.Received(stranger.inbound, light, harness.nowMs));
        assertThat(harness.all(Effect.Disconnect.class))
                .containsExactly(new Effect.Disconnect(stranger.inbound));

        harness.pings(2);
        harness.says(2, light);
        assertThat(harness.all(Effect.Deliver.class)).hasSize(1);
    }

    @Test
    void givenNewInboundLink_whenItsNodeSpeaks_thenTheOlderOneIsClosed() {
        harness.pings(2);
        var newer = LinkId.inbound(77);
        harness.step(new Event.Accepted(newer, "10.0.0.2", "10.0.0.1", harness.nowMs));
        harness.clear();

        harness.step(new Event.Received(newer, harness.peer(2).ping(), harness.nowMs));

        assertThat(harness.all(Effect.Disconnect.class))
                .containsExactly(new Effect.Disconnect(harness.peer(2).inbound));
    }

    @Test
    void givenNodeWithANewAddress_whenItPings_thenItIsReachedThere() {
        Peer moved = new Peer(2, harness.peer(2).slots, null, 2);
        harness.step(new Event.LinkClosed(harness.peer(2).inbound, true, harness.nowMs));
        var link = LinkId.inbound(78);
        harness.step(new Event.Accepted(link, "10.9.9.9", "10.0.0.1", harness.nowMs));
        var header = moved.header();
        var anonymous =
                new dev.dunlin.clusterbus.wire.BusHeader(
                        header.sender(),
                        3,
                        2,
                        0,
                        header.slots(),
                        null,
                        "",
                        7005,
                        0,
                        17_005,
                        header.flags(),
                        true,
                        header.messageFlags());

        harness.step(new Event.Received(link, new Ping(anonymous, Gossip.EMPTY), harness.nowMs));

        assertThat(harness.node(2).address().toString()).isEqualTo("10.9.9.9:7005@17005");
    }

    @Test
    void givenTwoNodesWithOneId_whenBothSpeak_thenTheFirstStaysAndTheSecondIsTakenForNobody() {
        harness.pings(2);
        var before = harness.node(2);
        var link = LinkId.inbound(79);
        harness.step(new Event.Accepted(link, "10.9.9.9", "10.0.0.1", harness.nowMs));
        var header = harness.peer(2).header();
        var copy =
                new dev.dunlin.clusterbus.wire.BusHeader(
                        header.sender(),
                        99,
                        99,
                        0,
                        SlotSet.ALL,
                        null,
                        "",
                        7000,
                        0,
                        17_000,
                        header.flags(),
                        true,
                        header.messageFlags());
        harness.clear();

        harness.step(new Event.Received(link, new Ping(copy, Gossip.EMPTY), harness.nowMs));
        harness.step(new Event.Received(link, new FailoverAuthRequest(copy), harness.nowMs));

        assertThat(harness.node(2)).isEqualTo(before);
        assertThat(harness.view.currentEpoch()).isLessThan(99);
        assertThat(harness.all(Effect.Disconnect.class)).isEmpty();
        assertThat(harness.all(Effect.Note.class))
                .extracting(Effect.Note::text)
                .anyMatch(text -> text.startsWith("two nodes have the same id"));
        // Its lease is not confirmed: the answer holds it failed.
        assertThat(harness.all(Effect.Send.class))
                .singleElement()
                .satisfies(sent -> {
                    assertThat(sent.link()).isEqualTo(link);
                    var pong = (Pong) sent.message();
                    assertThat(pong.gossip().entries())
                            .anyMatch(entry ->
                                    entry.node().equals(EngineHarness.id(2))
                                            && entry.flags().isFailed());
                });
    }

    @Test
    void givenGossip_whenItNamesAnUnknownNode_thenItJoinsWithoutAMeet() {
        Peer two = harness.peer(2);
        two.gossip = List.of(two.about(EngineHarness.id(8), NodeFlags.PRIMARY));
        harness.clear();

        harness.pings(2);

        assertThat(harness.node(8).flags().isHandshake()).isFalse();
        Effect.Connect connect = harness.all(Effect.Connect.class).getFirst();
        harness.clear();
        harness.step(new Event.Connected(connect.link(), harness.nowMs));
        assertThat(harness.all(Effect.Send.class))
                .singleElement()
                .satisfies(send -> assertThat(send.message()).isInstanceOf(Ping.class));
    }

    @Test
    void givenForgottenNode_whenGossipNamesIt_thenItStaysForgottenForAWhile() {
        assertThat(harness.command(new ClusterCommand.Forget(EngineHarness.id(6).value())))
                .isEqualTo(CommandResult.OK);
        Peer two = harness.peer(2);
        two.gossip = List.of(two.about(EngineHarness.id(6), NodeFlags.REPLICA));
        harness.pings(2);
        assertThat(harness.engine.view().node(EngineHarness.id(6))).isNull();
        assertThat(harness.command(new ClusterCommand.Forget(EngineHarness.id(6).value())))
                .isEqualTo(CommandResult.OK);

        harness.peer(3).silent = true;
        harness.nowMs += 60_000;
        harness.step(new Event.Tick(harness.nowMs));
        harness.pings(2);
        assertThat(harness.engine.view().node(EngineHarness.id(6))).isNotNull();
    }

    @Test
    void givenForgottenNodeExtension_whenItNamesItsSender_thenItIsIgnored() {
        pingWith(
                2,
                new ForgottenNodeExt(EngineHarness.id(2), 60),
                new ForgottenNodeExt(EngineHarness.id(1), 60));
        assertThat(harness.engine.view().nodes()).hasSize(6);

        pingWith(2, new ForgottenNodeExt(EngineHarness.id(6), 60));
        assertThat(harness.engine.view().node(EngineHarness.id(6))).isNull();
    }

    @Test
    void givenNamesInExtensions_whenTheyChange_thenTheViewDoes() {
        pingWith(
                2,
                new HostnameExt("two.example"),
                new ShardIdExt(new ShardId(EngineHarness.id(99).value())));
        assertThat(harness.node(2).address().hostname()).isEqualTo("two.example");
        assertThat(harness.node(2).shardId()).isEqualTo(new ShardId(EngineHarness.id(99).value()));

        pingWith(2);
        assertThat(harness.node(2).address().hostname()).isNull();
        assertThat(harness.node(2).shardId()).isEqualTo(new ShardId(EngineHarness.id(99).value()));
    }

    @Test
    void givenGossipAboutMyself_whenReceived_thenItChangesNothing() {
        Peer two = harness.peer(2);
        two.gossip =
                List.of(
                        new GossipEntry(
                                EngineHarness.id(1),
                                0,
                                0,
                                "1.2.3.4",
                                1,
                                0,
                                2,
                                NodeFlags.of(NodeFlags.FAIL | NodeFlags.REPLICA)));
        harness.pings(2);

        assertThat(harness.me().address().ip()).isEqualTo("10.0.0.1");
        assertThat(harness.me().isPrimary()).isTrue();
        assertThat(harness.me().flags().isFailed()).isFalse();
    }

    @Test
    void givenEqualConfigEpochs_whenMyIdIsSmaller_thenITakeANewOne() {
        harness.peer(2).configEpoch = 1;
        var fresh = EngineHarness.primary();
        fresh.peer(3).configEpoch = 3;
        fresh.command(new ClusterCommand.BumpEpoch());
        fresh.peer(3).configEpoch = fresh.me().configEpoch();
        fresh.peer(3).currentEpoch = fresh.me().configEpoch();
        long before = fresh.me().configEpoch();
        fresh.clear();

        fresh.pings(3);

        assertThat(fresh.me().configEpoch()).isEqualTo(before + 1);
        assertThat(fresh.all(Effect.Persist.class))
                .anySatisfy(persist -> assertThat(persist.fsync()).isTrue());
    }

    @Test
    void givenEqualConfigEpochs_whenIMayNotServe_thenIDoNotMove() {
        harness.peer(2).silent = true;
        harness.peer(3).silent = true;
        harness.runFor(800);
        Peer three = harness.peer(3);
        three.configEpoch = 1;
        harness.command(new ClusterCommand.SetSlotStable(1));
        var collided = new Peer(3, three.slots, null, 1);
        collided.currentEpoch = 3;
        harness.says(2, new Unknown(harness.peer(2).header(), 9));

        assertThat(harness.me().configEpoch()).isEqualTo(1);
    }

    @Test
    void givenPublish_whenRequested_thenLightHeadersGoOnlyToThoseWhoParseThem() {
        harness.clear();
        harness.step(
                new Event.PublishRequested(
                        false, new PublishBody(Bytes.of("c"), Bytes.of("m")), harness.nowMs));
        for (int peer = 2; peer <= 6; peer++) {
            assertThat(harness.sentTo(peer, Publish.class)).hasSize(1);
        }
    }

    @Test
    void givenOwnHeader_whenSent_thenAReplicaSpeaksForItsPrimary() {
        var replica = EngineHarness.replica();
        replica.clear();
        replica.pings(3);

        var header = replica.answeredTo(3, Pong.class).getFirst().header();
        assertThat(header.slots()).isEqualTo(EngineHarness.slots(0, 10_000));
        assertThat(header.configEpoch()).isEqualTo(2);
        assertThat(header.primary()).isEqualTo(EngineHarness.id(2));
        assertThat(header.messageFlags().hasExtData()).isTrue();
        assertThat(header.flags().has(NodeFlags.LIGHT_PUBLISH)).isTrue();
    }
}

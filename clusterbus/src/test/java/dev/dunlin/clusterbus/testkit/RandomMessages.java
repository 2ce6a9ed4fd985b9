// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.clusterbus.testkit;

import dev.dunlin.clusterbus.model.Bytes;
import dev.dunlin.clusterbus.model.NodeFlags;
import dev.dunlin.clusterbus.model.NodeId;
import dev.dunlin.clusterbus.model.ShardId;
import dev.dunlin.clusterbus.model.Slot;
import dev.dunlin.clusterbus.model.SlotSet;
import dev.dunlin.clusterbus.wire.BusHeader;
import dev.dunlin.clusterbus.wire.BusMessage;
import dev.dunlin.clusterbus.wire.Fail;
import dev.dunlin.clusterbus.wire.FailoverAuthAck;
import dev.dunlin.clusterbus.wire.FailoverAuthRequest;
import dev.dunlin.clusterbus.wire.Gossip;
import dev.dunlin.clusterbus.wire.GossipEntry;
import dev.dunlin.clusterbus.wire.LightPublish;
import dev.dunlin.clusterbus.wire.Meet;
import dev.dunlin.clusterbus.wire.MessageFlags;
import dev.dunlin.clusterbus.wire.MfStart;
import dev.dunlin.clusterbus.wire.Ping;
import dev.dunlin.clusterbus.wire.Pong;
import dev.dunlin.clusterbus.wire.Publish;
import dev.dunlin.clusterbus.wire.PublishBody;
import dev.dunlin.clusterbus.wire.PublishShard;
import dev.dunlin.clusterbus.wire.Unknown;
import dev.dunlin.clusterbus.wire.Update;
import dev.dunlin.clusterbus.wire.ext.ForgottenNodeExt;
import dev.dunlin.clusterbus.wire.ext.HostnameExt;
import dev.dunlin.clusterbus.wire.ext.HumanNodenameExt;
import dev.dunlin.clusterbus.wire.ext.PingExtension;
import dev.dunlin.clusterbus.wire.ext.ShardIdExt;
import java.util.ArrayList;
import java.util.random.RandomGenerator;

/// Valid messages of every kind, drawn from a generator.
public final class RandomMessages {
    private RandomMessages() {}

    public static BusMessage message(RandomGenerator random) {
        return switch (random.nextInt(12)) {
            case 0 -> ping(random);
            case 1 -> new Pong(headerFor(random), gossip(random));
            case 2 -> new Meet(headerFor(random), gossip(random));
            case 3 -> new Fail(header(random), NodeId.random(random));
            case 4 -> new Publish(header(random), body(random));
            case 5 -> new PublishShard(header(random), body(random));
            case 6 -> new FailoverAuthRequest(header(random));
            case 7 -> new FailoverAuthAck(header(random));
            case 8 ->
                    new Update(
                            header(random),
                            NodeId.random(random),
                            random.nextLong(Long.MAX_VALUE),
                            slots(random));
            case 9 -> new MfStart(header(random));
            case 10 -> new LightPublish(random.nextBoolean(), body(random));
            default -> new Unknown(header(random), 11 + random.nextInt(100));
        };
    }

    public static Ping ping(RandomGenerator random) {
        return new Ping(headerFor(random), gossip(random));
    }

    private static Gossip gossip(RandomGenerator random) {
        var entries = new ArrayList<GossipEntry>();
        for (int i = random.nextInt(6); i > 0; i--) {
            entries.add(entry(random));
        }
        var extensions = new ArrayList<PingExtension>();
        for (int i = random.nextInt(5); i > 0; i--) {
            extensions.add(extension(random));
        }
        return new Gossip(entries, extensions);
    }

    private static GossipEntry entry(RandomGenerator random) {
        return new GossipEntry(
                NodeId.random(random),
                random.nextLong(1L << 32),
                random.nextLong(1L << 32),
                ip(random),
                port(random),
                port(random),
                port(random),
                NodeFlags.of(random.nextInt(1 << 16)));
    }

    private static PingExtension extension(RandomGenerator random) {
        return switch (random.nextInt(4)) {
            case 0 -> new HostnameExt("a".repeat(1 + random.nextInt(255)));
            case 1 -> new HumanNodenameExt("rack/" + random.nextInt(1_000_000));
            case 2 -> new ForgottenNodeExt(NodeId.random(random), random.nextLong(1_000_000));
            default -> new ShardIdExt(ShardId.random(random));
        };
    }

    /// A header as a sender of extensions writes it.
    private static BusHeader headerFor(RandomGenerator random) {
        return header(random).withMessageFlags(MessageFlags.EXT_DATA);
    }

    public static BusHeader header(RandomGenerator random) {
        return new BusHeader(
                NodeId.random(random),
                random.nextLong(Long.MAX_VALUE),
                random.nextLong(Long.MAX_VALUE),
                random.nextLong(Long.MAX_VALUE),
                slots(random),
                random.nextBoolean() ? null : NodeId.random(random),
                ip(random),
                port(random),
                port(random),
                port(random),
                NodeFlags.of(random.nextInt(1 << 16)),
                random.nextBoolean(),
                new MessageFlags(random.nextInt(8)));
    }

    private static PublishBody body(RandomGenerator random) {
        return new PublishBody(bytes(random, 40), bytes(random, 5_000));
    }

    private static Bytes bytes(RandomGenerator random, int max) {
        var bytes = new byte[random.nextInt(max)];
        random.nextBytes(bytes);
        return Bytes.wrap(bytes);
    }

    public static SlotSet slots(RandomGenerator random) {
        var builder = SlotSet.builder();
        for (int i = random.nextInt(20); i > 0; i--) {
            builder.add(random.nextInt(Slot.COUNT));
        }
        return builder.build();
    }

    private static String ip(RandomGenerator random) {
        return switch (random.nextInt(3)) {
            case 0 -> "";
            case 1 -> "10.0.0." + random.nextInt(256);
            default -> "2001:db8:ffff:ffff:ffff:ffff:255.255.255.255"; // 44 characters
        };
    }

    private static int port(RandomGenerator random) {
        return random.nextInt(1 << 16);
    }
}

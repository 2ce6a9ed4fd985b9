// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.cluster;

import dev.dunlin.clusterbus.model.ClusterView;
import dev.dunlin.clusterbus.model.MessageCounts;
import dev.dunlin.clusterbus.model.NodeId;
import dev.dunlin.clusterbus.model.NodeView;
import dev.dunlin.clusterbus.model.ShardId;
import dev.dunlin.clusterbus.model.SlotRange;
import dev.dunlin.node.resp.ReplyWriter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What CLUSTER NODES, SLOTS, SHARDS, INFO and LINKS say about a view, to the letter: clients and redis-cli parse these texts.
///
/// Pure.
public final class ClusterReplies {
    /// The names under which CLUSTER INFO counts messages, by their number on the wire.
    private static final List<String> MESSAGE_NAMES =
            List.of(
                    "ping",
                    "pong",
                    "meet",
                    "fail",
                    "publish",
                    "auth-req",
                    "auth-ack",
                    "update",
                    "mfstart",
                    "module",
                    "publishshard");

    private ClusterReplies() {}

    /// {@return CLUSTER NODES: a line per node}
    public static String nodes(ClusterView view) {
        var text = new StringBuilder();
        for (NodeView node : view.nodes().values()) {
            text.append(nodeLine(view, node)).append('\n');
        }
        return text.toString();
    }

    /// {@return one line of CLUSTER NODES, without its line end}
    public static String nodeLine(ClusterView view, NodeView node) {
        var line = new StringBuilder();
        NodeId primary = node.primary();
        line.append(node.id())
                .append(' ')
                .append(node.address())
                .append(' ')
                .append(node.flags())
                .append(' ')
                .append(primary == null ? "-" : primary.toString())
                .append(' ')
                .append(node.pingSentMs())
                .append(' ')
                .append(node.pongReceivedMs())
                .append(' ')
                .append(node.configEpoch())
                .append(' ')
                .append(node.connected() ? "connected" : "disconnected");
        for (SlotRange range : node.slots().ranges()) {
            line.append(' ').append(range);
        }
        if (node.id().equals(view.myself())) {
            openSlots(line, view.migrating(), "->-");
            openSlots(line, view.importing(), "-<-");
        }
        return line.toString();
    }

    private static void openSlots(StringBuilder line, Map<Integer, NodeId> open, String arrow) {
        open.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .forEach(slot ->
                        line.append(" [")
                                .append(slot.getKey())
                                .append(arrow)
                                .append(slot.getValue())
                                .append(']'));
    }

    /// {@return CLUSTER INFO}
    public static String info(ClusterView view) {
        var text = new StringBuilder();
        var health = view.health();
        line(text, "cluster_state", health.ok() ? "ok" : "fail");
        line(text, "cluster_slots_assigned", health.slotsAssigned());
        line(text, "cluster_slots_ok", health.slotsOk());
        line(text, "cluster_slots_pfail", health.slotsPfail());
        line(text, "cluster_slots_fail", health.slotsFail());
        line(text, "cluster_known_nodes", view.nodes().size());
        line(text, "cluster_size", health.size());
        line(text, "cluster_current_epoch", view.currentEpoch());
        line(text, "cluster_my_epoch", view.me().configEpoch());
        MessageCounts counts = view.messages();
        long sent = 0;
        for (int type = 0; type < MESSAGE_NAMES.size(); type++) {
            if (counts.sent(type) > 0) {
                line(
                        text,
                        "cluster_stats_messages_" + MESSAGE_NAMES.get(type) + "_sent",
                        counts.sent(type));
                sent += counts.sent(type);
            }
        }
        line(text, "cluster_stats_messages_sent", sent);
        long received = 0;
        for (int type = 0; type < MESSAGE_NAMES.size(); type++) {
            if (counts.received(type) > 0) {
                line(
                        text,
                        "cluster_stats_messages_" + MESSAGE_NAMES.get(type) + "_received",
                        counts.received(type));
                received += counts.received(type);
            }
        }
        line(text, "cluster_stats_messages_received", received);
        line(text, "total_cluster_links_buffer_limit_exceeded", 0);
        return text.toString();
    }

    private static void line(StringBuilder text, String name, Object value) {
        text.append(name).append(':').append(value).append("\r\n");
    }

    /// CLUSTER SLOTS: who serves each contiguous range.
    public static void slots(ClusterView view, EndpointType endpoints, ReplyWriter reply) {
        record Range(SlotRange slots, NodeView owner) {}
        List<Range> ranges = new ArrayList<>();
        for (NodeView node : view.nodes().values()) {
            for (SlotRange range : node.slots().ranges()) {
                ranges.add(new Range(range, node));
            }
        }
        ranges.sort(Comparator.comparingInt(range -> range.slots.first()));
        reply.array(ranges.size());
        for (Range range : ranges) {
            List<NodeView> replicas =
                    replicasOf(view, range.owner.id()).stream()
                            .filter(replica -> !replica.flags().isFailed() && replica.offset() != 0)
                            .toList();
            reply.array(3 + replicas.size());
            reply.integer(range.slots.first());
            reply.integer(range.slots.last());
            slotsNode(range.owner, endpoints, reply);
            for (NodeView replica : replicas) {
                slotsNode(replica, endpoints, reply);
            }
        }
    }

    private static void slotsNode(NodeView node, EndpointType endpoints, ReplyWriter reply) {
        reply.array(4);
        endpoint(node, endpoints, reply);
        reply.integer(node.address().port());
        reply.bulk(node.id().toString());
        Map<String, String> metadata = new LinkedHashMap<>();
        if (endpoints != EndpointType.IP) {
            metadata.put("ip", node.address().ip());
        }
        String hostname = node.address().hostname();
        if (endpoints != EndpointType.HOSTNAME && hostname != null && !hostname.isEmpty()) {
            metadata.put("hostname", hostname);
        }
        reply.map(metadata.size());
        metadata.forEach((key, value) -> {
            reply.bulk(key);
            reply.bulk(value);
        });
    }

    private static void endpoint(NodeView node, EndpointType endpoints, ReplyWriter reply) {
        if (endpoints == EndpointType.UNKNOWN_ENDPOINT) {
            reply.nil();
        } else {
            reply.bulk(endpoints.of(node));
        }
    }

    /// CLUSTER SHARDS: a shard for each primary, or for each shard id where nodes announce one.
    public static void shards(ClusterView view, EndpointType endpoints, ReplyWriter reply) {
        Map<String, List<NodeView>> shards = new LinkedHashMap<>();
        for (NodeView node : view.nodes().values()) {
            if (!node.flags().isHandshake()) {
                shards.computeIfAbsent(shardKey(view, node), _ -> new ArrayList<>()).add(node);
            }
        }
        reply.array(shards.size());
        for (List<NodeView> members : shards.values()) {
            members.sort(Comparator.comparing((NodeView node) -> !node.isPrimary()));
            List<SlotRange> ranges =
                    members.stream().flatMap(node -> node.slots().ranges().stream()).toList();
            reply.map(2);
            reply.bulk("slots");
            reply.array(ranges.size() * 2L);
            for (SlotRange range : ranges) {
                reply.integer(range.first());
                reply.integer(range.last());
            }
            reply.bulk("nodes");
            reply.array(members.size());
            for (NodeView member : members) {
                shardsNode(member, endpoints, reply);
            }
        }
    }

    private static String shardKey(ClusterView view, NodeView node) {
        ShardId shard = node.shardId();
        if (shard != null) {
            return shard.toString();
        }
        NodeId primary = node.primary();
        NodeView owner = primary == null ? null : view.node(primary);
        return owner != null && owner.shardId() != null
                ? java.util.Objects.requireNonNull(owner.shardId()).toString()
                : (primary == null ? node.id() : primary).toString();
    }

    private static void shardsNode(NodeView node, EndpointType endpoints, ReplyWriter reply) {
        String hostname = node.address().hostname();
        boolean named = hostname != null && !hostname.isEmpty();
        boolean hasPort = node.address().port() != 0;
        reply.map(6 + (named ? 1 : 0) + (hasPort ? 1 : 0));
        reply.bulk("id");
        reply.bulk(node.id().toString());
        if (hasPort) {
            reply.bulk("port");
            reply.integer(node.address().port());
        }
        reply.bulk("ip");
        reply.bulk(node.address().ip());
        reply.bulk("endpoint");
        endpoint(node, endpoints, reply);
        if (named) {
            reply.bulk("hostname");
            reply.bulk(java.util.Objects.requireNonNull(hostname));
        }
        reply.bulk("role");
        reply.bulk(node.isPrimary() ? "master" : "replica");
        reply.bulk("replication-offset");
        reply.integer(node.offset());
        reply.bulk("health");
        reply.bulk(
                node.flags().isFailed()
                        ? "fail"
                        : !node.isPrimary() && node.offset() == 0 ? "loading" : "online");
    }

    /// CLUSTER LINKS: both directions of the connection to each peer, where they exist.
    public static void links(ClusterView view, ReplyWriter reply) {
        record Link(String direction, NodeView node, long sinceMs) {}
        List<Link> links = new ArrayList<>();
        for (NodeView node : view.nodes().values()) {
            if (node.outboundSinceMs() != 0) {
                links.add(new Link("to", node, node.outboundSinceMs()));
            }
            if (node.inboundSinceMs() != 0) {
                links.add(new Link("from", node, node.inboundSinceMs()));
            }
        }
        reply.array(links.size());
        for (Link link : links) {
            reply.map(6);
            reply.bulk("direction");
            reply.bulk(link.direction);
            reply.bulk("node");
            reply.bulk(link.node.id().toString());
            reply.bulk("create-time");
            reply.integer(link.sinceMs);
            reply.bulk("events");
            reply.bulk("r");
            reply.bulk("send-buffer-allocated");
            reply.integer(0);
            reply.bulk("send-buffer-used");
            reply.integer(0);
        }
    }

    /// {@return the replicas of this primary, ascending by id}
    public static List<NodeView> replicasOf(ClusterView view, NodeId primary) {
        return view.nodes().values().stream()
                .filter(node -> primary.equals(node.primary()) && !node.isPrimary())
                .toList();
    }

    /// {@return the node that a client's text names, or null}
    public static @Nullable NodeView named(ClusterView view, String text) {
        NodeId id = NodeId.parse(text.toLowerCase(Locale.ROOT));
        return id == null ? null : view.node(id);
    }
}

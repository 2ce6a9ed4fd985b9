// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.clusterbus.store;

import dev.dunlin.clusterbus.model.NodeAddress;
import dev.dunlin.clusterbus.model.OpenSlot;
import dev.dunlin.clusterbus.model.PersistedNode;
import dev.dunlin.clusterbus.model.PersistedState;
import dev.dunlin.clusterbus.model.SlotRange;
import java.util.stream.Collectors;

/// The text of nodes.conf.
///
/// ```
/// <id> <ip:port@busPort,[hostname][,name=value]*> <flags> <primary|-> <ping-sent> <pong-received> <epoch> <link> [slot ...]
/// vars currentEpoch 6 lastVoteEpoch 5
/// ```
///
/// It is written in the form of Redis 7.2, which Valkey 8 reads too; files of Redis 7.0 are read as well.
///
/// Thread: stateless.
public final class NodesConf {
    static final String SHARD_ID = "shard-id";
    static final String NODENAME = "nodename";
    static final String TLS_PORT = "tls-port";
    static final String TCP_PORT = "tcp-port";
    static final String CLIENT_IPV4 = "client-ipv4";
    static final String CLIENT_IPV6 = "client-ipv6";

    static final String VARS = "vars";
    static final String CURRENT_EPOCH = "currentEpoch";
    static final String LAST_VOTE_EPOCH = "lastVoteEpoch";

    static final String NO_PRIMARY = "-";
    static final String CONNECTED = "connected";
    static final String DISCONNECTED = "disconnected";

    private NodesConf() {}

    /// {@return the state that `text` holds}
    public static PersistedState read(String text) throws NodesConfException {
        return new NodesConfReader().read(text);
    }

    /// {@return the whole file}
    public static String write(PersistedState state) {
        var text = new StringBuilder();
        for (PersistedNode node : state.nodes()) {
            appendNode(text, node);
            if (node.flags().isMyself()) {
                for (OpenSlot open : state.openSlots()) {
                    text.append(' ').append(open);
                }
            }
            text.append('\n');
        }
        text.append(VARS).append(' ');
        text.append(CURRENT_EPOCH).append(' ').append(state.currentEpoch()).append(' ');
        text.append(LAST_VOTE_EPOCH).append(' ').append(state.lastVoteEpoch()).append('\n');
        return text.toString();
    }

    private static void appendNode(StringBuilder text, PersistedNode node) {
        text.append(node.id()).append(' ');
        appendAddress(text, node);
        text.append(' ').append(node.flags().text());
        text.append(' ').append(node.primary() == null ? NO_PRIMARY : node.primary().value());
        text.append(' ').append(node.pingSentMs());
        text.append(' ').append(node.pongReceivedMs());
        text.append(' ').append(node.configEpoch());
        text.append(' ').append(node.connected() ? CONNECTED : DISCONNECTED);
        if (!node.slots().isEmpty()) {
            text.append(' ')
                    .append(
                            node.slots().ranges().stream()
                                    .map(SlotRange::toString)
                                    .collect(Collectors.joining(" ")));
        }
    }

    private static void appendAddress(StringBuilder text, PersistedNode node) {
        NodeAddress address = node.address();
        text.append(address.ip()).append(':').append(address.port());
        text.append('@').append(address.busPort()).append(',');
        if (address.hostname() != null) {
            text.append(address.hostname());
        }
        if (node.humanNodename() != null) {
            text.append(',').append(NODENAME).append('=').append(node.humanNodename());
        }
        text.append(',').append(TLS_PORT).append('=').append(address.secondaryPort());
        if (node.shardId() != null) {
            text.append(',').append(SHARD_ID).append('=').append(node.shardId());
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.controlplane.nodeclient;

import dev.dunlin.clusterbus.model.NodeFlags;
import dev.dunlin.clusterbus.model.NodeId;
import dev.dunlin.clusterbus.model.OpenSlot;
import dev.dunlin.clusterbus.model.Slot;
import dev.dunlin.clusterbus.model.SlotRange;
import dev.dunlin.clusterbus.model.SlotSet;
import dev.dunlin.controlplane.topology.ClusterNode;
import dev.dunlin.controlplane.topology.HostPort;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Reads the reply of `CLUSTER NODES`.
///
/// Flags and further fields of the address that it does not know are passed over: newer nodes may add some. Anything
/// else that does not fit is refused as a whole, since half a view is worse than none.
public final class ClusterNodesParser {
    private static final int FIELDS = 8;
    private static final int NODES_MAX = 20_000;

    private ClusterNodesParser() {}

    /// {@return one node per line of `text`, in its order}
    ///
    /// Throws `IllegalArgumentException` that names the line which makes no sense.
    public static List<ClusterNode> parse(String text) {
        var nodes = new ArrayList<ClusterNode>();
        for (String line : text.split("\n", -1)) {
            String trimmed = line.stripTrailing();
            if (trimmed.isEmpty()) {
                continue;
            }
            if (nodes.size() == NODES_MAX) {
                throw new IllegalArgumentException("more than " + NODES_MAX + " nodes");
            }
            nodes.add(parseLine(trimmed));
        }
        return nodes;
    }

    private static ClusterNode parseLine(String line) {
        String[] fields = line.split(" ", -1);
        if (fields.length < FIELDS) {
            throw malformed(line);
        }
        NodeId id = NodeId.parse(fields[0]);
        NodeFlags flags = NodeFlags.parse(knownWords(fields[2]));
        NodeId primary = fields[3].equals("-") ? null : NodeId.parse(fields[3]);
        if (id == null || flags == null || (primary == null && !fields[3].equals("-"))) {
            throw malformed(line);
        }
        long epoch = number(fields[6], line);
        var slots = SlotSet.builder();
        var open = new ArrayList<OpenSlot>();
        for (int i = FIELDS; i < fields.length; i++) {
            if (fields[i].startsWith("[")) {
                open.add(openSlot(fields[i], line));
            } else if (!fields[i].isEmpty()) {
                slots.add(range(fields[i], line));
            }
        }
        Endpoint endpoint = endpoint(fields[1], line);
        return new ClusterNode(
                id,
                endpoint.address,
                endpoint.busPort,
                flags,
                primary,
                epoch,
                fields[7].equals("connected"),
                slots.build(),
                open);
    }

    private record Endpoint(@Nullable HostPort address, int busPort) {}

    /// `ip:port@bus[,hostname[,...]]`, the ip empty when it is not known.
    private static Endpoint endpoint(String field, String line) {
        String[] parts = field.split(",", -1);
        int at = parts[0].lastIndexOf('@');
        String clientSide = at < 0 ? parts[0] : parts[0].substring(0, at);
        int busPort = at < 0 ? 0 : (int) number(parts[0].substring(at + 1), line);
        return new Endpoint(HostPort.parse(clientSide), busPort);
    }

    private static String knownWords(String flags) {
        String known =
                Arrays.stream(flags.split(",", -1))
                        .filter(word -> NodeFlags.parse(word) != null)
                        .collect(Collectors.joining(","));
        return known.isEmpty() ? "noflags" : known;
    }

    private static SlotRange range(String text, String line) {
        int dash = text.indexOf('-');
        long first = number(dash < 0 ? text : text.substring(0, dash), line);
        long last = dash < 0 ? first : number(text.substring(dash + 1), line);
        if (first < 0 || last >= Slot.COUNT || first > last) {
            throw malformed(line);
        }
        return new SlotRange((int) first, (int) last);
    }

    /// `[93->-id]` or `[77-<-id]`.
    private static OpenSlot openSlot(String text, String line) {
        int to = text.indexOf("->-");
        int from = text.indexOf("-<-");
        int mark = Math.max(to, from);
        if (mark < 2 || !text.endsWith("]")) {
            throw malformed(line);
        }
        long slot = number(text.substring(1, mark), line);
        NodeId peer = NodeId.parse(text.substring(mark + 3, text.length() - 1));
        if (peer == null || slot < 0 || slot >= Slot.COUNT) {
            throw malformed(line);
        }
        return to >= 0
                ? new OpenSlot.Migrating((int) slot, peer)
                : new OpenSlot.Importing((int) slot, peer);
    }

    private static long number(String text, String line) {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("not a line of CLUSTER NODES: " + line, e);
        }
    }

    private static IllegalArgumentException malformed(String line) {
        return new IllegalArgumentException("not a line of CLUSTER NODES: " + line);
    }
}

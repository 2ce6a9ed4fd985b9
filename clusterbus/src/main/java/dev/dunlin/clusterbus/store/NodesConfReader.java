// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.clusterbus.store;

import dev.dunlin.clusterbus.model.NodeAddress;
import dev.dunlin.clusterbus.model.NodeFlags;
import dev.dunlin.clusterbus.model.NodeId;
import dev.dunlin.clusterbus.model.OpenSlot;
import dev.dunlin.clusterbus.model.PersistedNode;
import dev.dunlin.clusterbus.model.PersistedState;
import dev.dunlin.clusterbus.model.ShardId;
import dev.dunlin.clusterbus.model.Slot;
import dev.dunlin.clusterbus.model.SlotRange;
import dev.dunlin.clusterbus.model.SlotSet;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// One pass over the text of nodes.conf; every refusal names the line and what is wrong with it.
final class NodesConfReader {
    private static final int NODE_FIELDS_MIN = 8;

    /// Nine digits fit into an int; no port and no slot has more.
    private static final int SMALL_NUMBER_DIGITS_MAX = 9;

    private final List<PersistedNode> nodes = new ArrayList<>();
    private final TreeMap<Integer, OpenSlot> openSlots = new TreeMap<>();
    private final Set<NodeId> seen = new HashSet<>();
    private final SlotSet.Builder taken = SlotSet.builder();
    private boolean myselfSeen;
    private long currentEpoch;
    private long lastVoteEpoch;
    private int line;

    PersistedState read(String text) throws NodesConfException {
        for (String content : text.split("\n", -1)) {
            line++;
            String[] fields = content.trim().split(" +", -1);
            if (fields[0].isEmpty()) {
                // Redis 7.0 writes in place and pads what became shorter with line ends.
                continue;
            }
            if (fields[0].equals(NodesConf.VARS)) {
                readVars(fields);
            } else {
                readNode(fields);
            }
        }
        if (!myselfSeen) {
            throw new NodesConfException("no line has the flag myself");
        }
        // Epochs only rise; a file from before a crash may be behind what a node in it already
        // claimed.
        long highest =
                nodes.stream()
                        .map(PersistedNode::configEpoch)
                        .max(Comparator.naturalOrder())
                        .orElse(0L);
        return new PersistedState(
                Math.max(currentEpoch, highest),
                lastVoteEpoch,
                nodes,
                List.copyOf(openSlots.values()));
    }

    private void readVars(String[] fields) throws NodesConfException {
        for (int i = 1; i + 1 < fields.length; i += 2) {
            switch (fields[i]) {
                case NodesConf.CURRENT_EPOCH -> currentEpoch = number(fields[i + 1]);
                case NodesConf.LAST_VOTE_EPOCH -> lastVoteEpoch = number(fields[i + 1]);
                default -> {
                    // Redis skips names it does not know, so that newer files stay readable.
                }
            }
        }
        if (fields.length % 2 == 0) {
            throw error("vars without a value: " + fields[fields.length - 1]);
        }
    }

    private void readNode(String[] fields) throws NodesConfException {
        if (fields.length < NODE_FIELDS_MIN) {
            throw error("a node has at least 8 fields, found " + fields.length);
        }
        NodeId id = id(fields[0]);
        if (!seen.add(id)) {
            throw error("node appears twice: " + id);
        }
        var address = new AddressField(fields[1]);
        NodeFlags flags = NodeFlags.parse(fields[2]);
        if (flags == null) {
            throw error("unknown flag in: " + fields[2]);
        }
        if (flags.isMyself()) {
            if (myselfSeen) {
                throw error("a second line has the flag myself");
            }
            myselfSeen = true;
        }
        NodeId primary = fields[3].equals(NodesConf.NO_PRIMARY) ? null : id(fields[3]);
        long configEpoch = number(fields[6]);
        var slots = SlotSet.builder();
        for (int i = NODE_FIELDS_MIN; i < fields.length; i++) {
            readSlots(fields[i], flags.isMyself(), slots);
        }
        nodes.add(
                new PersistedNode(
                        id,
                        address.address,
                        address.humanNodename,
                        address.shardId,
                        flags,
                        primary,
                        number(fields[4]),
                        number(fields[5]),
                        // A replica's line repeats its primary's epoch, which may be stale by now.
                        primary == null ? configEpoch : 0,
                        fields[7].equals(NodesConf.CONNECTED),
                        slots.build()));
    }

    private void readSlots(String field, boolean myself, SlotSet.Builder slots)
            throws NodesConfException {
        if (field.startsWith("[")) {
            if (!myself) {
                throw error("only myself can have an open slot: " + field);
            }
            readOpenSlot(field);
            return;
        }
        int dash = field.indexOf('-');
        int first = slot(dash < 0 ? field : field.substring(0, dash), field);
        int last = dash < 0 ? first : slot(field.substring(dash + 1), field);
        if (first > last) {
            throw error("slot range is backwards: " + field);
        }
        for (int slot = first; slot <= last; slot++) {
            if (taken.contains(slot)) {
                throw error("slot has two owners: " + slot);
            }
        }
        var range = new SlotRange(first, last);
        taken.add(range);
        slots.add(range);
    }

    /// `[42->-id]` is migrating to, `[42-<-id]` importing from that node.
    private void readOpenSlot(String field) throws NodesConfException {
        int dash = field.indexOf('-');
        boolean closed = field.endsWith("]") && dash > 0 && field.length() > dash + 3;
        String arrow = closed ? field.substring(dash, dash + 3) : "";
        if (!arrow.equals("->-") && !arrow.equals("-<-")) {
            throw error("not an open slot: " + field);
        }
        int slot = slot(field.substring(1, dash), field);
        NodeId other = id(field.substring(dash + 3, field.length() - 1));
        var open =
                arrow.equals("->-")
                        ? new OpenSlot.Migrating(slot, other)
                        : new OpenSlot.Importing(slot, other);
        if (openSlots.put(slot, open) != null) {
            throw error("slot is open twice: " + slot);
        }
    }

    private int slot(String text, String field) throws NodesConfException {
        int slot = smallNumber(text);
        if (!Slot.valid(slot)) {
            throw error("not a slot: " + field);
        }
        return slot;
    }

    private NodeId id(String text) throws NodesConfException {
        NodeId id = NodeId.parse(text);
        if (id == null) {
            throw error("not a node id: " + text);
        }
        return id;
    }

    private long number(String text) throws NodesConfException {
        try {
            long value = Long.parseLong(text);
            if (value >= 0) {
                return value;
            }
        } catch (NumberFormatException _) {
            // Falls through to the same refusal as a negative number.
        }
        throw error("not a number: " + text);
    }

    /// {@return the value of a short run of digits, or -1}
    private static int smallNumber(String text) {
        if (text.isEmpty() || text.length() > SMALL_NUMBER_DIGITS_MAX) {
            return -1;
        }
        int value = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < '0' || c > '9') {
                return -1;
            }
            value = value * 10 + c - '0';
        }
        return value;
    }

    private NodesConfException error(String message) {
        return new NodesConfException(line, message);
    }

    /// `ip:port[@busPort][,[hostname][,name=value]*]`
    private final class AddressField {
        private final NodeAddress address;
        private @Nullable String humanNodename;
        private @Nullable ShardId shardId;
        private int secondaryPort;

        AddressField(String field) throws NodesConfException {
            String[] parts = field.split(",", -1);
            String endpoint = parts[0];
            int at = endpoint.indexOf('@');
            int colon = endpoint.lastIndexOf(':', at < 0 ? endpoint.length() : at);
            if (colon < 0) {
                throw error("not an address: " + field);
            }
            String ip = endpoint.substring(0, colon);
            if (!NodeAddress.validIp(ip)) {
                throw error("not an ip: " + ip);
            }
            int port = port(endpoint.substring(colon + 1, at < 0 ? endpoint.length() : at));
            int busPort =
                    at < 0 ? port + NodeAddress.BUS_PORT_OFFSET : port(endpoint.substring(at + 1));
            if (!NodeAddress.validPort(busPort)) {
                throw error("no bus port given, and port + 10000 is too high: " + field);
            }
            String hostname = parts.length > 1 && !parts[1].isEmpty() ? parts[1] : null;
            if (hostname != null && !NodeAddress.validHostname(hostname)) {
                throw error("not a hostname: " + hostname);
            }
            for (int i = 2; i < parts.length; i++) {
                readAux(parts[i]);
            }
            address = new NodeAddress(ip, port, busPort, secondaryPort, hostname);
        }

        private void readAux(String part) throws NodesConfException {
            int equals = part.indexOf('=');
            if (equals < 0) {
                throw error("not a name=value pair: " + part);
            }
            String value = part.substring(equals + 1);
            switch (part.substring(0, equals)) {
                case NodesConf.SHARD_ID -> {
                    shardId = ShardId.parse(value);
                    if (shardId == null) {
                        throw error("not a shard id: " + value);
                    }
                }
                case NodesConf.NODENAME -> {
                    if (!value.isEmpty() && !NodeAddress.validHumanNodename(value)) {
                        throw error("not a nodename: " + value);
                    }
                    humanNodename = value.isEmpty() ? null : value;
                }
                // Which of the two is written depends on what the main port speaks; it is always
                // the other one.
                case NodesConf.TLS_PORT, NodesConf.TCP_PORT -> secondaryPort = port(value);
                case NodesConf.CLIENT_IPV4, NodesConf.CLIENT_IPV6 -> {
                    // Valkey announces these to clients; they come back with the next ping.
                }
                default -> throw error("unknown aux field: " + part);
            }
        }

        private int port(String text) throws NodesConfException {
            int port = smallNumber(text);
            if (!NodeAddress.validPort(port)) {
                throw error("not a port: " + text);
            }
            return port;
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.chaos.cluster;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// One line of CLUSTER NODES.
///
/// @param id node id
/// @param host announced address
/// @param port client port
/// @param flags such as `myself`, `master`, `fail?`
/// @param primaryId id of its primary, `-` for a primary
/// @param configEpoch its configuration epoch
/// @param connected whether the bus link is up
/// @param slots number of slots it owns
public record NodeLine(
        String id,
        String host,
        int port,
        Set<String> flags,
        String primaryId,
        long configEpoch,
        boolean connected,
        int slots) {
    /// Parses a whole reply; lines that are not nodes are ignored, broken ones throw `IllegalArgumentException`.
    public static List<NodeLine> parse(String reply) {
        List<NodeLine> lines = new ArrayList<>();
        for (String line : reply.split("\n", -1)) {
            if (!line.isBlank()) {
                lines.add(parseLine(line.strip()));
            }
        }
        return lines;
    }

    /// {@return whether this is the node that answered}
    public boolean isMyself() {
        return flags.contains("myself");
    }

    /// {@return whether it is a primary}
    public boolean isPrimary() {
        return flags.contains("master");
    }

    /// {@return whether it is a primary that has slots}
    public boolean leads() {
        return isPrimary() && slots > 0;
    }

    /// {@return whether it is reachable and agreed upon: not suspected, failed, unknown or in handshake}
    public boolean isHealthy() {
        return flags.stream()
                .noneMatch(flag ->
                        flag.startsWith("fail") || Set.of("handshake", "noaddr").contains(flag));
    }

    private static NodeLine parseLine(String line) {
        List<String> fields = List.of(line.split(" ", -1));
        if (fields.size() < 8) {
            throw new IllegalArgumentException("not a CLUSTER NODES line: " + line);
        }
        String address = fields.get(1).split("[@,]", -1)[0];
        int colon = address.lastIndexOf(':');
        return new NodeLine(
                fields.get(0),
                colon < 0 ? "" : address.substring(0, colon),
                colon < 0 ? 0 : Integer.parseInt(address.substring(colon + 1)),
                Set.of(fields.get(2).split(",", -1)),
                fields.get(3),
                Long.parseLong(fields.get(6)),
                fields.get(7).equals("connected"),
                countSlots(fields.subList(8, fields.size())));
    }

    private static int countSlots(List<String> ranges) {
        int count = 0;
        for (String range : ranges) {
            if (range.startsWith("[") || range.isEmpty()) {
                // A slot in migration is listed in its owner's ranges as well.
                continue;
            }
            int dash = range.indexOf('-');
            count +=
                    dash < 0
                            ? 1
                            : Integer.parseInt(range.substring(dash + 1))
                                    - Integer.parseInt(range.substring(0, dash))
                                    + 1;
        }
        return count;
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.server;

import java.util.List;
import java.util.stream.Collectors;

/// Reads what CLUSTER NODES says.
final class ClusterText {
    private static final int ID = 0;
    private static final int ADDRESS = 1;
    private static final int FLAGS = 2;
    private static final int PRIMARY = 3;
    private static final int EPOCH = 6;
    private static final int LINK = 7;
    private static final int SLOTS = 8;

    private ClusterText() {}

    /// {@return what all nodes must agree upon, a line per node: who, where, flags, primary, epoch, slots; open slots left out}
    static String layout(String nodes) {
        return lines(nodes).stream()
                .map(fields -> {
                    String slots =
                            fields.subList(Math.min(SLOTS, fields.size()), fields.size()).stream()
                                    .filter(slot -> !slot.startsWith("["))
                                    .collect(Collectors.joining(" "));
                    return String.join(
                            " ",
                            fields.get(ID),
                            fields.get(ADDRESS),
                            fields.get(FLAGS).replace("myself,", ""),
                            fields.get(PRIMARY),
                            fields.get(EPOCH),
                            slots);
                })
                .sorted()
                .collect(Collectors.joining("\n"));
    }

    /// {@return whether all links to other nodes are up}
    static boolean allLinked(String nodes) {
        return lines(nodes).stream().allMatch(fields -> fields.get(LINK).equals("connected"));
    }

    private static List<List<String>> lines(String nodes) {
        String text = nodes.startsWith("$") ? nodes.substring(1) : nodes;
        return text.lines()
                .filter(line -> !line.isBlank())
                .map(line -> List.of(line.strip().split(" ")))
                .toList();
    }
}

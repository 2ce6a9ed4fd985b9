// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/// Where replies about streams may differ from those of redis-server 7.0.15, and why.
///
/// Redis 7.2 tells when a consumer was last active from when it last tried ("active-time", "inactive"), and makes a consumer when one reads or
/// claims, whether or not there was anything for it; 7.0 makes it only when there was. So ours may have consumers without pending entries
/// that 7.0 does not have.
final class StreamDifferences {
    /// Times are after this, counts are not.
    private static final long SOME_TIME_AGO_MS = 1_500_000_000_000L;

    private static final long CLOCK_MS = 2000;

    private StreamDifferences() {}

    /// {@return whether two replies to one command are as good as equal}
    static boolean acceptable(List<String> command, Reply ours, Reply theirs) {
        return switch (command.getFirst().toLowerCase(Locale.ROOT)) {
            case "xpending" -> samePending(ours, theirs);
            case "xgroup" ->
                    command.get(1).equalsIgnoreCase("createconsumer")
                            && ours.text().equals("0")
                            && theirs.text().equals("1");
            case "xinfo" -> acceptableInfo(command, ours, theirs);
            default -> false;
        };
    }

    /// The servers read their clocks one after the other, so entries are idle for somewhat different times.
    private static boolean samePending(Reply ours, Reply theirs) {
        if (ours.elements().size() != theirs.elements().size()) {
            return false;
        }
        for (int i = 0; i < ours.elements().size(); i++) {
            List<Reply> our = ours.elements().get(i).elements();
            List<Reply> their = theirs.elements().get(i).elements();
            boolean same =
                    our.size() == 4
                            && their.size() == 4
                            && our.get(0).equals(their.get(0))
                            && our.get(1).equals(their.get(1))
                            && Math.abs(our.get(2).integer() - their.get(2).integer()) < CLOCK_MS
                            && our.get(3).equals(their.get(3));
            if (!same) {
                return false;
            }
        }
        return true;
    }

    private static boolean acceptableInfo(List<String> command, Reply ours, Reply theirs) {
        return switch (command.get(1).toLowerCase(Locale.ROOT)) {
            case "stream" -> sameInfo(ours, theirs);
            case "groups" ->
                    without(ours, Set.of("consumers"))
                            .toString()
                            .equals(without(theirs, Set.of("consumers")).toString());
            case "consumers" -> consumers(ours).equals(consumers(theirs));
            default -> false;
        };
    }

    /// {@return whether two answers to XINFO STREAM say the same of a stream}
    static boolean sameInfo(Reply ours, Reply theirs) {
        return plain(ours).toString().equals(plain(theirs).toString());
    }

    private static List<String> consumers(Reply reply) {
        return reply.elements().stream()
                .filter(consumer -> !field(consumer, "pending").text().equals("0"))
                .map(consumer -> without(consumer, Set.of("idle", "inactive")).toString())
                .toList();
    }

    private static Reply field(Reply map, String name) {
        for (int i = 0; i < map.elements().size(); i += 2) {
            if (map.elements().get(i).string().equals(name)) {
                return map.elements().get(i + 1);
            }
        }
        throw new AssertionError("no " + name + " in " + map);
    }

    /// {@return the reply without what is each server's own: nodes of a tree that only Redis has, and times}
    private static Reply plain(Reply reply) {
        Reply kept = without(reply, Set.of("radix-tree-nodes", "active-time", "seen-time"));
        if (kept.type() == ':' && kept.integer() > SOME_TIME_AGO_MS) {
            return new Reply(':', "<time>", List.of());
        }
        List<Reply> elements = new ArrayList<>();
        for (int i = 0; i < kept.elements().size(); i++) {
            Reply element = kept.elements().get(i);
            boolean consumers = i > 0 && kept.elements().get(i - 1).string().equals("consumers");
            elements.add(plain(consumers ? busy(element) : element));
        }
        return new Reply(kept.type(), kept.text(), elements);
    }

    private static Reply busy(Reply consumers) {
        return new Reply(
                consumers.type(),
                consumers.text(),
                consumers.elements().stream()
                        .filter(consumer -> !field(consumer, "pel-count").text().equals("0"))
                        .toList());
    }

    /// {@return the reply, in which these fields of maps are missing}
    private static Reply without(Reply reply, Set<String> fields) {
        if (reply.type() != '*' && reply.type() != '%') {
            return reply;
        }
        List<Reply> kept = new ArrayList<>();
        List<Reply> elements = reply.elements();
        for (int i = 0; i < elements.size(); i++) {
            if (elements.get(i).type() == '$' && fields.contains(elements.get(i).string())) {
                i++;
            } else {
                kept.add(without(elements.get(i), fields));
            }
        }
        return new Reply(reply.type(), reply.text(), kept);
    }
}

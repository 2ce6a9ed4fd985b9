// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.chaos.nemesis;

import dev.dunlin.chaos.cluster.Link;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Set;

/// Who does not hear whom: the links that common partitions drop. Parties are node names and client groups.
public final class Grudge {
    private Grudge() {}

    /// Cuts the island off from the rest, both ways.
    public static Set<Link> isolate(Collection<String> island, Collection<String> rest) {
        Set<Link> links = new LinkedHashSet<>(deaf(island, rest));
        links.addAll(mute(island, rest));
        return links;
    }

    /// The island hears nobody of the rest; they hear it.
    public static Set<Link> deaf(Collection<String> island, Collection<String> rest) {
        return oneWay(rest, island);
    }

    /// Nobody of the rest hears the island; it hears them.
    public static Set<Link> mute(Collection<String> island, Collection<String> rest) {
        return oneWay(island, rest);
    }

    private static Set<Link> oneWay(Collection<String> senders, Collection<String> receivers) {
        Set<Link> links = new LinkedHashSet<>();
        for (String sender : senders) {
            for (String receiver : receivers) {
                if (!sender.equals(receiver)) {
                    links.add(new Link(sender, receiver));
                }
            }
        }
        return links;
    }
}

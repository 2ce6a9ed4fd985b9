// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.clusterbus;

import dev.dunlin.clusterbus.engine.LinkId;
import dev.dunlin.clusterbus.model.NodeId;
import dev.dunlin.clusterbus.transport.BusLink;
import dev.dunlin.clusterbus.wire.BusMessage;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The links that the engine knows of, by the name it has for them. Thread: the bus loop.
final class LinkTable {
    private final Map<LinkId, Entry> entries = new LinkedHashMap<>();

    private static final class Entry {
        private final BusLink link;
        private final long createdMs;
        private @Nullable NodeId node;

        Entry(BusLink link, @Nullable NodeId node, long createdMs) {
            this.link = link;
            this.node = node;
            this.createdMs = createdMs;
        }
    }

    /// @param node whom it leads to, as far as we know
    void add(LinkId id, BusLink link, @Nullable NodeId node, long nowMs) {
        entries.put(id, new Entry(link, node, nowMs));
    }

    @Nullable BusLink find(LinkId id) {
        Entry entry = entries.get(id);
        return entry == null ? null : entry.link;
    }

    /// {@return the link, which is no longer in the table, or null when it was not}
    @Nullable BusLink remove(LinkId id) {
        Entry entry = entries.remove(id);
        return entry == null ? null : entry.link;
    }

    /// Remembers who speaks. {@return whether the link is in the table}
    boolean heard(LinkId id, BusMessage message) {
        Entry entry = entries.get(id);
        if (entry != null && message instanceof BusMessage.Headed headed) {
            entry.node = headed.header().sender();
        }
        return entry != null;
    }

    /// {@return inbound links on which nobody has said a word for `silenceMs`: a node speaks at once when it connects, and these
    /// take the place of one that would}
    List<LinkId> silent(long nowMs, long silenceMs) {
        var silent = new ArrayList<LinkId>();
        entries.forEach((id, entry) -> {
            if (id.inbound() && entry.node == null && nowMs - entry.createdMs > silenceMs) {
                silent.add(id);
            }
        });
        return silent;
    }

    /// {@return the links that others opened}
    List<LinkId> inbound() {
        return entries.keySet().stream().filter(LinkId::inbound).toList();
    }

    List<LinkView> views() {
        var views = new ArrayList<LinkView>(entries.size());
        entries.forEach((id, entry) ->
                views.add(
                        new LinkView(
                                id.inbound(),
                                entry.node,
                                entry.createdMs,
                                entry.link.pendingBytes())));
        return views;
    }

    void closeAll() {
        entries.values().forEach(entry -> entry.link.close());
        entries.clear();
    }
}

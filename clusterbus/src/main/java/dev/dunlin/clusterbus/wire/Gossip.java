// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.clusterbus.wire;

import dev.dunlin.clusterbus.wire.ext.PingExtension;
import java.util.List;

/// The body that PING, PONG and MEET share. Extensions of unknown types are dropped while decoding.
public record Gossip(List<GossipEntry> entries, List<PingExtension> extensions) {
    /// A body without content.
    public static final Gossip EMPTY = new Gossip(List.of(), List.of());

    public Gossip {
        entries = List.copyOf(entries);
        extensions = List.copyOf(extensions);
    }
}

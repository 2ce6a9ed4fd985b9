// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.replication;

import io.netty.channel.Channel;
import org.jspecify.annotations.Nullable;

/// A client connection in its role as a replica: what REPLCONF said, and the feed once PSYNC or SYNC was sent. The server
/// makes one per connection, at the first such command.
///
/// Thread: the node's loop.
public final class ReplicaSession {
    private final Channel channel;
    private final ReplicaOptions options = new ReplicaOptions();
    private @Nullable PrimaryFeed feed;

    /// @param channel must belong to the node's loop
    public ReplicaSession(Channel channel) {
        this.channel = channel;
    }

    /// {@return whether it is a replica: then it may run no data commands}
    public boolean attached() {
        return feed != null;
    }

    /// {@return its feed, or null before PSYNC}
    public @Nullable PrimaryFeed feed() {
        return feed;
    }

    Channel channel() {
        return channel;
    }

    ReplicaOptions options() {
        return options;
    }

    void attach(PrimaryFeed started) {
        feed = started;
    }
}

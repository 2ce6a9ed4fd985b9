// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node;

import dev.dunlin.node.config.Settings;
import dev.dunlin.node.server.NodeServer;
import java.io.IOException;

/// One data node: its loop, keyspace, log and sockets, wired by hand in start order.
///
/// A process may run any number of nodes; they share nothing.
///
/// Thread: started and closed by its owner; all else happens on its loop.
public final class Node implements AutoCloseable {
    private final NodeServer server;

    private Node(NodeServer server) {
        this.server = server;
    }

    /// Starts a node and returns when it answers clients.
    ///
    /// @throws IOException when an address cannot be bound
    public static Node start(Settings settings) throws IOException {
        return new Node(NodeServer.start(settings));
    }

    /// {@return the client port that was bound}
    public int port() {
        return server.port();
    }

    @Override
    public void close() {
        server.close();
    }
}

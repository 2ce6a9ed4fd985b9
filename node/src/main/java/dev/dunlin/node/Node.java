// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node;

import dev.dunlin.clusterbus.store.NodesConfException;
import dev.dunlin.node.config.Settings;
import dev.dunlin.node.server.NodeServer;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;

/// One data node: its loop, keyspace, log and sockets, and its seat in the cluster.
///
/// A process may run any number of nodes; they share nothing.
///
/// Thread: started and closed by its owner; all else happens on its loop.
public final class Node implements AutoCloseable {
    private final NodeServer server;

    private Node(NodeServer server) {
        this.server = server;
    }

    /// Starts a node and returns when it answers clients; those get `-LOADING` until its data set is back from disk ([#ready]).
    ///
    /// @param onStop called when the node has to end by itself, for example because nodes.conf cannot be written
    /// @throws IOException when an address cannot be bound, or a file not be read or written
    /// @throws NodesConfException when nodes.conf is broken or in use by another node
    public static Node start(Settings settings, Runnable onStop)
            throws IOException, NodesConfException {
        return new Node(NodeServer.start(settings, onStop));
    }

    /// {@return completed when the data set is loaded and the node serves; with a failure when that cannot be, and then `onStop` is called}
    public CompletableFuture<Boolean> ready() {
        return server.ready();
    }

    /// {@return completed when SHUTDOWN has ended the node's work; close it then}
    public CompletableFuture<Boolean> shutDown() {
        return server.shutDown();
    }

    /// Ends the node's work as SHUTDOWN does: writes stop, and replicas get the rest, for up to `shutdown-timeout`.
    public void drain() {
        server.drain();
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

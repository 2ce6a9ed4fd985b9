// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.server;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/// Runs what the sockets of one turn of the loop have brought, when all that were readable have been read.
///
/// ```
/// turn:  read a | read b | read c | parse a b c, touch their memory, run a b c | log to its readers | send a, send b, send c
/// ```
///
/// Why not each at once: a client that does not pipeline brings one command a turn, and would wait alone for the memory that it needs. Two
/// hundred of them together are a batch, as a pipeline is.
///
/// Thread: owned by the node's loop.
final class TurnReads {
    private final NodeLoop loop;
    private final Consumer<List<ClientConnection>> processor;
    private final Runnable run = this::run;
    private List<ClientConnection> waiting = new ArrayList<>();
    private List<ClientConnection> running = new ArrayList<>();

    /// @param processor runs what the connections hold
    TurnReads(NodeLoop loop, Consumer<List<ClientConnection>> processor) {
        this.loop = loop;
        this.processor = processor;
    }

    /// Takes note that a connection holds bytes that no command has been looked for in yet.
    void add(ClientConnection connection) {
        if (waiting.isEmpty()) {
            loop.submit(run);
        }
        waiting.add(connection);
    }

    private void run() {
        List<ClientConnection> all = waiting;
        waiting = running;
        running = all;
        try {
            processor.accept(all);
        } finally {
            all.clear();
        }
    }
}

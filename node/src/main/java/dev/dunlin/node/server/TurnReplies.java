// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.server;

import java.util.ArrayList;
import java.util.List;

/// Sends the replies of one turn of the loop together, when all sockets that were readable have been served.
///
/// ```
/// turn:  read a, run, queue | read b, run, queue | read c, run, queue | log to its readers | send a, send b, send c
/// ```
///
/// Why not each at once: a reply wakes its client up, which costs the kernel more than sending it does. Sent together, the replies find
/// clients on the other side awake. It is also the one place through which replies leave, so the one place to make sure that they may: a
/// node that was frozen in the midst of a turn, and replaced meanwhile, must not vouch for what it did before.
///
/// Thread: owned by the node's loop.
final class TurnReplies {
    private final NodeLoop loop;
    private final ServingGate gate;
    private final Runnable beforeSending;
    private final Runnable afterSending;
    private List<ClientConnection> waiting = new ArrayList<>();
    private List<ClientConnection> sending = new ArrayList<>();
    private boolean scheduled;

    /// @param beforeSending hands the log to its readers
    /// @param afterSending looks at what could not be sent
    TurnReplies(NodeLoop loop, ServingGate gate, Runnable beforeSending, Runnable afterSending) {
        this.loop = loop;
        this.gate = gate;
        this.beforeSending = beforeSending;
        this.afterSending = afterSending;
    }

    /// Takes note that commands have run, whether or not they have replied.
    void commandsRan() {
        if (!scheduled) {
            scheduled = true;
            loop.submit(this::endTurn);
        }
    }

    /// Takes note that a connection has replies to send, or is to be closed. Each connection is added once, until it is asked to send.
    void add(ClientConnection connection) {
        waiting.add(connection);
        commandsRan();
    }

    private void endTurn() {
        scheduled = false;
        beforeSending.run();
        if (gate.isGuarded()) {
            // The loop may have been frozen since the commands ran: this notices it.
            loop.turn();
        }
        send();
        afterSending.run();
    }

    /// Tries again to send what was withheld.
    void retry() {
        if (!waiting.isEmpty() && !scheduled) {
            send();
        }
    }

    private void send() {
        List<ClientConnection> all = waiting;
        waiting = sending;
        sending = all;
        for (int i = 0; i < all.size(); i++) {
            if (!all.get(i).sendQueued()) {
                waiting.add(all.get(i));
            }
        }
        all.clear();
    }
}

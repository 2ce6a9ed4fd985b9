// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.server;

import dev.dunlin.node.command.Client;
import dev.dunlin.node.resp.RespError;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/// All clients that are connected to a node, in the order in which they came.
///
/// Thread: owned by the node's loop.
final class ClientRegistry {
    private final Map<Long, Client> clients = new LinkedHashMap<>();
    private final Consumer<Client> gone;
    private long lastId;

    /// @param gone hears of each client whose connection has ended
    ClientRegistry(Consumer<Client> gone) {
        this.gone = gone;
    }

    long nextId() {
        return ++lastId;
    }

    void add(Client client) {
        clients.put(client.id(), client);
    }

    void remove(Client client) {
        if (clients.remove(client.id()) != null) {
            gone.accept(client);
        }
    }

    int size() {
        return clients.size();
    }

    Collection<Client> all() {
        return Collections.unmodifiableCollection(clients.values());
    }

    /// The node is no primary any more: a client that waits inside a command for something that only a primary can give gets an error, and
    /// its leave.
    void endWaitsForPrimary() {
        for (Client client : List.copyOf(clients.values())) {
            var blocked = client.blocked();
            if (blocked != null && blocked.endsWithRole()) {
                blocked.cancel();
                client.unblock();
                client.closeAfterReplies();
                client.link().send(reply -> reply.error(RespError.UNBLOCKED_BY_ROLE_CHANGE));
            }
        }
    }
}

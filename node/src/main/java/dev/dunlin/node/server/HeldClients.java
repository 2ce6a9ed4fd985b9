// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.server;

import dev.dunlin.node.command.Client;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/// Clients whose next command may not run at this moment: writes are paused, or the node must first make sure that it is
/// still its slots' primary.
///
/// A held client is not refused: its command stays where it is, nothing more is read from it, and it is tried again when
/// something has changed. So a short doubt costs a short wait and no error.
///
/// Thread: owned by the node's loop.
final class HeldClients {
    private final Set<Client> clients = new LinkedHashSet<>();

    void hold(Client client) {
        if (clients.add(client)) {
            client.block(() -> clients.remove(client));
        }
    }

    /// Tries all of them again; those that still may not run are held again.
    void retry() {
        if (clients.isEmpty()) {
            return;
        }
        List<Client> all = List.copyOf(clients);
        clients.clear();
        for (Client client : all) {
            client.unblock();
            client.link().resume();
        }
    }
}

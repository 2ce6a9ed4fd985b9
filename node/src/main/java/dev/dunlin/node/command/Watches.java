// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import dev.dunlin.node.offheap.Memory;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/// Which clients watch which keys (WATCH), so that a change can break their transactions.
///
/// Thread: owned by the node's loop.
public final class Watches {
    private record Key(int database, byte[] name) {
        @Override
        public boolean equals(Object other) {
            return other instanceof Key(int otherDatabase, byte[] otherName)
                    && database == otherDatabase
                    && Arrays.equals(name, otherName);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(name) * 31 + database;
        }
    }

    private final Map<Key, Set<Client>> watchers = new HashMap<>();
    private final Map<Client, Set<Key>> keys = new HashMap<>();

    /// {@return whether nobody watches anything, which is what a write asks first}
    public boolean isEmpty() {
        return watchers.isEmpty();
    }

    void watch(Client client, int database, byte[] name) {
        var key = new Key(database, name);
        if (keys.computeIfAbsent(client, _ -> new LinkedHashSet<>()).add(key)) {
            watchers.computeIfAbsent(key, _ -> new LinkedHashSet<>()).add(client);
        }
    }

    /// Ends all watches of a client.
    public void unwatch(Client client) {
        client.transaction().watchesEnded();
        Set<Key> mine = keys.remove(client);
        if (mine == null) {
            return;
        }
        for (Key key : mine) {
            Set<Client> others = watchers.get(key);
            if (others != null) {
                others.remove(client);
                if (others.isEmpty()) {
                    watchers.remove(key);
                }
            }
        }
    }

    /// A key has changed: whoever watches it cannot EXEC.
    public void changed(int database, long address, int bytes) {
        byte[] name = new byte[bytes];
        Memory.copyOut(address, name, 0, bytes);
        Set<Client> clients = watchers.get(new Key(database, name));
        if (clients != null) {
            clients.forEach(client -> client.transaction().markWatchedKeyChanged());
        }
    }

    /// All keys of a database are about to go (or to be exchanged for others): those that exist, before or after, have changed.
    ///
    /// @param exists tells whether a key of that name is there now or will be
    void databaseChanged(int database, java.util.function.Predicate<byte[]> exists) {
        watchers.forEach((key, clients) -> {
            if (key.database == database && exists.test(key.name)) {
                clients.forEach(client -> client.transaction().markWatchedKeyChanged());
            }
        });
    }

    /// {@return names of the keys that this client watches, for checking whether they have expired}
    Iterable<WatchedKey> of(Client client) {
        return keys.getOrDefault(client, Set.of()).stream()
                .map(key -> new WatchedKey(key.database, key.name))
                .toList();
    }

    record WatchedKey(int database, byte[] name) {}
}

// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Which clients watch which keys (WATCH), so that a change can break their transactions.
///
/// A key whose time has passed but that is still there counts as missing, so its removal changes nothing for who began to watch it in that
/// state; its being written again does.
///
/// Thread: owned by the node's loop.
public final class Watches {
    /// One client's interest in one key.
    static final class Watch {
        private final Client client;
        private final KeyName key;

        /// Whether the key was there, but expired, when WATCH was said.
        private boolean expired;

        private Watch(Client client, KeyName key, boolean expired) {
            this.client = client;
            this.key = key;
            this.expired = expired;
        }

        int database() {
            return key.database();
        }

        byte[] name() {
            return key.name();
        }

        boolean wasExpired() {
            return expired;
        }
    }

    private final Map<KeyName, Map<Client, Watch>> byKey = new LinkedHashMap<>();
    private final Map<Client, Map<KeyName, Watch>> byClient = new LinkedHashMap<>();

    /// {@return whether nobody watches anything, which is what a write asks first}
    public boolean isEmpty() {
        return byKey.isEmpty();
    }

    /// @param expired whether the key is there but its time has passed
    void watch(Client client, int database, byte[] name, boolean expired) {
        var key = new KeyName(database, name);
        Map<KeyName, Watch> mine = byClient.computeIfAbsent(client, _ -> new LinkedHashMap<>());
        if (!mine.containsKey(key)) {
            var watch = new Watch(client, key, expired);
            mine.put(key, watch);
            byKey.computeIfAbsent(key, _ -> new LinkedHashMap<>()).put(client, watch);
        }
    }

    /// Ends all watches of a client.
    public void unwatch(Client client) {
        client.transaction().watchesEnded();
        remove(client);
    }

    private void remove(Client client) {
        Map<KeyName, Watch> mine = byClient.remove(client);
        if (mine == null) {
            return;
        }
        for (KeyName key : mine.keySet()) {
            Map<Client, Watch> others = byKey.get(key);
            if (others != null) {
                others.remove(client);
                if (others.isEmpty()) {
                    byKey.remove(key);
                }
            }
        }
    }

    /// A key has changed: whoever watches it cannot EXEC.
    ///
    /// @param exists whether the key is there after the change
    public void changed(int database, byte[] name, boolean exists) {
        Map<Client, Watch> watches = byKey.get(new KeyName(database, name));
        if (watches == null) {
            return;
        }
        for (Watch watch : List.copyOf(watches.values())) {
            if (watch.expired && !exists) {
                // What counted as missing has gone: no change.
                watch.expired = false;
            } else {
                breakTransaction(watch);
            }
        }
    }

    /// What becomes of a key when its database is flushed or exchanged.
    ///
    /// @param before whether it was there
    /// @param after whether it is there afterwards
    /// @param expiredAfter whether it is there afterwards, but its time has passed
    record Fate(boolean before, boolean after, boolean expiredAfter) {}

    /// Tells what becomes of a key.
    @FunctionalInterface
    interface Fates {
        Fate of(byte[] name);
    }

    /// All keys of a database are about to go, or to be exchanged for others: those that exist, before or after, change.
    void databaseChanged(int database, Fates fates) {
        for (Map.Entry<KeyName, Map<Client, Watch>> entry : List.copyOf(byKey.entrySet())) {
            if (entry.getKey().database() == database) {
                Fate fate = fates.of(entry.getKey().name());
                List.copyOf(entry.getValue().values()).forEach(watch -> changed(watch, fate));
            }
        }
    }

    private void changed(Watch watch, Fate fate) {
        if (!fate.before && !fate.after) {
            return;
        }
        if (watch.expired && !fate.after) {
            watch.expired = false;
        } else if (fate.expiredAfter && (watch.expired || !fate.before)) {
            // Missing before, and as good as missing now.
            watch.expired = true;
        } else {
            breakTransaction(watch);
        }
    }

    private void breakTransaction(Watch watch) {
        watch.client.transaction().markWatchedKeyChanged();
        // Nothing can mend it, so there is nothing left to look out for.
        remove(watch.client);
    }

    /// {@return what this client watches}
    Collection<Watch> of(Client client) {
        Map<KeyName, Watch> mine = byClient.get(client);
        return mine == null ? List.of() : mine.values();
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.observe;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;

/// The commands that took longer than `slowlog-log-slower-than`, the latest first.
///
/// Thread: owned by the node's loop.
public final class Slowlog {
    /// Arguments of an entry at most; the last one then says how many there were.
    public static final int ARGUMENTS_MAX = 32;

    /// Bytes of an argument at most; it then ends by saying how many there were.
    public static final int ARGUMENT_BYTES_MAX = 128;

    /// One slow command.
    ///
    /// @param id rises by one with each entry, and never goes back
    /// @param timeSeconds Unix time when it ran
    /// @param microseconds how long it ran
    /// @param arguments cut to the limits above
    /// @param peer the client as `ip:port`
    /// @param clientName as CLIENT SETNAME gave it, or empty
    public record Entry(
            long id,
            long timeSeconds,
            long microseconds,
            List<byte[]> arguments,
            String peer,
            String clientName) {
        public Entry {
            arguments = Collections.unmodifiableList(new ArrayList<>(arguments));
        }
    }

    private final ArrayDeque<Entry> entries = new ArrayDeque<>();
    private long nextId;

    /// Adds an entry, and drops the oldest beyond `max`.
    public void add(
            long timeSeconds,
            long microseconds,
            List<byte[]> arguments,
            String peer,
            String clientName,
            long max) {
        entries.addFirst(
                new Entry(nextId++, timeSeconds, microseconds, arguments, peer, clientName));
        while (entries.size() > max) {
            entries.removeLast();
        }
    }

    public int size() {
        return entries.size();
    }

    /// {@return the latest `max` entries}
    public List<Entry> latest(long max) {
        List<Entry> latest = new ArrayList<>();
        Iterator<Entry> each = entries.iterator();
        while (each.hasNext() && latest.size() < max) {
            latest.add(each.next());
        }
        return latest;
    }

    public void clear() {
        entries.clear();
    }
}

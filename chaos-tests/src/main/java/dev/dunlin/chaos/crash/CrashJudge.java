// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.chaos.crash;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/// Compares what a node came back with, with what clients had sent and seen. Pure: no clock, no socket.
///
/// What a client wrote must have come back as a state after one of its operations, whole, with no hole and nothing that was
/// never sent: then what is lost is exactly what comes after. And the states of all clients must belong to one instant: what was
/// acknowledged to one client before another sent an operation that has survived, must have survived too.
final class CrashJudge {
    private static final int DIFFERENCES_MAX = 5;

    private CrashJudge() {}

    /// What one client finds after the crash.
    ///
    /// @param script its operations
    /// @param ledger what it sent and saw
    /// @param before the facts at the beginning of the run
    /// @param after the facts that the node came back with
    record Client(
            Script script, Ledger ledger, Map<String, String> before, Map<String, String> after) {}

    /// What came out.
    ///
    /// @param survived for each client the number of the last operation that is there; -1 when its state belongs to none
    /// @param lost acknowledged operations that are gone
    /// @param oldestLostNs when the first of them was acknowledged; `Long.MAX_VALUE` when none is lost
    /// @param violations what must never be, in words; empty when all is well
    record Finding(List<Long> survived, long lost, long oldestLostNs, List<String> violations) {}

    /// Judges one crash.
    static Finding judge(List<Client> clients) {
        List<Long> survived = new ArrayList<>();
        List<String> violations = new ArrayList<>();
        long lost = 0;
        long oldestLostNs = Long.MAX_VALUE;
        for (Client client : clients) {
            long last = survived(client, violations);
            survived.add(last);
            long promised = client.ledger().acked();
            if (last >= 0 && promised > last) {
                lost += promised - last;
                oldestLostNs = Math.min(oldestLostNs, client.ledger().ackedNs(last + 1));
            }
        }
        if (violations.isEmpty()) {
            oneInstant(clients, survived, violations);
        }
        return new Finding(List.copyOf(survived), lost, oldestLostNs, List.copyOf(violations));
    }

    private static long survived(Client client, List<String> violations) {
        Ledger ledger = client.ledger();
        long newest = Math.max(client.script().newest(client.after()), ledger.base());
        if (newest > ledger.sent()) {
            violations.add(
                    "client %d finds operation %d, but has sent %d only"
                            .formatted(ledger.client(), newest, ledger.sent()));
            return -1;
        }
        Map<String, String> expected = new TreeMap<>(client.before());
        for (long sequence = ledger.base() + 1; sequence <= newest; sequence++) {
            client.script().apply(sequence, expected);
        }
        if (expected.equals(client.after())) {
            return newest;
        }
        // An INCR leaves no number behind, so the state may be that of one operation more.
        Map<String, String> oneMore = new TreeMap<>(expected);
        client.script().apply(newest + 1, oneMore);
        if (newest < ledger.sent() && oneMore.equals(client.after())) {
            return newest + 1;
        }
        violations.add(
                "client %d: no state of its operations, nearest is %d (acknowledged %d): %s"
                        .formatted(
                                ledger.client(),
                                newest,
                                ledger.acked(),
                                differences(expected, client.after())));
        return -1;
    }

    private static void oneInstant(
            List<Client> clients, List<Long> survived, List<String> violations) {
        for (int witness = 0; witness < clients.size(); witness++) {
            Ledger other = clients.get(witness).ledger();
            if (survived.get(witness) == other.base()) {
                continue;
            }
            long sentNs = other.sentNs(survived.get(witness));
            for (int index = 0; index < clients.size(); index++) {
                Ledger ledger = clients.get(index).ledger();
                long due = ledger.ackedBefore(sentNs);
                if (survived.get(index) < due) {
                    violations.add(
                            ("operation %d of client %d is there, sent after operation %d of client %d"
                                            + " had been acknowledged, which is not")
                                    .formatted(
                                            survived.get(witness),
                                            other.client(),
                                            due,
                                            ledger.client()));
                }
            }
        }
    }

    private static String differences(Map<String, String> expected, Map<String, String> after) {
        List<String> differences = new ArrayList<>();
        var names = new TreeSet<>(expected.keySet());
        names.addAll(after.keySet());
        for (String name : names) {
            String wanted = expected.getOrDefault(name, "(nothing)");
            String found = after.getOrDefault(name, "(nothing)");
            if (!wanted.equals(found)) {
                if (differences.size() == DIFFERENCES_MAX) {
                    differences.add("...");
                    break;
                }
                differences.add(name + " is " + tail(found) + ", should be " + tail(wanted));
            }
        }
        return String.join("; ", differences);
    }

    private static String tail(String text) {
        return text.length() <= 40 ? text : "..." + text.substring(text.length() - 40);
    }
}

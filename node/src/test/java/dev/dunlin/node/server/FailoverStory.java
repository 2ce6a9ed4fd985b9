// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.server;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;

/// One client's way through a failover: writes to all slots and reads back, writes single keys all the time, and when told that the
/// takeover has happened, writes to all slots again and reads everything that was ever acknowledged.
///
/// Thread: one of its own; the public signals may be used by any.
final class FailoverStory {
    static final int DEADLINE_SECONDS = 30;
    private static final int WRITES_BEFORE_SIGNAL = 50;
    private static final int START_SECONDS = 120;
    private static final int REPORT_SECONDS = 4 * DEADLINE_SECONDS;
    private static final long PAUSE_NS = 1_000_000;
    private static final long AFTER_ERROR_NS = 20_000_000;

    /// Plays the story to its end.
    @FunctionalInterface
    interface Player {
        ClientReport play(FailoverStory story) throws Exception;
    }

    private final String name;
    private final CompletableFuture<Boolean> writing = new CompletableFuture<>();
    private final CountDownLatch takeoverSeen = new CountDownLatch(1);
    private final CompletableFuture<ClientReport> report = new CompletableFuture<>();

    private FailoverStory(String name) {
        this.name = name;
    }

    static FailoverStory start(String name, Player player) {
        var story = new FailoverStory(name);
        Thread.ofPlatform().daemon().name("client-" + name).start(() -> story.run(player));
        return story;
    }

    /// @param keys one per slot, not yet with the client's name
    static FailoverStory start(String name, List<String> keys, Opening opening) {
        return start(
                name,
                story -> {
                    try (KeyValues client = opening.open()) {
                        return story.play(client, keys);
                    }
                });
    }

    /// Connects a client.
    @FunctionalInterface
    interface Opening {
        KeyValues open() throws Exception;
    }

    private void run(Player player) {
        try {
            report.complete(player.play(this));
        } catch (Throwable e) {
            writing.complete(false);
            report.completeExceptionally(e);
        }
    }

    String name() {
        return name;
    }

    /// Waits until the client has filled all slots and goes on writing, or has failed.
    void awaitWriting() throws Exception {
        writing.get(START_SECONDS, TimeUnit.SECONDS);
    }

    /// The player's word that it is writing.
    void nowWriting() {
        writing.complete(true);
    }

    /// Tells the client that every slot has a primary again.
    void takeoverSeen() {
        takeoverSeen.countDown();
    }

    boolean awaitTakeover() throws InterruptedException {
        return takeoverSeen.await(START_SECONDS, TimeUnit.SECONDS);
    }

    ClientReport report() throws Exception {
        return report.get(REPORT_SECONDS, TimeUnit.SECONDS);
    }

    private ClientReport play(KeyValues client, List<String> keys) {
        List<String> before = keys.stream().map(key -> name + ':' + key + ":before").toList();
        List<String> after = keys.stream().map(key -> name + ':' + key + ":after").toList();
        List<String> failures = new ArrayList<>();
        failures.addAll(untilDone("set", before, client::setAll));
        failures.addAll(untilDone("get", before, client::getAll));

        List<String> read = new ArrayList<>(before);
        int errors = 0;
        String lastError = "";
        for (int n = 0; takeoverSeen.getCount() > 0; n++) {
            String key = name + ':' + n;
            try {
                client.set(key);
                read.add(key);
                LockSupport.parkNanos(PAUSE_NS);
            } catch (Exception e) {
                errors++;
                lastError = e.toString();
                LockSupport.parkNanos(AFTER_ERROR_NS);
            }
            if (read.size() == before.size() + WRITES_BEFORE_SIGNAL) {
                nowWriting();
            }
        }
        int writes = read.size() - before.size();

        long startNs = System.nanoTime();
        failures.addAll(untilDone("set", after, client::setAll));
        long recoveredMs = (System.nanoTime() - startNs) / 1_000_000;
        read.addAll(after);
        failures.addAll(untilDone("get", read, client::getAll));
        return new ClientReport(keys.size(), writes, errors, recoveredMs, failures, lastError);
    }

    /// Repeats what failed until nothing does.
    ///
    /// @return what still fails at the deadline
    private static List<String> untilDone(
            String what,
            List<String> keys,
            Function<Collection<String>, Map<String, String>> operation) {
        long deadlineNs = System.nanoTime() + DEADLINE_SECONDS * 1_000_000_000L;
        Map<String, String> failures = new LinkedHashMap<>(operation.apply(keys));
        while (!failures.isEmpty() && System.nanoTime() < deadlineNs) {
            LockSupport.parkNanos(AFTER_ERROR_NS);
            failures = operation.apply(List.copyOf(failures.keySet()));
        }
        return failures.entrySet().stream()
                .map(failure -> what + ' ' + failure.getKey() + ": " + failure.getValue())
                .toList();
    }
}

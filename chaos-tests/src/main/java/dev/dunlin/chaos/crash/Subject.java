// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.chaos.crash;

import dev.dunlin.chaos.HarnessException;
import dev.dunlin.chaos.client.PipelineClient;
import dev.dunlin.chaos.client.Reply;
import dev.dunlin.chaos.cluster.Standalone;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// The node that dies: how it is started, asked, killed, and what of its files is kept.
///
/// Thread: one owner.
final class Subject implements AutoCloseable {
    private static final Duration READY_MAX = Duration.ofMinutes(2);
    private static final Duration ANSWER_MAX = Duration.ofMinutes(1);
    private static final long DISK_BYTES = 1L << 30;
    private static final int LOG_LINES = 8;
    private static final int FILL_BATCH = 1000;
    private static final long KEPT_FILE_BYTES_MAX = 64L << 20;

    private final Standalone place;
    private final Crash crash;

    private Subject(Standalone place, Crash crash) {
        this.place = place;
        this.crash = crash;
    }

    /// A node with an empty folder, not yet started.
    static Subject create(CrashPlan plan) {
        Map<String, String> directives = plan.setting().directives();
        directives.putAll(plan.directives());
        return new Subject(
                plan.crash() == Crash.POWER
                        ? Standalone.onPrivateDisk(plan.server(), directives, DISK_BYTES)
                        : Standalone.create(plan.server(), directives),
                plan.crash());
    }

    /// A node that was prepared otherwise, not yet started.
    static Subject on(Standalone place, Crash crash) {
        return new Subject(place, crash);
    }

    Standalone place() {
        return place;
    }

    /// Starts the process and waits until it serves.
    ///
    /// @return why it does not; empty when it does
    Optional<String> start() throws InterruptedException {
        place.node().start();
        long deadlineNs = System.nanoTime() + READY_MAX.toNanos();
        String last = "";
        while (System.nanoTime() < deadlineNs) {
            try (var client = connect()) {
                Reply reply = client.ask("PING");
                if (reply.asText().equals("PONG")) {
                    return Optional.empty();
                }
                last = reply.asText();
            } catch (IOException e) {
                last = String.valueOf(e.getMessage());
            }
            if (!place.node().isRunning()) {
                return Optional.of("ended while starting: " + logTail());
            }
            TimeUnit.MILLISECONDS.sleep(2);
        }
        return Optional.of("does not serve after " + READY_MAX + ": " + last);
    }

    PipelineClient connect() throws IOException {
        return new PipelineClient(place.node().address(), ANSWER_MAX);
    }

    /// Lets it die, with what that does to its files.
    void die(boolean appends) throws IOException {
        switch (crash) {
            case KILL -> place.node().kill();
            case TORN -> {
                place.node().kill();
                if (appends) {
                    tearLastWrite();
                }
            }
            case POWER -> {
                // Frozen first: at one instant it stops to answer and its disk to remember.
                place.node().pause();
                place.disk().cutPower();
                place.node().kill();
                place.disk().remount();
            }
        }
    }

    /// Writes the keys that lie there unchanged.
    static void fill(PipelineClient client, int keys) throws IOException {
        var out = new ByteArrayOutputStream();
        for (int key = 0; key < keys; key += FILL_BATCH) {
            int batch = Math.min(FILL_BATCH, keys - key);
            out.reset();
            for (int index = 0; index < batch; index++) {
                String name = "f:%08d".formatted(key + index);
                String request =
                        "*3\r\n$3\r\nSET\r\n$10\r\n"
                                + name
                                + "\r\n$100\r\n"
                                + filler(name)
                                + "\r\n";
                out.writeBytes(request.getBytes(StandardCharsets.US_ASCII));
            }
            client.write(out.toByteArray(), out.size());
            for (int index = 0; index < batch; index++) {
                if (client.read() instanceof Reply.Failure(String text)) {
                    throw new HarnessException("cannot fill: " + text);
                }
            }
        }
    }

    /// {@return the value of a filler key}
    static String filler(String name) {
        return name.repeat(10);
    }

    /// {@return a field of INFO persistence; empty when there is none}
    static Optional<String> info(PipelineClient client, String field) throws IOException {
        return client.ask("INFO", "persistence")
                .asText()
                .lines()
                .filter(line -> line.startsWith(field + ":"))
                .map(line -> line.substring(field.length() + 1).strip())
                .findFirst();
    }

    /// Starts a save or a rewrite and waits for its end. One that was under way already is older than what it is to hold.
    static void complete(PipelineClient client, Setting.Background background)
            throws IOException, InterruptedException {
        long deadlineNs = System.nanoTime() + READY_MAX.toNanos();
        boolean begun = false;
        while (!begun || !info(client, background.field()).equals(Optional.of("0"))) {
            if (!begun) {
                Reply reply = client.ask(background.command());
                begun = !(reply instanceof Reply.Failure);
                if (reply instanceof Reply.Failure(String text) && !text.contains("in progress")) {
                    throw new HarnessException(background.command() + ": " + text);
                }
            }
            if (System.nanoTime() > deadlineNs) {
                throw new HarnessException(background.command() + " does not end");
            }
            TimeUnit.MILLISECONDS.sleep(5);
        }
    }

    /// Copies the log, and files that are not too large, for whoever wants to know what happened.
    void keepFiles(Path target) throws IOException {
        Files.createDirectories(target);
        copy(place.node().log(), target);
        try (Stream<Path> files = Files.walk(place.data())) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                copy(file, target);
            }
        }
    }

    @Override
    public void close() {
        place.close();
    }

    private static void copy(Path file, Path target) throws IOException {
        if (Files.exists(file) && Files.size(file) <= KEPT_FILE_BYTES_MAX) {
            Files.write(
                    target.resolve(String.valueOf(file.getFileName())), Files.readAllBytes(file));
        }
    }

    private void tearLastWrite() throws IOException {
        Path folder = place.data().resolve("appendonlydir");
        String manifest = Files.readString(folder.resolve("appendonly.aof.manifest"));
        String last = "";
        for (String line : manifest.lines().toList()) {
            String[] words = line.split(" ", -1);
            if (words.length >= 6 && words[5].equals("i")) {
                last = words[1];
            }
        }
        if (last.isEmpty()) {
            throw new HarnessException("no file to append to in the manifest: " + manifest);
        }
        TornWrite.atTheEndOf(folder.resolve(last));
    }

    private String logTail() {
        try {
            var lines = Files.readAllLines(place.node().log(), StandardCharsets.ISO_8859_1);
            return String.join(
                    " | ", lines.subList(Math.max(0, lines.size() - LOG_LINES), lines.size()));
        } catch (IOException e) {
            return "no log: " + e.getMessage();
        }
    }
}

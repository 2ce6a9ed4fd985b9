// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.server;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/// `redis-cli -c`: each call is a process of its own, started at the next of the nodes. It follows redirections, but knows no other
/// node when the one it talks to is gone; that is an error, and the next call asks elsewhere.
final class RedisCliKeyValues implements KeyValues {
    private static final int CALL_SECONDS = 60;

    private final List<ServerProcess> nodes;
    private final Path input;
    private int calls;

    /// @param directory where commands are laid down for it
    RedisCliKeyValues(List<ServerProcess> nodes, Path directory) {
        this.nodes = nodes;
        this.input = directory.resolve("redis-cli.commands");
    }

    @Override
    public void set(String key) throws Exception {
        expect("OK", run(List.of(setCommand(key))));
    }

    @Override
    public String get(String key) throws Exception {
        return String.join("\n", run(List.of("GET " + key)));
    }

    private static void expect(String reply, List<String> lines) throws IOException {
        if (!lines.equals(List.of(reply))) {
            throw new IOException(String.join(" ", lines));
        }
    }

    @Override
    public Map<String, String> setAll(Collection<String> keys) {
        return all(keys, RedisCliKeyValues::setCommand, _ -> "OK");
    }

    @Override
    public Map<String, String> getAll(Collection<String> keys) {
        return all(keys, key -> "GET " + key, KeyValues::valueOf);
    }

    private static String setCommand(String key) {
        return "SET " + key + ' ' + KeyValues.valueOf(key);
    }

    private Map<String, String> all(
            Collection<String> keys,
            Function<String, String> command,
            Function<String, String> expected) {
        List<String> replies;
        try {
            replies = run(keys.stream().map(command).toList());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        boolean complete = replies.size() == keys.size();
        Map<String, String> failures = new LinkedHashMap<>();
        int i = 0;
        for (String key : keys) {
            String reply = complete ? replies.get(i) : replies.size() + " replies";
            if (!reply.equals(expected.apply(key))) {
                failures.put(key, reply);
            }
            i++;
        }
        return failures;
    }

    /// {@return the replies, a line each, without redis-cli's word on where it was sent}
    private List<String> run(List<String> commands) throws IOException, InterruptedException {
        Files.write(input, commands);
        ServerProcess node = nodes.get(calls++ % nodes.size());
        Process process =
                new ProcessBuilder("redis-cli", "-c", "-p", Integer.toString(node.port()))
                        .redirectInput(input.toFile())
                        .redirectErrorStream(true)
                        .start();
        String text = new String(process.getInputStream().readAllBytes(), UTF_8);
        if (!process.waitFor(CALL_SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly();
        }
        return text.lines()
                .filter(line -> !line.startsWith("-> Redirected") && !line.isBlank())
                .toList();
    }

    @Override
    public void close() {}
}

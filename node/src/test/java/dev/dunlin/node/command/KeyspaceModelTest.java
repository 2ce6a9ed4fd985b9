// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Random commands against a model of plain maps, on the allocator that notices damage and leaks.
class KeyspaceModelTest {
    private static final int COMMANDS = Integer.getInteger("model.operations", 30_000);

    private final Map<String, Object> model = new HashMap<>();
    private final Map<String, Long> expiry = new HashMap<>();

    @ParameterizedTest
    @CsvSource({"1, false", "2, false", "3, true", "4, true"})
    void givenRandomCommands_whenComparedWithMaps_thenTheyAgreeAndNothingLeaks(
            long seed, boolean cluster) {
        var random = new Random(seed);
        try (var harness = new CommandHarness(cluster)) {
            Client client = harness.client();
            for (int i = 0; i < COMMANDS; i++) {
                harness.nowMs += random.nextInt(3);
                expireModel(harness.nowMs);
                step(harness, client, random);
                if (i % 1000 == 0) {
                    harness.runner.expireKeys(harness.nowMs, 1_000_000);
                    compare(harness, client, random);
                }
            }
            compare(harness, client, random);
        }
    }

    private void expireModel(long nowMs) {
        expiry.entrySet()
                .removeIf(entry -> {
                    boolean expired = nowMs > entry.getValue();
                    if (expired) {
                        model.remove(entry.getKey());
                    }
                    return expired;
                });
    }

    @SuppressWarnings("unchecked") // What is not a string in the model is such a map.
    private Map<String, String> hash(String key) {
        return (Map<String, String>) model.computeIfAbsent(key, _ -> new HashMap<String, String>());
    }

    private boolean holdsString(String key) {
        return model.get(key) instanceof String;
    }

    private void forget(String key) {
        model.remove(key);
        expiry.remove(key);
    }

    private void step(CommandHarness harness, Client client, Random random) {
        // One tag, so that two keys of a command are in one slot.
        String tag = "{" + random.nextInt(3) + "}";
        String key = tag + random.nextInt(12);
        String other = tag + random.nextInt(12);
        String value =
                "v".repeat(random.nextInt(random.nextInt(20) == 0 ? 500 : 40))
                        + random.nextInt(1000);
        switch (random.nextInt(12)) {
            case 0 -> {
                harness.call(client, "SET", key, value);
                forget(key);
                model.put(key, value);
            }
            case 1, 2, 3, 4 -> putFields(harness, client, key, random);
            case 5, 6 -> removeFields(harness, client, key, random);
            case 7 -> {
                long deleted = harness.call(client, "DEL", key).integer();
                assertThat(deleted).isEqualTo(model.containsKey(key) ? 1 : 0);
                if (random.nextBoolean()) {
                    forget(key);
                } else {
                    forget(key);
                    harness.call(client, "SET", key, value, "PX", "50");
                    model.put(key, value);
                    expiry.put(key, harness.nowMs + 50);
                }
            }
            case 8 -> {
                Reply reply = harness.call(client, "RENAME", key, other);
                assertThat(reply.isError()).isEqualTo(!model.containsKey(key));
                if (model.containsKey(key) && !key.equals(other)) {
                    move(key, other);
                }
            }
            case 9 -> {
                Reply reply = harness.call(client, "COPY", key, other, "REPLACE");
                if (!reply.isError() && reply.integer() == 1) {
                    copy(key, other);
                }
            }
            case 10 -> {
                long set = harness.call(client, "PEXPIRE", key, "30").integer();
                assertThat(set).isEqualTo(model.containsKey(key) ? 1 : 0);
                if (set == 1) {
                    expiry.put(key, harness.nowMs + 30);
                }
            }
            default -> append(harness, client, key, value, random);
        }
    }

    private void putFields(CommandHarness harness, Client client, String key, Random random) {
        if (holdsString(key)) {
            return;
        }
        List<String> command = new ArrayList<>(List.of("HSET", key));
        Map<String, String> fields = hash(key);
        for (int i = 1 + random.nextInt(30); i > 0; i--) {
            String field =
                    random.nextInt(4) == 0 ? "" + random.nextInt(100) : "f" + random.nextInt(200);
            String value =
                    "x".repeat(random.nextInt(random.nextInt(30) == 0 ? 90 : 12))
                            + random.nextInt();
            command.add(field);
            command.add(value);
            fields.put(field, value);
        }
        harness.call(client, command);
    }

    private void removeFields(CommandHarness harness, Client client, String key, Random random) {
        if (holdsString(key) || !model.containsKey(key)) {
            return;
        }
        List<String> command = new ArrayList<>(List.of("HDEL", key));
        Map<String, String> fields = hash(key);
        List<String> there = new ArrayList<>(fields.keySet());
        int removed = 0;
        for (int i = 1 + random.nextInt(60); i > 0 && !there.isEmpty(); i--) {
            String field = there.get(random.nextInt(there.size()));
            command.add(field);
            removed += fields.remove(field) != null ? 1 : 0;
        }
        if (fields.isEmpty()) {
            forget(key);
        }
        assertThat(harness.call(client, command).integer()).isEqualTo(removed);
    }

    private void move(String key, String other) {
        Object value = model.get(key);
        Long at = expiry.get(key);
        forget(key);
        forget(other);
        model.put(other, value);
        if (at != null) {
            expiry.put(other, at);
        }
    }

    private void copy(String key, String other) {
        Object value = model.get(key);
        Long at = expiry.get(key);
        forget(other);
        model.put(other, value instanceof Map<?, ?> fields ? new HashMap<>(fields) : value);
        if (at != null) {
            expiry.put(other, at);
        }
    }

    private void append(
            CommandHarness harness, Client client, String key, String value, Random random) {
        if (model.containsKey(key) && !holdsString(key)) {
            return;
        }
        String old = model.containsKey(key) ? (String) model.get(key) : "";
        if (random.nextBoolean()) {
            harness.call(client, "APPEND", key, value);
            model.put(key, old + value);
        } else {
            int offset = random.nextInt(60);
            harness.call(client, "SETRANGE", key, "" + offset, value);
            var text = new StringBuilder(old);
            text.setLength(Math.max(old.length(), offset + value.length()));
            text.replace(offset, offset + value.length(), value);
            model.put(key, text.toString());
        }
    }

    private void compare(CommandHarness harness, Client client, Random random) {
        assertThat(scanAll(harness, client, random)).isEqualTo(model.keySet());
        for (Map.Entry<String, Object> entry : model.entrySet()) {
            String key = entry.getKey();
            if (entry.getValue() instanceof String text) {
                assertThat(harness.call(client, "GET", key).string()).isEqualTo(text);
            } else {
                Map<String, String> fields = new TreeMap<>();
                List<Reply> reply = harness.call(client, "HGETALL", key).elements();
                for (int i = 0; i < reply.size(); i += 2) {
                    fields.put(reply.get(i).string(), reply.get(i + 1).string());
                }
                assertThat(fields).isEqualTo(entry.getValue());
                assertThat(scanHash(harness, client, key, random)).isEqualTo(fields.keySet());
                checkSample(harness, client, key, fields.keySet(), random);
            }
            assertThat(harness.call(client, "PEXPIRETIME", key).integer())
                    .isEqualTo(expiry.getOrDefault(key, -1L));
        }
    }

    private static Set<String> scanAll(CommandHarness harness, Client client, Random random) {
        Set<String> seen = new HashSet<>();
        String cursor = "0";
        do {
            Reply reply =
                    harness.call(client, "SCAN", cursor, "COUNT", "" + (1 + random.nextInt(8)));
            cursor = reply.elements().getFirst().string();
            reply.elements().get(1).elements().forEach(key -> seen.add(key.string()));
        } while (!cursor.equals("0"));
        return seen;
    }

    private static Set<String> scanHash(
            CommandHarness harness, Client client, String key, Random random) {
        Set<String> seen = new HashSet<>();
        String cursor = "0";
        do {
            Reply reply =
                    harness.call(
                            client, "HSCAN", key, cursor, "COUNT", "" + (1 + random.nextInt(20)));
            cursor = reply.elements().getFirst().string();
            List<Reply> pairs = reply.elements().get(1).elements();
            for (int i = 0; i < pairs.size(); i += 2) {
                seen.add(pairs.get(i).string());
            }
        } while (!cursor.equals("0"));
        return seen;
    }

    private static void checkSample(
            CommandHarness harness, Client client, String key, Set<String> fields, Random random) {
        int wanted = 1 + random.nextInt(fields.size() + 3);
        List<String> sample =
                harness.call(client, "HRANDFIELD", key, "" + wanted).elements().stream()
                        .map(Reply::string)
                        .toList();
        assertThat(sample).doesNotHaveDuplicates().hasSize(Math.min(wanted, fields.size()));
        assertThat(fields).containsAll(sample);
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Random commands on hashes whose fields expire, in virtual time, against a model of plain maps, on the allocator that notices damage and
/// leaks; the limit of the small form changes meanwhile. A second node that runs the log of the first has the same.
class HashExpiryModelTest {
    private static final int COMMANDS = Integer.getInteger("model.operations", 6_000);

    /// @param untilMs when it expires, or 0
    private record Field(String value, long untilMs) {}

    private final Map<String, Map<String, Field>> model = new HashMap<>();

    /// Takes what was logged to the other node.
    private Runnable ship = () -> {};

    @ParameterizedTest
    @CsvSource({"1, false", "2, false", "3, true", "4, true"})
    void givenRandomCommands_whenComparedWithMaps_thenTheyAgreeAndNothingLeaks(
            long seed, boolean cluster) {
        var random = new Random(seed);
        try (var harness = new CommandHarness(cluster);
                var replica = new CommandHarness(cluster)) {
            Client client = harness.client();
            Client primary = replica.client();
            replica.mayExpire = false;
            primary.fromPrimary(true);
            ship =
                    () ->
                            harness.takeLog().stream()
                                    .filter(line -> line.startsWith("0: "))
                                    .forEach(line ->
                                            replica.call(
                                                    primary, line.substring(3).split(" ", -1)));
            for (int i = 0; i < COMMANDS; i++) {
                if (random.nextInt(8) == 0) {
                    harness.nowMs += random.nextInt(40);
                }
                replica.nowMs = harness.nowMs;
                step(harness, client, random);
                if (random.nextInt(20) == 0) {
                    harness.runner.expireKeys(harness.nowMs, 1_000_000_000);
                }
                ship.run();
                if (i % 300 == 0) {
                    compare(harness, client);
                    harness.runner.expireKeys(harness.nowMs, 1_000_000_000);
                    ship.run();
                    assertThat(replica.call(primary, "DEBUG", "DIGEST"))
                            .hasToString(harness.call(client, "DEBUG", "DIGEST").toString());
                }
            }
            compare(harness, client);
        }
    }

    private Map<String, Field> fields(String key, long nowMs) {
        Map<String, Field> fields = model.computeIfAbsent(key, _ -> new TreeMap<>());
        fields.values().removeIf(field -> field.untilMs != 0 && field.untilMs < nowMs);
        return fields;
    }

    private static String field(Random random) {
        return switch (random.nextInt(3)) {
            case 0 -> "" + random.nextInt(40);
            case 1 -> "f".repeat(random.nextInt(40) == 0 ? 70 : 1) + random.nextInt(200);
            default -> "f" + random.nextInt(30);
        };
    }

    private void step(CommandHarness harness, Client client, Random random) {
        String key = "{t}" + random.nextInt(6);
        String other = "{t}" + random.nextInt(6);
        long nowMs = harness.nowMs;
        Map<String, Field> fields = fields(key, nowMs);
        String field = field(random);
        Field old = fields.get(field);
        String value = random.nextBoolean() ? "" + random.nextInt(100_000) : "v" + field;
        long until = nowMs + 1 + random.nextInt(200);
        switch (random.nextInt(16)) {
            case 0, 1 -> {
                fields.put(field, new Field(value, 0));
                call(harness, client, "HSET", key, field, value);
            }
            case 2, 3, 4 -> {
                long reply = old == null ? -2 : 1;
                if (old != null) {
                    fields.put(field, new Field(old.value, until));
                }
                assertThat(
                                call(
                                                harness,
                                                client,
                                                "HPEXPIREAT",
                                                key,
                                                "" + until,
                                                "FIELDS",
                                                "1",
                                                field)
                                        .elements()
                                        .getFirst()
                                        .integer())
                        .isEqualTo(reply);
            }
            case 5, 6, 7 -> {
                var command = new ArrayList<>(List.of("HSETEX", key, "PXAT", "" + until, "FIELDS"));
                int count = 1 + random.nextInt(random.nextInt(10) == 0 ? 60 : 4);
                command.add("" + count);
                for (int i = 0; i < count; i++) {
                    String name = field(random);
                    command.addAll(List.of(name, value));
                    fields.put(name, new Field(value, until));
                }
                harness.call(client, command);
            }
            case 8 -> {
                fields.remove(field);
                assertThat(call(harness, client, "HDEL", key, field).integer())
                        .isEqualTo(old == null ? 0 : 1);
            }
            case 9 -> {
                if (old != null) {
                    fields.put(field, new Field(old.value, 0));
                }
                call(harness, client, "HPERSIST", key, "FIELDS", "1", field);
            }
            case 10 -> {
                boolean number = old == null || old.value.matches("\\d+");
                Reply reply = call(harness, client, "HINCRBY", key, field, "3");
                assertThat(reply.isError()).isEqualTo(!number);
                if (number) {
                    String sum = old == null ? "3" : "" + (Long.parseLong(old.value) + 3);
                    fields.put(field, new Field(sum, old == null ? 0 : old.untilMs));
                }
            }
            case 11 -> {
                fields.put(field, new Field(value, old == null ? 0 : old.untilMs));
                call(harness, client, "HSETEX", key, "KEEPTTL", "FIELDS", "1", field, value);
            }
            case 12 -> {
                if (!fields.isEmpty() && !key.equals(other)) {
                    call(harness, client, "COPY", key, other, "REPLACE");
                    model.put(other, new TreeMap<>(fields));
                }
            }
            case 13 -> {
                if (!fields.isEmpty() && !key.equals(other)) {
                    call(harness, client, "RENAME", key, other);
                    model.put(other, fields);
                    model.remove(key);
                }
            }
            case 14 -> {
                if (random.nextInt(4) == 0) {
                    call(harness, client, "DEL", key);
                    model.remove(key);
                } else if (!fields.isEmpty() && !key.equals(other)) {
                    String dump = call(harness, client, "DUMP", key).string();
                    call(harness, client, "DEL", other);
                    ship.run();
                    call(harness, client, "RESTORE", other, "0", dump);
                    model.put(other, new TreeMap<>(fields));
                    endRestored(harness, client, other);
                }
            }
            default ->
                    call(
                            harness,
                            client,
                            "CONFIG",
                            "SET",
                            "hash-max-listpack-entries",
                            "" + (random.nextInt(3) * 20));
        }
    }

    /// A payload is no text, so it does not go through the lines of the log: the key goes again.
    private void endRestored(CommandHarness harness, Client client, String key) {
        compare(harness, client, key);
        harness.log.clear();
        call(harness, client, "DEL", key);
        model.remove(key);
    }

    private static Reply call(CommandHarness harness, Client client, String... words) {
        return harness.call(client, words);
    }

    private void compare(CommandHarness harness, Client client) {
        for (int i = 0; i < 6; i++) {
            compare(harness, client, "{t}" + i);
        }
    }

    private void compare(CommandHarness harness, Client client, String key) {
        Map<String, Field> expected = fields(key, harness.nowMs);
        var found = new TreeMap<String, Field>();
        List<Reply> all = call(harness, client, "HGETALL", key).elements();
        for (int i = 0; i < all.size(); i += 2) {
            String name = all.get(i).string();
            long until =
                    call(harness, client, "HPEXPIRETIME", key, "FIELDS", "1", name)
                            .elements()
                            .getFirst()
                            .integer();
            found.put(name, new Field(all.get(i + 1).string(), Math.max(0, until)));
        }
        assertThat(found).isEqualTo(expected);
        assertThat(call(harness, client, "HRANDFIELD", key, "-3").elements())
                .allSatisfy(name -> assertThat(expected).containsKey(name.string()));
        int fields =
                call(harness, client, "HSCAN", key, "0", "COUNT", "100000")
                        .elements()
                        .get(1)
                        .elements()
                        .size();
        assertThat(fields / 2).isEqualTo(expected.size());
    }
}

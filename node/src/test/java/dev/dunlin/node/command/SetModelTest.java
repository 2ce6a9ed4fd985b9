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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Random set commands against a model of plain sets, on the allocator that notices damage and leaks; the limits of the small forms change
/// meanwhile.
class SetModelTest {
    private static final int COMMANDS = Integer.getInteger("model.operations", 5_000);

    private final Map<String, Set<String>> model = new HashMap<>();

    @ParameterizedTest
    @CsvSource({"1, false", "2, false", "3, true", "4, true"})
    void givenRandomCommands_whenComparedWithSets_thenTheyAgreeAndNothingLeaks(
            long seed, boolean cluster) {
        var random = new Random(seed);
        try (var harness = new CommandHarness(cluster)) {
            Client client = harness.client();
            for (int i = 0; i < COMMANDS; i++) {
                step(harness, client, random);
                if (i % 500 == 0) {
                    compare(harness, client, random);
                }
            }
            compare(harness, client, random);
        }
    }

    private Set<String> members(String key) {
        return model.getOrDefault(key, Set.of());
    }

    private void put(String key, Set<String> members) {
        if (members.isEmpty()) {
            model.remove(key);
        } else {
            model.put(key, members);
        }
    }

    private static String member(Random random) {
        return switch (random.nextInt(4)) {
            case 0 -> "" + (random.nextInt(100) - 50);
            case 1 -> "" + random.nextLong(-100_000, 100_000);
            default -> "m".repeat(random.nextInt(30) == 0 ? 70 : 1) + random.nextInt(400);
        };
    }

    private static List<String> anyMembers(Random random) {
        List<String> members = new ArrayList<>();
        boolean integers = random.nextInt(3) == 0;
        for (int i = 1 + random.nextInt(random.nextInt(8) == 0 ? 200 : 12); i > 0; i--) {
            members.add(integers ? "" + (random.nextInt(3000) - 1000) : member(random));
        }
        return members;
    }

    private void step(CommandHarness harness, Client client, Random random) {
        // One tag, so that the keys of a command are in one slot.
        String tag = "{" + random.nextInt(2) + "}";
        String key = tag + random.nextInt(7);
        String other = tag + random.nextInt(7);
        String third = tag + random.nextInt(7);
        switch (random.nextInt(16)) {
            case 0, 1, 2, 3 -> {
                List<String> members = anyMembers(random);
                Set<String> now = new HashSet<>(members(key));
                int before = now.size();
                now.addAll(members);
                put(key, now);
                assertThat(call(harness, client, "SADD", key, members))
                        .isEqualTo(now.size() - before);
            }
            case 4, 5 -> {
                List<String> members = anyMembers(random);
                Set<String> now = new HashSet<>(members(key));
                int before = now.size();
                now.removeAll(new HashSet<>(members));
                put(key, now);
                assertThat(call(harness, client, "SREM", key, members))
                        .isEqualTo(before - now.size());
            }
            case 6 -> pop(harness, client, key, random);
            case 7 -> move(harness, client, key, other, member(random));
            case 8 -> {
                Set<String> result = new HashSet<>(members(other));
                result.retainAll(members(third));
                store(harness, client, "SINTERSTORE", result, key, other, third);
            }
            case 9 -> {
                Set<String> result = new HashSet<>(members(other));
                result.addAll(members(third));
                store(harness, client, "SUNIONSTORE", result, key, other, third);
            }
            case 10 -> {
                Set<String> result = new HashSet<>(members(other));
                result.removeAll(members(third));
                result.removeAll(members(key));
                store(harness, client, "SDIFFSTORE", result, key, other, third, key);
            }
            case 11 -> {
                harness.call(client, "DEL", key);
                model.remove(key);
            }
            case 12 -> {
                if (model.containsKey(key) && !key.equals(other)) {
                    harness.call(client, "COPY", key, other, "REPLACE");
                    put(other, new HashSet<>(members(key)));
                }
            }
            case 13 -> {
                if (model.containsKey(key)) {
                    String dump = harness.call(client, "DUMP", key).string();
                    assertThat(harness.call(client, "RESTORE", other, "0", dump, "REPLACE").text())
                            .isEqualTo("OK");
                    put(other, new HashSet<>(members(key)));
                }
            }
            case 14 -> {
                String limit =
                        List.of(
                                        "set-max-intset-entries",
                                        "set-max-listpack-entries",
                                        "set-max-listpack-value")
                                .get(random.nextInt(3));
                harness.call(client, "CONFIG", "SET", limit, "" + (1 << random.nextInt(9)));
            }
            default -> sample(harness, client, key, random);
        }
    }

    private static long call(
            CommandHarness harness, Client client, String name, String key, List<String> members) {
        List<String> command = new ArrayList<>(List.of(name, key));
        command.addAll(members);
        return harness.call(client, command).integer();
    }

    private void store(
            CommandHarness harness,
            Client client,
            String name,
            Set<String> result,
            String... keys) {
        List<String> command = new ArrayList<>(List.of(name));
        command.addAll(List.of(keys));
        List<String> query = new ArrayList<>(command.subList(2, command.size()));
        query.addFirst(name.replace("STORE", ""));
        List<String> replied = strings(harness.call(client, query));
        assertThat(replied).doesNotHaveDuplicates();
        assertThat(new HashSet<>(replied)).isEqualTo(result);
        if (name.equals("SINTERSTORE")) {
            long limited =
                    harness.call(client, "SINTERCARD", "2", keys[1], keys[2], "LIMIT", "5")
                            .integer();
            assertThat(limited).isEqualTo(Math.min(5, result.size()));
        }
        assertThat(harness.call(client, command).integer()).isEqualTo(result.size());
        put(keys[0], result);
    }

    private void pop(CommandHarness harness, Client client, String key, Random random) {
        Set<String> now = new HashSet<>(members(key));
        if (random.nextInt(3) == 0) {
            Reply one = harness.call(client, "SPOP", key);
            assertThat(one.text().equals("nil") ? now.isEmpty() : now.remove(one.string()))
                    .isTrue();
        } else {
            int wanted = random.nextInt(now.size() + 3);
            List<String> popped = strings(harness.call(client, "SPOP", key, "" + wanted));
            assertThat(popped).doesNotHaveDuplicates().hasSize(Math.min(wanted, now.size()));
            assertThat(now.containsAll(popped)).isTrue();
            popped.forEach(now::remove);
        }
        put(key, now);
    }

    private void move(
            CommandHarness harness, Client client, String key, String other, String member) {
        Set<String> from = new HashSet<>(members(key));
        boolean there = from.contains(member);
        assertThat(harness.call(client, "SMOVE", key, other, member).integer())
                .isEqualTo(there ? 1 : 0);
        if (there && !key.equals(other)) {
            from.remove(member);
            Set<String> to = new HashSet<>(members(other));
            to.add(member);
            put(key, from);
            put(other, to);
        }
    }

    private void sample(CommandHarness harness, Client client, String key, Random random) {
        Set<String> now = members(key);
        int wanted = 1 + random.nextInt(now.size() + 3);
        List<String> some = strings(harness.call(client, "SRANDMEMBER", key, "" + wanted));
        assertThat(some).doesNotHaveDuplicates().hasSize(Math.min(wanted, now.size()));
        assertThat(now.containsAll(some)).isTrue();
        String member = member(random);
        assertThat(harness.call(client, "SISMEMBER", key, member).integer())
                .isEqualTo(now.contains(member) ? 1 : 0);
        assertThat(harness.call(client, "SCARD", key).integer()).isEqualTo(now.size());
    }

    private static List<String> strings(Reply reply) {
        return reply.elements().stream().map(Reply::string).toList();
    }

    private void compare(CommandHarness harness, Client client, Random random) {
        assertThat(harness.call(client, "DBSIZE").integer()).isEqualTo(model.size());
        model.forEach((key, members) -> {
            List<String> replied = strings(harness.call(client, "SMEMBERS", key));
            assertThat(replied).doesNotHaveDuplicates();
            assertThat(new HashSet<>(replied)).isEqualTo(members);
            assertThat(scan(harness, client, key, random)).isEqualTo(members);
        });
    }

    private static Set<String> scan(
            CommandHarness harness, Client client, String key, Random random) {
        Set<String> seen = new HashSet<>();
        String cursor = "0";
        do {
            String count = "" + (1 + random.nextInt(20));
            Reply reply = harness.call(client, "SSCAN", key, cursor, "COUNT", count);
            cursor = reply.elements().getFirst().string();
            seen.addAll(strings(reply.elements().get(1)));
        } while (!cursor.equals("0"));
        return seen;
    }
}

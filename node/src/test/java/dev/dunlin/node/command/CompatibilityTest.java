// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/// Keeps docs/compatibility.md true: which of Redis's commands a node has. `-Dcompatibility.update=true` writes it anew.
class CompatibilityTest {
    private static final Path PAGE = Path.of("../docs/compatibility.md");

    /// What a command does otherwise than in Redis, and why.
    private static final Map<String, String> NOTES =
            Map.ofEntries(
                    Map.entry(
                            "client|tracking",
                            "`ON` is refused with an error: there are no invalidation messages yet"),
                    Map.entry(
                            "debug",
                            "what tests need: `DIGEST`, `DIGEST-VALUE`, `OBJECT`, `SLEEP`, `SET-ACTIVE-EXPIRE`, `ERROR`"),
                    Map.entry(
                            "flushall",
                            "`SYNC` and `ASYNC` are the same: keys are gone at once, memory is freed in slices"),
                    Map.entry(
                            "flushdb",
                            "`SYNC` and `ASYNC` are the same: keys are gone at once, memory is freed in slices"),
                    Map.entry(
                            "dump",
                            "the times of a hash's fields are behind the value, where only nodes of this kind look; to others it is a hash without them"),
                    Map.entry(
                            "hexpire",
                            "an expired field is gone for every command, `HDEL` as well; `HLEN`, `EXISTS` and `TYPE` take account of it until it is removed"),
                    Map.entry(
                            "hsetex",
                            "replicas get `HSET` and `HPEXPIREAT`, so that one that does not know such times keeps the fields until it is sent `HDEL`; it refuses a transaction that sets such times"),
                    Map.entry(
                            "psync",
                            "hash fields keep their times in a full sync to a node of this kind; to Redis, which before 7.4 could not read them, the hash goes without"),
                    Map.entry(
                            "unlink",
                            "the same as `DEL`, which frees large values in slices as well"),
                    Map.entry(
                            "xinfo|stream",
                            "`radix-tree-nodes` is one more than `radix-tree-keys`: the index is another tree"),
                    Map.entry("xread", "`BLOCK` does not wait yet"),
                    Map.entry("xreadgroup", "`BLOCK` does not wait yet"));

    @Test
    void givenTheCommandTables_whenCompared_thenThePageSaysWhatIsThere() throws IOException {
        String page = page();
        if (Boolean.getBoolean("compatibility.update")) {
            Files.writeString(PAGE, page);
        }
        assertThat(Files.readString(PAGE))
                .as(
                        "docs/compatibility.md is out of date; write it anew: mvn -pl node -am test"
                                + " -Dtest=CompatibilityTest -Dsurefire.failIfNoSpecifiedTests=false"
                                + " -Dcompatibility.update=true")
                .isEqualTo(page);
    }

    private static String page() {
        var ours = new TreeSet<String>();
        new CommandTable(Families.all()).allRows().forEach(command -> ours.add(command.name()));
        Map<String, Map<String, String>> groups = new TreeMap<>();
        Set<String> theirs = new TreeSet<>();
        for (JsonNode row : rows()) {
            theirs.add(row.get("name").asText());
            Map<String, String> group =
                    groups.computeIfAbsent(row.get("group").asText(), _ -> new TreeMap<>());
            if (row.path("subcommands").isEmpty()) {
                group.put(row.get("name").asText(), row.path("since").asText());
            }
            for (JsonNode sub : row.path("subcommands")) {
                theirs.add(sub.get("name").asText());
                group.put(sub.get("name").asText(), sub.path("since").asText());
            }
        }
        List<String> lines = new ArrayList<>();
        lines.add("# Which of Redis's commands a node has");
        lines.add("");
        lines.add(
                "Written by a test from the command tables of both; what is there has the name, arity,");
        lines.add(
                "flags, keys and ACL categories of Redis's own row, and answers as Redis does unless a");
        lines.add(
                "note says otherwise. A command that is not there answers the standard error for unknown");
        lines.add("commands. Where Redis 7.2 differs from 7.0, a node does as 7.2 does.");
        lines.add("");
        lines.add("| group | there | missing |");
        lines.add("|---|---|---|");
        groups.forEach((group, commands) -> {
            var missing = new TreeSet<>(commands.keySet());
            missing.removeAll(ours);
            lines.add(
                    "| "
                            + group
                            + " | "
                            + (commands.size() - missing.size())
                            + " of "
                            + commands.size()
                            + " | "
                            + String.join(
                                    ", ", missing.stream().map(CompatibilityTest::shown).toList())
                            + " |");
        });
        lines.add("");
        lines.add("| command | note |");
        lines.add("|---|---|");
        new TreeMap<>(NOTES)
                .forEach((command, note) -> lines.add("| " + shown(command) + " | " + note + " |"));
        var more = new TreeSet<>(ours);
        more.removeAll(theirs);
        if (!more.isEmpty()) {
            lines.add("");
            lines.add(
                    "Besides, from later versions of Redis and of Valkey: "
                            + String.join(
                                    ", ", more.stream().map(CompatibilityTest::shown).toList())
                            + ".");
        }
        return String.join("\n", lines) + "\n";
    }

    private static String shown(String name) {
        return "`" + name.replace('|', ' ').toUpperCase(Locale.ROOT) + "`";
    }

    private static List<JsonNode> rows() {
        var rows = new ArrayList<JsonNode>();
        try (InputStream in =
                Objects.requireNonNull(
                        CompatibilityTest.class.getResourceAsStream("/commands.jsonl"))) {
            for (String line : new String(in.readAllBytes(), UTF_8).lines().toList()) {
                rows.add(new ObjectMapper().readTree(line));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return rows;
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Test;

/// Our command table against what a real server says of its own (`commands.jsonl`, read off with COMMAND and COMMAND DOCS).
class CommandTableTest {
    private final Map<String, JsonNode> real = read();

    private static Map<String, JsonNode> read() {
        var rows = new TreeMap<String, JsonNode>();
        var mapper = new ObjectMapper();
        try (var in =
                new BufferedReader(
                        new InputStreamReader(
                                Objects.requireNonNull(
                                        CommandTableTest.class.getResourceAsStream(
                                                "/commands.jsonl")),
                                UTF_8))) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                JsonNode row = mapper.readTree(line);
                rows.put(row.get("name").asText(), row);
                row.path("subcommands").forEach(sub -> rows.put(sub.get("name").asText(), sub));
            }
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
        return rows;
    }

    @Test
    void givenEveryCommandOfOurs_whenComparedWithARealServers_thenTheRowsAreTheSame() {
        var softly = new SoftAssertions();
        var missing = new TreeSet<>(real.keySet());
        for (Command command : new CommandTable(Families.all()).allRows()) {
            missing.remove(command.name());
            JsonNode row = real.get(command.name());
            if (row != null) {
                softly.assertThat(ours(command)).as(command.name()).isEqualTo(theirs(row));
            }
        }
        softly.assertAll();
        System.out.println("commands that a real server has and this does not: " + missing);
    }

    @Test
    void givenTheRealTable_whenRead_thenItIsNotEmpty() {
        assertThat(real).containsKeys("get", "hset", "object|encoding").hasSizeGreaterThan(300);
    }

    private static String ours(Command command) {
        var flags = new TreeSet<String>();
        command.flags().forEach(flag -> flags.add(flag.wireName()));
        var categories = new TreeSet<String>();
        command.categories().forEach(category -> categories.add("@" + category));
        List<String> specs = new ArrayList<>();
        for (KeySpec spec : command.keySpecs()) {
            specs.add(new TreeSet<>(spec.flags()) + " " + begin(spec.begin()) + find(spec.find()));
        }
        return describe(
                command.arity(),
                flags,
                command.firstKey(),
                command.lastKey(),
                command.keyStep(),
                categories,
                specs);
    }

    private static String describe(
            int arity,
            Set<String> flags,
            int first,
            int last,
            int step,
            Set<String> categories,
            List<String> specs) {
        return "arity %d, flags %s, keys %d %d %d, categories %s, specs %s"
                .formatted(arity, flags, first, last, step, categories, specs);
    }

    private static String begin(KeySpec.Begin begin) {
        return switch (begin) {
            case KeySpec.Begin.Index(int position) -> "index " + position;
            case KeySpec.Begin.Keyword(String word, int from) -> "keyword " + word + " " + from;
            case KeySpec.Begin.Unknown() -> "unknown";
        };
    }

    private static String find(KeySpec.Find find) {
        return switch (find) {
            case KeySpec.Find.Range(int last, int step, int limit) ->
                    " range " + last + " " + step + " " + limit;
            case KeySpec.Find.KeyNumber(int number, int first, int step) ->
                    " keynum " + number + " " + first + " " + step;
            case KeySpec.Find.Unknown() -> " unknown";
        };
    }

    private static String theirs(JsonNode row) {
        List<String> specs = new ArrayList<>();
        for (JsonNode spec : row.path("keyspecs")) {
            specs.add(
                    words(spec.get("flags"))
                            + " "
                            + theirBegin(spec.get("begin_search"))
                            + theirFind(spec.get("find_keys")));
        }
        return describe(
                row.get("arity").asInt(),
                words(row.get("flags")),
                row.get("first").asInt(),
                row.get("last").asInt(),
                row.get("step").asInt(),
                words(row.get("acl")),
                specs);
    }

    private static Set<String> words(JsonNode array) {
        var words = new TreeSet<String>();
        array.forEach(word -> words.add(word.asText()));
        return words;
    }

    private static String theirBegin(JsonNode begin) {
        JsonNode spec = begin.get("spec");
        return switch (begin.get("type").asText()) {
            case "index" -> "index " + spec.get("index").asInt();
            case "keyword" ->
                    "keyword " + spec.get("keyword").asText() + " " + spec.get("startfrom").asInt();
            default -> "unknown";
        };
    }

    private static String theirFind(JsonNode find) {
        JsonNode spec = find.get("spec");
        return switch (find.get("type").asText()) {
            case "range" ->
                    " range "
                            + spec.get("lastkey").asInt()
                            + " "
                            + spec.get("keystep").asInt()
                            + " "
                            + spec.get("limit").asInt();
            case "keynum" ->
                    " keynum "
                            + spec.get("keynumidx").asInt()
                            + " "
                            + spec.get("firstkey").asInt()
                            + " "
                            + spec.get("keystep").asInt();
            default -> " unknown";
        };
    }
}

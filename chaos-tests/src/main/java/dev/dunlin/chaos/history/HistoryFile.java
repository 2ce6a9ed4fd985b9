// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.chaos.history;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The history as JSON Lines: a header line, then one object per event with fields in a fixed order.
///
/// `{"i":1042,"t":81234567,"p":7,"k":"invoke","f":"write","key":"{a}3","v":"7:211","node":"n2"}`: `i` index, `t`
/// nanoseconds since the origin, `p` process, `k` kind, `f` function, `v` value, `d` detail. Absent `v` means null.
///
/// Thread: a writer has one owner.
public final class HistoryFile implements AutoCloseable {
    private static final JsonFactory JSON = new JsonFactory();
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final Writer out;
    private final JsonGenerator json;

    private HistoryFile(Writer out) throws IOException {
        this.out = out;
        this.json = JSON.createGenerator(out);
        // One object per line: the separator between root values is the line end that we write.
        json.setRootValueSeparator(null);
        json.disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
    }

    /// Creates the file and writes its header line.
    public static HistoryFile create(Path file, HistoryHeader header) throws IOException {
        Writer out = Files.newBufferedWriter(file, StandardCharsets.UTF_8);
        var history = new HistoryFile(out);
        history.json.writeStartObject();
        history.json.writeNumberField("seed", header.seed());
        history.json.writeStringField("scenario", header.scenario());
        history.json.writeStringField("server", header.server());
        history.json.writeStringField("environment", header.environment());
        history.json.writeNumberField("nodeTimeoutMs", header.nodeTimeoutMs());
        history.json.writeNumberField("originEpochMs", header.originEpochMs());
        history.json.writeEndObject();
        history.endLine();
        return history;
    }

    /// Appends one event.
    public void append(Event event) throws IOException {
        json.writeStartObject();
        json.writeNumberField("i", event.index());
        json.writeNumberField("t", event.timeNs());
        json.writeNumberField("p", event.process());
        json.writeStringField("k", event.kind().word());
        json.writeStringField("f", event.function());
        json.writeStringField("key", event.key());
        writeOptional("v", event.value());
        json.writeStringField("node", event.node());
        writeOptional("d", event.detail());
        json.writeEndObject();
        endLine();
    }

    /// Reads the header and the events of a file.
    public static Recording read(Path file) throws IOException {
        try (BufferedReader in = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
            String first = in.readLine();
            if (first == null) {
                throw new IOException("empty history file: " + file);
            }
            HistoryHeader header = MAPPER.readValue(first, HistoryHeader.class);
            List<Event> events = new ArrayList<>();
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                events.add(parse(MAPPER.readTree(line)));
            }
            return new Recording(header, new History(events));
        }
    }

    @Override
    public void close() throws IOException {
        json.close();
        out.close();
    }

    /// A history with the header it was recorded under.
    public record Recording(HistoryHeader header, History history) {}

    private void writeOptional(String name, @Nullable String value) throws IOException {
        if (value != null) {
            json.writeStringField(name, value);
        }
    }

    private void endLine() throws IOException {
        json.flush();
        out.write('\n');
    }

    private static Event parse(JsonNode node) throws IOException {
        return new Event(
                required(node, "i").longValue(),
                required(node, "t").longValue(),
                required(node, "p").intValue(),
                kind(required(node, "k").textValue()),
                required(node, "f").textValue(),
                required(node, "key").textValue(),
                optionalText(node, "v"),
                required(node, "node").textValue(),
                optionalText(node, "d"));
    }

    private static @Nullable String optionalText(JsonNode node, String name) {
        JsonNode field = node.get(name);
        return field == null ? null : field.textValue();
    }

    private static JsonNode required(JsonNode node, String name) throws IOException {
        JsonNode field = node.get(name);
        if (field == null) {
            throw new IOException("history line without field " + name + ": " + node);
        }
        return field;
    }

    private static Event.Kind kind(@Nullable String word) throws IOException {
        for (Event.Kind kind : Event.Kind.values()) {
            if (kind.word().equals(word)) {
                return kind;
            }
        }
        throw new IOException("unknown event kind: " + word);
    }
}

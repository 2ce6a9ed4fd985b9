// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.controlplane.workflow;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import dev.dunlin.clusterbus.model.NodeId;
import dev.dunlin.clusterbus.model.SlotRange;
import dev.dunlin.clusterbus.model.SlotSet;
import dev.dunlin.controlplane.topology.HostPort;
import java.io.IOException;
import java.util.function.Function;

/// How plans and journal records are written: one line of JSON, ids, addresses and slot sets in their usual text form.
final class JournalCodec {
    private static final ObjectMapper MAPPER = mapper();

    private JournalCodec() {}

    private static ObjectMapper mapper() {
        var module = new SimpleModule();
        text(module, NodeId.class, NodeId::value, NodeId::new);
        text(module, HostPort.class, HostPort::toString, JournalCodec::hostPort);
        text(module, SlotSet.class, SlotSet::toString, JournalCodec::slots);
        return JsonMapper.builder()
                .addModule(module)
                .enable(MapperFeature.SORT_PROPERTIES_ALPHABETICALLY)
                .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                .build();
    }

    private static <T> void text(
            SimpleModule module,
            Class<T> type,
            Function<T, String> write,
            Function<String, T> read) {
        module.addSerializer(
                type,
                new JsonSerializer<>() {
                    @Override
                    public void serialize(
                            T value, JsonGenerator generator, SerializerProvider provider)
                            throws IOException {
                        generator.writeString(write.apply(value));
                    }
                });
        module.addDeserializer(
                type,
                new JsonDeserializer<>() {
                    @Override
                    public T deserialize(JsonParser parser, DeserializationContext context)
                            throws IOException {
                        try {
                            return read.apply(parser.getValueAsString(""));
                        } catch (IllegalArgumentException e) {
                            throw new IOException("not a " + type.getSimpleName(), e);
                        }
                    }
                });
    }

    private static HostPort hostPort(String text) {
        HostPort address = HostPort.parse(text);
        if (address == null) {
            throw new IllegalArgumentException("not HOST:PORT: " + text);
        }
        return address;
    }

    private static SlotSet slots(String text) {
        var slots = SlotSet.builder();
        for (String range : text.split(" ", -1)) {
            if (range.isEmpty()) {
                continue;
            }
            int dash = range.indexOf('-');
            int first = Integer.parseInt(dash < 0 ? range : range.substring(0, dash));
            int last = dash < 0 ? first : Integer.parseInt(range.substring(dash + 1));
            slots.add(new SlotRange(first, last));
        }
        return slots.build();
    }

    /// {@return the value as one line of JSON}
    static String write(Object value) {
        try {
            return MAPPER.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("every journal record can be written", e);
        }
    }

    /// {@return the value that [#write] wrote}
    ///
    /// Throws [IOException] when the text is none.
    static <T> T read(String json, Class<T> type) throws IOException {
        return MAPPER.readValue(json, type);
    }
}

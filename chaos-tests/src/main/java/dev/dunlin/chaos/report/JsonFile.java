// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.chaos.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// How all reports look that are for machines: indented, one value to a file.
final class JsonFile {
    private static final ObjectMapper MAPPER =
            new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    private JsonFile() {}

    /// {@return a report that begins with what could not run}
    static ObjectNode report(List<String> notRun, long seed) {
        ObjectNode root = MAPPER.createObjectNode();
        root.put("seed", seed);
        ArrayNode missing = root.putArray("notRun");
        notRun.forEach(missing::add);
        return root;
    }

    static ArrayNode list() {
        return MAPPER.createArrayNode();
    }

    static void write(Path file, JsonNode content) throws IOException {
        Files.writeString(file, MAPPER.writeValueAsString(content) + "\n");
    }
}

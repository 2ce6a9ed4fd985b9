// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.deploy;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import com.bertramlabs.plugins.hcl4j.HCLParser;
import com.bertramlabs.plugins.hcl4j.HCLParserException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The Terraform module as far as it can be judged without Terraform: it parses, its names agree, and what it hands to the chart is
/// what the chart takes. Format, types and the provider's schema are `terraform/check`'s.
class TerraformTest {
    private static final Path MODULE = Path.of("terraform");
    private static final Pattern USE = Pattern.compile("\\bvar\\.([a-z_]+)");
    private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());

    @TempDir private Path temp;

    @Test
    void givenEveryFile_whenParsed_thenItIsTerraform() throws IOException {
        try (Stream<Path> files = Files.walk(MODULE)) {
            List<Path> sources = files.filter(file -> file.toString().endsWith(".tf")).toList();
            assertThat(sources).hasSizeGreaterThanOrEqualTo(5);
            assertThat(sources)
                    .allSatisfy(file ->
                            assertThatCode(() -> parse(file))
                                    .as("%s", file)
                                    .doesNotThrowAnyException());
        }
    }

    @Test
    void givenTheVariables_whenUsed_thenEachIsDeclaredDescribedTypedAndNeeded() throws IOException {
        Map<String, Object> variables = block(parse(MODULE.resolve("variables.tf")), "variable");
        Set<String> used = new TreeSet<>();
        for (String file : List.of("main.tf", "outputs.tf")) {
            USE.matcher(Files.readString(MODULE.resolve(file)))
                    .results()
                    .forEach(use -> used.add(use.group(1)));
        }

        assertThat(new TreeSet<>(variables.keySet())).isEqualTo(used);
        assertThat(variables)
                .allSatisfy((name, variable) ->
                        assertThat(map(variable))
                                .as("%s", name)
                                .containsKeys("description", "type", "default"));
    }

    @Test
    void givenTheExample_whenItCallsTheModule_thenItSetsOnlyWhatThereIs() throws IOException {
        Map<String, Object> call =
                map(
                        block(parse(MODULE.resolve("examples/minimal/main.tf")), "module")
                                .get("dunlin"));
        Set<String> variables = block(parse(MODULE.resolve("variables.tf")), "variable").keySet();

        call.remove("source");
        assertThat(variables).containsAll(call.keySet());
    }

    @Test
    void givenOnlyDefaults_whenTheModuleFillsTheChart_thenTheChartTakesThem() throws IOException {
        Path values = temp.resolve("values.yaml");
        YAML.writeValue(values.toFile(), defaults());

        Chart chart = Chart.strict(Chart.helm("default.yaml").withValuesFile(values).call());

        assertThat(chart.shards())
                .extracting(set -> set.getMetadata().getName())
                .containsExactly("dunlin-shard-0", "dunlin-shard-1", "dunlin-shard-2");
    }

    @Test
    void givenTheDefaults_whenComparedWithTheCharts_thenBothMeanTheSameCluster()
            throws IOException {
        JsonNode chart = YAML.readTree(Chart.FOLDER.resolve("values.yaml").toFile());
        Map<String, Object> cluster = map(defaults().get("cluster"));

        assertThat(cluster)
                .containsEntry("shards", chart.at("/cluster/shards").asInt())
                .containsEntry("replicas", chart.at("/cluster/replicas").asInt())
                .containsEntry("acceptNoReplica", false);
        assertThat(YAML.<JsonNode>valueToTree(map(defaults().get("resources"))))
                .isEqualTo(chart.get("resources"));
    }

    /// What `local.values` is when every variable has its default.
    private static Map<String, Object> defaults() throws IOException {
        Map<String, Object> variables = block(parse(MODULE.resolve("variables.tf")), "variable");
        Map<String, Object> locals = block(parse(MODULE.resolve("main.tf")), "locals");
        return map(filled(block(locals, "values"), variables));
    }

    private static Object filled(Object value, Map<String, Object> variables) {
        if (value instanceof Map<?, ?> entries) {
            Map<String, Object> result = new LinkedHashMap<>();
            entries.forEach((key, each) -> result.put((String) key, filled(each, variables)));
            return result;
        }
        // The parser leaves a use of a variable as an object of its own, which prints as it was
        // written.
        var use = USE.matcher(value.toString());
        if (!use.matches()) {
            return value;
        }
        Object standard = requireNonNull(block(variables, use.group(1)).get("default"));
        return standard instanceof Double number ? (Object) number.intValue() : standard;
    }

    private static Map<String, Object> parse(Path file) throws IOException {
        try {
            return new HCLParser().parse(Files.readString(file));
        } catch (HCLParserException e) {
            throw new IOException(file + ": " + e.getMessage(), e);
        }
    }

    private static Map<String, Object> block(Map<String, Object> file, String name) {
        return map(file.get(name));
    }

    @SuppressWarnings("unchecked") // The parser's maps have names as keys.
    private static Map<String, Object> map(@Nullable Object value) {
        assertThat(value).isInstanceOf(Map.class);
        return (Map<String, Object>) requireNonNull(value);
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.deploy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.BeanDescription;
import com.fasterxml.jackson.databind.DeserializationConfig;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.deser.BeanDeserializerBuilder;
import com.fasterxml.jackson.databind.deser.BeanDeserializerModifier;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.marcnuri.helm.Helm;
import com.marcnuri.helm.LintResult;
import com.marcnuri.helm.TemplateCommand;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// The chart as a real Helm renders it, and its objects as Kubernetes's own classes.
///
/// A field that Kubernetes does not know fails, where its API server would drop it or refuse the object.
final class Chart {
    static final Path FOLDER = Path.of("helm/dunlin");
    static final String RELEASE = "orders-db";
    static final String NAMESPACE = "shop";

    private static final Map<String, Class<? extends HasMetadata>> KINDS =
            Map.of(
                    "v1/ConfigMap", ConfigMap.class,
                    "v1/Service", Service.class,
                    "v1/ServiceAccount", ServiceAccount.class,
                    "apps/v1/StatefulSet", StatefulSet.class,
                    "networking.k8s.io/v1/NetworkPolicy", NetworkPolicy.class,
                    "policy/v1/PodDisruptionBudget", PodDisruptionBudget.class);

    private final List<HasMetadata> objects;

    private Chart(List<HasMetadata> objects) {
        this.objects = objects;
    }

    /// {@return what `values` of this module's test resources renders}
    static Chart rendered(String values) throws JsonProcessingException {
        return strict(helm(values).call());
    }

    /// A Helm command to which a test adds values; calling it throws what Helm has to say.
    static TemplateCommand helm(String values) {
        return new Helm(FOLDER)
                .template()
                .withName(RELEASE)
                .withNamespace(NAMESPACE)
                .withKubeVersion("1.31.0")
                .withValuesFile(Path.of("src/test/resources/values", values));
    }

    static LintResult lint() {
        return new Helm(FOLDER).lint().strict().call();
    }

    /// {@return the objects of rendered `manifests`}
    ///
    /// @throws JsonProcessingException at the first field or kind that Kubernetes does not know
    static Chart strict(String manifests) throws JsonProcessingException {
        var yaml = new YAMLFactory();
        ObjectMapper mapper = new ObjectMapper(yaml);
        mapper.enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);
        mapper.registerModule(new SimpleModule().setDeserializerModifier(new NoUnknownFields()));
        List<HasMetadata> objects = new ArrayList<>();
        for (String document : manifests.split("(?m)^---\\s*$", -1)) {
            JsonNode tree = mapper.readTree(document);
            if (tree == null || tree.isMissingNode() || tree.isNull()) {
                continue;
            }
            String kind = tree.path("apiVersion").asText() + "/" + tree.path("kind").asText();
            Class<? extends HasMetadata> type = KINDS.get(kind);
            if (type == null) {
                throw new IllegalArgumentException("no such kind: " + kind);
            }
            objects.add(mapper.treeToValue(tree, type));
        }
        return new Chart(List.copyOf(objects));
    }

    List<HasMetadata> objects() {
        return objects;
    }

    <T extends HasMetadata> List<T> all(Class<T> type) {
        return objects.stream().filter(type::isInstance).map(type::cast).toList();
    }

    <T extends HasMetadata> T named(Class<T> type, String name) {
        return all(type).stream()
                .filter(object -> object.getMetadata().getName().equals(name))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no " + type.getSimpleName() + " " + name));
    }

    /// The StatefulSets of nodes, in the shards' order.
    List<StatefulSet> shards() {
        return all(StatefulSet.class).stream()
                .filter(set -> set.getMetadata().getLabels().containsKey("dunlin.io/shard"))
                .toList();
    }

    /// The model's classes collect unknown fields in a map; without that map they are errors.
    private static final class NoUnknownFields extends BeanDeserializerModifier {
        @Override
        public BeanDeserializerBuilder updateBuilder(
                DeserializationConfig config,
                BeanDescription description,
                BeanDeserializerBuilder builder) {
            builder.setAnySetter(null);
            return builder;
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.deploy;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.marcnuri.helm.LintResult;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The chart through a real Helm: what it renders is what Kubernetes knows, and says what the nodes need.
class ChartTest {
    private static final String DEFAULT = "default.yaml";
    private static final String PRODUCTION = "production.yaml";
    private static final String SMALLEST = "smallest.yaml";

    @Test
    void givenTheChart_whenLintedStrictly_thenNothingIsWrong() {
        LintResult result = Chart.lint();

        assertThat(result.isFailed()).as("%s", result.getMessages()).isFalse();
        assertThat(result.getMessages()).noneMatch(message -> message.contains("WARNING"));
    }

    @ParameterizedTest
    @ValueSource(strings = {DEFAULT, PRODUCTION, SMALLEST})
    void givenAnyValues_whenRendered_thenObjectsAreKnownLabelledAndNamedOnce(String values)
            throws JsonProcessingException {
        Chart chart = Chart.rendered(values);

        assertThat(chart.objects())
                .allSatisfy(object -> {
                    assertThat(object.getMetadata().getNamespace()).isEqualTo(Chart.NAMESPACE);
                    // A Service's name is a DNS label, and pods append their number.
                    assertThat(object.getMetadata().getName())
                            .matches("[a-z]([-a-z0-9]{0,58}[a-z0-9])?");
                    assertThat(object.getMetadata().getLabels())
                            .containsEntry("app.kubernetes.io/instance", Chart.RELEASE)
                            .containsEntry("app.kubernetes.io/managed-by", "Helm");
                });
        assertThat(chart.objects().stream().map(ChartTest::identity)).doesNotHaveDuplicates();
    }

    @Test
    void givenAFieldThatKubernetesDoesNotKnow_whenRead_thenItIsRefused() {
        // The other tests are worth nothing if this one fails.
        assertThatThrownBy(() ->
                        Chart.strict(
                                """
                                apiVersion: policy/v1
                                kind: PodDisruptionBudget
                                metadata: {name: a}
                                spec: {minAvailible: 1}
                                """))
                .isInstanceOf(UnrecognizedPropertyException.class)
                .hasMessageContaining("minAvailible");
    }

    @Test
    void givenShardsAndReplicas_whenRendered_thenEachShardIsAStatefulSetOfItsOwn()
            throws JsonProcessingException {
        assertThat(Chart.rendered(DEFAULT).shards())
                .extracting(set -> set.getMetadata().getName(), set -> set.getSpec().getReplicas())
                .containsExactly(
                        tuple("orders-db-dunlin-shard-0", 2),
                        tuple("orders-db-dunlin-shard-1", 2),
                        tuple("orders-db-dunlin-shard-2", 2));
        assertThat(Chart.rendered(PRODUCTION).shards())
                .hasSize(6)
                .allMatch(set -> set.getSpec().getReplicas() == 3);
    }

    @ParameterizedTest
    @ValueSource(strings = {DEFAULT, PRODUCTION, SMALLEST})
    void givenANode_whenItAnnouncesItsHostname_thenThatIsItsPodsNameInTheHeadlessService(
            String values) throws JsonProcessingException {
        Chart chart = Chart.rendered(values);
        String domain = values.equals(PRODUCTION) ? "prod.example" : "cluster.local";

        for (StatefulSet shard : chart.shards()) {
            Service headless = chart.named(Service.class, shard.getSpec().getServiceName());
            assertThat(headless.getSpec().getClusterIP()).isEqualTo("None");
            assertThat(headless.getSpec().getPublishNotReadyAddresses()).isTrue();
            assertThat(shard.getSpec().getTemplate().getMetadata().getLabels())
                    .containsAllEntriesOf(headless.getSpec().getSelector());
            assertThat(argument(node(shard), "--cluster-announce-hostname"))
                    .isEqualTo(
                            "$(POD_NAME)."
                                    + headless.getMetadata().getName()
                                    + ".shop.svc."
                                    + domain);
            assertThat(node(shard).getEnv())
                    .anySatisfy(env -> {
                        assertThat(env.getName()).isEqualTo("POD_NAME");
                        assertThat(env.getValueFrom().getFieldRef().getFieldPath())
                                .isEqualTo("metadata.name");
                    });
        }
        assertThat(conf(chart)).contains("cluster-preferred-endpoint-type hostname\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {DEFAULT, PRODUCTION})
    void givenTheControlPlane_whenToldItsSeeds_thenTheyAreAllPodsShardByShard(String values)
            throws JsonProcessingException {
        Chart chart = Chart.rendered(values);
        List<String> hostnames = new ArrayList<>();
        for (StatefulSet shard : chart.shards()) {
            for (int pod = 0; pod < shard.getSpec().getReplicas(); pod++) {
                String name = shard.getMetadata().getName() + "-" + pod;
                hostnames.add(
                        argument(node(shard), "--cluster-announce-hostname")
                                        .replace("$(POD_NAME)", name)
                                + ":"
                                + node(shard).getPorts().getFirst().getContainerPort());
            }
        }

        Container control =
                control(chart).getSpec().getTemplate().getSpec().getContainers().getFirst();

        assertThat(argument(control, "--seeds")).isEqualTo(String.join(",", hostnames));
        assertThat(argument(control, "--ensure-shards"))
                .isEqualTo(Integer.toString(chart.shards().size()));
        assertThat(argument(control, "--ensure-replicas"))
                .isEqualTo(Integer.toString(chart.shards().getFirst().getSpec().getReplicas() - 1));
    }

    @ParameterizedTest
    @ValueSource(strings = {DEFAULT, PRODUCTION})
    void givenAShard_whenDisrupted_thenItsOneBudgetKeepsAllButOnePod(String values)
            throws JsonProcessingException {
        Chart chart = Chart.rendered(values);
        List<PodDisruptionBudget> budgets = chart.all(PodDisruptionBudget.class);

        assertThat(budgets).hasSameSizeAs(chart.shards());
        for (int i = 0; i < budgets.size(); i++) {
            StatefulSet shard = chart.shards().get(i);
            // An integer: a percentage would round in the wrong direction.
            assertThat(budgets.get(i).getSpec().getMinAvailable())
                    .isEqualTo(new IntOrString(shard.getSpec().getReplicas() - 1));
            assertThat(budgets.get(i).getSpec().getSelector().getMatchLabels())
                    .isEqualTo(shard.getSpec().getSelector().getMatchLabels());
        }
    }

    @Test
    void givenNoReplicas_whenABudgetIsWanted_thenItKeepsTheOnlyPod()
            throws JsonProcessingException {
        Chart chart = Chart.strict(Chart.helm(SMALLEST).set("pdb.enabled", true).call());

        assertThat(chart.all(PodDisruptionBudget.class))
                .hasSize(3)
                .allMatch(pdb -> pdb.getSpec().getMinAvailable().equals(new IntOrString(1)));
    }

    @ParameterizedTest
    @ValueSource(strings = {DEFAULT, PRODUCTION, SMALLEST})
    void givenAnyPod_whenRendered_thenItPassesTheRestrictedPodSecurityStandard(String values)
            throws JsonProcessingException {
        for (StatefulSet set : Chart.rendered(values).all(StatefulSet.class)) {
            PodSpec pod = set.getSpec().getTemplate().getSpec();
            assertThat(pod.getAutomountServiceAccountToken()).isFalse();
            assertThat(pod.getSecurityContext().getRunAsNonRoot()).isTrue();
            assertThat(pod.getSecurityContext().getSeccompProfile().getType())
                    .isEqualTo("RuntimeDefault");
            for (Container container : pod.getContainers()) {
                assertThat(container.getSecurityContext().getAllowPrivilegeEscalation()).isFalse();
                assertThat(container.getSecurityContext().getReadOnlyRootFilesystem()).isTrue();
                assertThat(container.getSecurityContext().getCapabilities().getDrop())
                        .containsExactly("ALL");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {DEFAULT, PRODUCTION, SMALLEST})
    void givenAnyPod_whenRendered_thenSelectorsPortsAndVolumesFitTogether(String values)
            throws JsonProcessingException {
        Chart chart = Chart.rendered(values);

        for (StatefulSet set : chart.all(StatefulSet.class)) {
            PodSpec pod = set.getSpec().getTemplate().getSpec();
            List<String> volumes = new ArrayList<>();
            pod.getVolumes().forEach(volume -> volumes.add(volume.getName()));
            set.getSpec()
                    .getVolumeClaimTemplates()
                    .forEach(claim -> volumes.add(claim.getMetadata().getName()));
            assertThat(volumes).doesNotHaveDuplicates();
            for (Container container : pod.getContainers()) {
                assertThat(container.getVolumeMounts())
                        .allMatch(mount -> volumes.contains(mount.getName()));
                assertThat(container.getVolumeMounts()).hasSameSizeAs(volumes);
            }
            assertThat(set.getSpec().getTemplate().getMetadata().getLabels())
                    .containsAllEntriesOf(set.getSpec().getSelector().getMatchLabels());
        }
        for (Service service : chart.all(Service.class)) {
            assertThat(chart.all(StatefulSet.class))
                    .as(service.getMetadata().getName())
                    .anyMatch(set -> serves(set, service));
        }
    }

    @Test
    void givenALargeMemoryLimit_whenANodeStarts_thenItMayLoadAsLongAsThatTakes()
            throws JsonProcessingException {
        Probe small = node(Chart.rendered(DEFAULT).shards().getFirst()).getStartupProbe();
        Probe large = node(Chart.rendered(PRODUCTION).shards().getFirst()).getStartupProbe();

        assertThat(small.getFailureThreshold() * small.getPeriodSeconds()).isEqualTo(300);
        // 64 GiB at 100 MB/s.
        assertThat(large.getFailureThreshold() * large.getPeriodSeconds()).isBetween(687, 692);
    }

    @Test
    void givenProbes_whenTheyRun_thenKubernetesWaitsLongerThanTheyDo()
            throws JsonProcessingException {
        Container node = node(Chart.rendered(DEFAULT).shards().getFirst());

        assertThat(node.getLivenessProbe().getExec().getCommand())
                .endsWith("dev.dunlin.deploy.Probe", "live", "6379", "5000");
        assertThat(node.getReadinessProbe().getExec().getCommand())
                .endsWith("dev.dunlin.deploy.Probe", "ready", "6379", "5000");
        assertThat(node.getLivenessProbe().getTimeoutSeconds()).isEqualTo(6);
    }

    @Test
    void givenDirectives_whenRendered_thenRedisConfHasThemInItsOwnForm()
            throws JsonProcessingException {
        assertThat(conf(Chart.rendered(PRODUCTION)).lines())
                .contains(
                        "port 7001",
                        "maxmemory 51539607552", // 75 % of 64 GiB
                        "appendonly yes",
                        "maxmemory-policy allkeys-lru",
                        "lazyfree-lazy-user-del yes",
                        "hz 20",
                        "repl-backlog-size 67108864",
                        "client-output-buffer-limit normal 0 0 0",
                        "client-output-buffer-limit pubsub 32mb 8mb 60");
        assertThat(conf(Chart.rendered(SMALLEST)).lines()).contains("appendonly no");
    }

    @Test
    void givenJvmOptions_whenRendered_thenTheyStandBesideTheHeap() throws JsonProcessingException {
        assertThat(node(Chart.rendered(DEFAULT).shards().getFirst()).getCommand())
                .containsExactly(
                        "/opt/java/bin/java",
                        "@/opt/dunlin/java.options",
                        "-Xmx256m",
                        "-XX:+UseSerialGC");
        // Two collectors at once would keep the JVM from starting.
        assertThat(node(Chart.rendered(PRODUCTION).shards().getFirst()).getCommand())
                .endsWith("-Xmx512m", "-XX:+UseZGC", "-Xlog:gc");
    }

    @Test
    void givenAnotherChartVersion_whenUpgraded_thenPodsOfTheSameConfigurationStay()
            throws JsonProcessingException {
        for (StatefulSet set : Chart.rendered(DEFAULT).all(StatefulSet.class)) {
            assertThat(set.getSpec().getTemplate().getMetadata().getLabels())
                    .doesNotContainKeys("helm.sh/chart", "app.kubernetes.io/version");
        }
    }

    @Test
    void givenAChangedDirective_whenRendered_thenThePodsChangeToo() throws JsonProcessingException {
        Chart before = Chart.rendered(DEFAULT);
        Chart after = Chart.strict(Chart.helm(DEFAULT).set("cluster.nodeTimeoutMs", 2000).call());

        assertThat(checksum(after)).isNotEqualTo(checksum(before));
        assertThat(checksum(Chart.rendered(DEFAULT))).isEqualTo(checksum(before));
    }

    @Test
    void givenRemovedShardsAreKept_whenRendered_thenAllThatTheyNeedIsKept()
            throws JsonProcessingException {
        assertThat(Chart.rendered(DEFAULT).objects())
                .filteredOn(ChartTest::isKept)
                .extracting(ChartTest::identity)
                .contains(
                        "StatefulSet orders-db-dunlin-shard-2",
                        "PodDisruptionBudget orders-db-dunlin-shard-2",
                        "Service orders-db-dunlin-nodes",
                        "ConfigMap orders-db-dunlin",
                        "ServiceAccount orders-db-dunlin")
                .doesNotContain("StatefulSet orders-db-dunlin-control");
        assertThat(Chart.rendered(SMALLEST).objects()).noneMatch(ChartTest::isKept);
    }

    @Test
    void givenTheSmallestValues_whenRendered_thenNothingOptionalIsThere()
            throws JsonProcessingException {
        Chart chart = Chart.rendered(SMALLEST);

        assertThat(chart.all(StatefulSet.class)).hasSize(3);
        assertThat(chart.all(ServiceAccount.class)).isEmpty();
        assertThat(chart.all(PodDisruptionBudget.class)).isEmpty();
        assertThat(chart.shards())
                .allSatisfy(shard -> {
                    PodSpec pod = shard.getSpec().getTemplate().getSpec();
                    assertThat(pod.getServiceAccountName()).isEqualTo("default");
                    assertThat(pod.getAffinity()).isNull();
                    assertThat(pod.getTopologySpreadConstraints()).isEmpty();
                    assertThat(shard.getSpec().getVolumeClaimTemplates()).isEmpty();
                });
    }

    @Test
    void givenANetworkPolicy_whenRendered_thenTheBusIsForPeersAndGrpcForOperators()
            throws JsonProcessingException {
        Chart chart = Chart.rendered(PRODUCTION);

        NetworkPolicy nodes = chart.named(NetworkPolicy.class, "orders-nodes");
        assertThat(nodes.getSpec().getIngress()).hasSize(2);
        assertThat(nodes.getSpec().getIngress().get(1).getPorts())
                .extracting(port -> port.getPort())
                .containsExactly(new IntOrString("redis"));
        NetworkPolicy control = chart.named(NetworkPolicy.class, "orders-control");
        assertThat(control.getSpec().getIngress()).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "cluster.shards=2",
                "cluster.shards=501",
                "cluster.shards=three",
                "cluster.replicas=0",
                "cluster.replicas=6",
                "cluster.shard=3",
                "cluster.config.port=1",
                "cluster.config.maxmemory=1gb",
                "port=80",
                "port=60000",
                "image.digest=sha1:12",
                "image.pullPolicy=Sometimes",
                "memory.maxmemoryPercent=95",
                "resources.limits.memory=2Gb",
                "topology.zoneSpread=always",
                "pdb.unhealthyPodEvictionPolicy=Never",
                "updateStrategy=Recreate",
                "fullnameOverride=Orders",
                "persistance.enabled=true"
            })
    void givenABadValue_whenRendered_thenTheSchemaNamesIt(String setting) {
        String[] parts = setting.split("=", -1);
        Object value = parts[1].matches("\\d+") ? (Object) Integer.valueOf(parts[1]) : parts[1];

        assertThatThrownBy(() -> Chart.helm(DEFAULT).set(parts[0], value).call())
                .hasMessageContaining("values don't meet the specifications of the schema");
    }

    @Test
    void givenValuesThatDoNotFitTogether_whenRendered_thenASentenceSaysWhatToChange() {
        assertThatThrownBy(() -> Chart.helm(DEFAULT).set("memory.heapMiB", 1024).call())
                .hasMessageContaining("resources.limits.memory of 2Gi does not hold maxmemory");
        assertThatThrownBy(() -> Chart.helm(DEFAULT).set("controlPlane.heapMiB", 512).call())
                .hasMessageContaining("controlPlane.resources.limits.memory does not hold");
        assertThatThrownBy(() ->
                        Chart.helm(DEFAULT)
                                .withName("a-release-name-that-is-quite-long-already")
                                .call())
                .hasMessageContaining("set fullnameOverride");
    }

    private static String identity(HasMetadata object) {
        return object.getKind() + " " + object.getMetadata().getName();
    }

    private static boolean isKept(HasMetadata object) {
        Map<String, String> annotations = object.getMetadata().getAnnotations();
        return annotations != null && "keep".equals(annotations.get("helm.sh/resource-policy"));
    }

    private static boolean serves(StatefulSet set, Service service) {
        List<String> ports = new ArrayList<>();
        node(set).getPorts().forEach(port -> ports.add(port.getName()));
        return set.getSpec()
                        .getTemplate()
                        .getMetadata()
                        .getLabels()
                        .entrySet()
                        .containsAll(service.getSpec().getSelector().entrySet())
                && service.getSpec().getPorts().stream()
                        .allMatch(port -> ports.contains(port.getTargetPort().getStrVal()));
    }

    private static StatefulSet control(Chart chart) {
        return chart.all(StatefulSet.class).stream()
                .filter(set -> set.getMetadata().getName().endsWith("-control"))
                .findFirst()
                .orElseThrow();
    }

    private static Container node(StatefulSet set) {
        return set.getSpec().getTemplate().getSpec().getContainers().getFirst();
    }

    private static String argument(Container container, String name) {
        int at = container.getArgs().indexOf(name);
        assertThat(at).as(name).isNotNegative();
        return container.getArgs().get(at + 1);
    }

    private static String conf(Chart chart) {
        return requireNonNull(chart.all(ConfigMap.class).getFirst().getData().get("redis.conf"));
    }

    private static String checksum(Chart chart) {
        return requireNonNull(
                chart.shards()
                        .getFirst()
                        .getSpec()
                        .getTemplate()
                        .getMetadata()
                        .getAnnotations()
                        .get("checksum/config"));
    }
}

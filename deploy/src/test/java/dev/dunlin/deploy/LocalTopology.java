// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.deploy;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// What a rendered chart describes, run as containers of this machine: a container per pod with its command, arguments,
/// environment, configuration, user and limits, under the name that Kubernetes would give it.
///
/// Volumes are memory, so a removed container's data is gone. Closing removes every container and the network.
final class LocalTopology implements AutoCloseable {
    private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

    private final String name = "dunlin-topology-" + ProcessHandle.current().pid();
    // A network of our own in 10.213.0.0/16, where nothing else is expected.
    private final String subnet = "10.213." + ProcessHandle.current().pid() % 250 + ".";
    private final Map<String, Pod> pods = new LinkedHashMap<>();
    private final Chart chart;
    private final Path config;

    /// One container.
    ///
    /// @param name the pod's name
    /// @param hostname its name in the headless Service
    /// @param address its IP address
    /// @param container what the chart says about it
    /// @param node whether it is a data node
    record Pod(String name, String hostname, String address, Container container, boolean node) {}

    LocalTopology(Chart chart, String image, Path temp) throws IOException {
        this.chart = chart;
        this.config = temp.resolve("config");
        writeConfig();
        Docker.must(List.of("network", "create", "--subnet", subnet + "0/24", name));
        try {
            for (StatefulSet set : chart.all(StatefulSet.class)) {
                for (int i = 0; i < set.getSpec().getReplicas(); i++) {
                    Pod pod = pod(set, i);
                    pods.put(pod.name(), pod);
                    start(pod, image);
                }
            }
        } catch (IOException | RuntimeException e) {
            close();
            throw e;
        }
    }

    List<Pod> nodes() {
        return pods.values().stream().filter(Pod::node).toList();
    }

    List<StatefulSet> shards() {
        return chart.shards();
    }

    Pod pod(String name) {
        return Objects.requireNonNull(pods.get(name), name);
    }

    /// {@return whether the pod's readiness probe succeeds}
    boolean isReady(Pod pod) throws IOException {
        List<String> command = new ArrayList<>(List.of("exec", containerName(pod)));
        command.addAll(pod.container().getReadinessProbe().getExec().getCommand());
        return Docker.run(command).exitCode() == 0;
    }

    void kill(Pod pod) throws IOException {
        Docker.must(List.of("kill", "--signal", "KILL", containerName(pod)));
    }

    void startAgain(Pod pod) throws IOException {
        Docker.must(List.of("start", containerName(pod)));
    }

    /// Waits until `condition` holds.
    ///
    /// @throws AssertionError with the ends of all logs when it does not within `seconds`
    void await(String what, int seconds, Condition condition) throws IOException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        while (!condition.holds()) {
            if (System.nanoTime() - deadline > 0) {
                throw new AssertionError(what + " did not happen in " + seconds + " s\n" + logs());
            }
            LockSupport.parkNanos(POLL_NANOS);
        }
    }

    /// Something that may come to hold.
    interface Condition {
        boolean holds() throws IOException;
    }

    @Override
    public void close() throws IOException {
        for (Pod pod : pods.values()) {
            Docker.run("rm", "--force", "--volumes", containerName(pod));
        }
        Docker.run("network", "rm", name);
    }

    private String containerName(Pod pod) {
        return name + "-" + pod.name();
    }

    private String logs() throws IOException {
        var logs = new StringBuilder();
        for (Pod pod : pods.values()) {
            logs.append("--- ").append(pod.name()).append('\n');
            logs.append(Docker.run("logs", "--tail", "15", containerName(pod)).output());
            logs.append('\n');
        }
        return logs.toString();
    }

    private Pod pod(StatefulSet set, int index) {
        String pod = set.getMetadata().getName() + "-" + index;
        String domain = "." + set.getSpec().getServiceName() + "." + Chart.NAMESPACE;
        return new Pod(
                pod,
                pod + domain + ".svc.cluster.local",
                subnet + (10 + pods.size()),
                set.getSpec().getTemplate().getSpec().getContainers().getFirst(),
                set.getMetadata().getLabels().containsKey("dunlin.io/shard"));
    }

    private void start(Pod pod, String image) throws IOException {
        Container container = pod.container();
        List<String> run = new ArrayList<>(List.of("run", "--detach"));
        run.addAll(List.of("--name", containerName(pod), "--hostname", pod.name()));
        run.addAll(List.of("--network", name, "--ip", pod.address()));
        run.addAll(List.of("--network-alias", pod.hostname()));
        // The chart's security context.
        run.addAll(List.of("--user", "10001:10001", "--cap-drop", "ALL", "--read-only"));
        run.addAll(List.of("--security-opt", "no-new-privileges"));
        run.addAll(
                List.of("--tmpfs", "/tmp:exec,mode=1777", "--tmpfs", "/data:uid=10001,mode=700"));
        run.addAll(List.of("--volume", config + ":/etc/dunlin:ro"));
        Quantity memory = container.getResources().getLimits().get("memory");
        run.addAll(List.of("--memory", Long.toString(bytes(memory))));
        Map<String, String> environment = environment(pod);
        environment.forEach((key, value) -> run.addAll(List.of("--env", key + "=" + value)));
        List<String> command = new ArrayList<>(container.getCommand());
        command.addAll(container.getArgs());
        run.addAll(List.of("--entrypoint", command.getFirst(), image));
        for (String word : command.subList(1, command.size())) {
            String expanded = word;
            for (Map.Entry<String, String> variable : environment.entrySet()) {
                expanded = expanded.replace("$(" + variable.getKey() + ")", variable.getValue());
            }
            run.add(expanded);
        }
        Docker.must(run);
    }

    private static Map<String, String> environment(Pod pod) {
        Map<String, String> environment = new LinkedHashMap<>();
        for (EnvVar variable : pod.container().getEnv()) {
            String value = variable.getValue();
            if (variable.getValueFrom() != null) {
                String field = variable.getValueFrom().getFieldRef().getFieldPath();
                value =
                        switch (field) {
                            case "metadata.name" -> pod.name();
                            case "status.podIP" -> pod.address();
                            default -> throw new AssertionError("no such field: " + field);
                        };
            }
            environment.put(variable.getName(), value);
        }
        return environment;
    }

    private static long bytes(@Nullable Quantity quantity) {
        return Quantity.getAmountInBytes(Objects.requireNonNull(quantity)).longValueExact();
    }

    /// The ConfigMap as a folder that the containers' user can read.
    private void writeConfig() throws IOException {
        Files.createDirectories(config);
        Files.setPosixFilePermissions(config, PosixFilePermissions.fromString("rwxr-xr-x"));
        for (Map.Entry<String, String> file :
                chart.all(ConfigMap.class).getFirst().getData().entrySet()) {
            Path path = config.resolve(file.getKey());
            Files.writeString(path, file.getValue());
            Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-r--r--"));
        }
    }
}

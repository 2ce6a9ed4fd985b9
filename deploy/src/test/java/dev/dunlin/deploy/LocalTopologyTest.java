// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.deploy;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.dunlin.deploy.LocalTopology.Pod;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The chart's topology as containers of the built image: it forms by itself, announces its hostnames, survives a lost primary.
///
/// Needs a Docker daemon and the image, so it is not part of the default build:
/// `deploy/docker/build-image && mvn -pl deploy -am verify -Ddeploy.docker.image=dunlin:local`.
@Tag("docker")
class LocalTopologyTest {
    private static final int PORT = 6379;

    @TempDir private Path temp;

    @Test
    void givenTheImage_whenTheChartsPodsRun_thenTheyFormTheClusterAndFailOver() throws IOException {
        String image = Objects.requireNonNull(System.getProperty("deploy.docker.image"));
        try (var topology = new LocalTopology(Chart.rendered("local.yaml"), image, temp)) {
            topology.await("every node's readiness", 180, () -> allReady(topology));
            topology.await("a whole cluster", 60, () -> allWhole(topology));

            thenEachNodeIsKnownByItsHostname(topology);
            thenEachShardHasOnePrimary(topology);
            thenRedirectsNameHostnames(topology);

            Pod primary =
                    pods(topology, topology.shards().getFirst()).stream()
                            .filter(LocalTopologyTest::isPrimary)
                            .findFirst()
                            .orElseThrow();
            Pod replica =
                    pods(topology, topology.shards().getFirst()).stream()
                            .filter(pod -> !pod.equals(primary))
                            .findFirst()
                            .orElseThrow();
            topology.kill(primary);
            topology.await("promotion of the replica", 60, () -> isPrimary(replica));
            topology.await("a whole cluster again", 60, () -> isWhole(replica));
            topology.startAgain(primary);
        }
    }

    private static void thenEachNodeIsKnownByItsHostname(LocalTopology topology)
            throws IOException {
        for (Pod asked : topology.nodes()) {
            String nodes = ask(asked, "CLUSTER NODES");
            for (Pod known : topology.nodes()) {
                assertThat(nodes)
                        .contains(known.address() + ":" + PORT + "@16379," + known.hostname());
            }
        }
    }

    private static void thenEachShardHasOnePrimary(LocalTopology topology) {
        for (StatefulSet shard : topology.shards()) {
            assertThat(pods(topology, shard).stream().filter(LocalTopologyTest::isPrimary))
                    .as(shard.getMetadata().getName())
                    .hasSize(1);
        }
    }

    private static void thenRedirectsNameHostnames(LocalTopology topology) throws IOException {
        int redirects = 0;
        for (Pod pod : topology.nodes()) {
            String reply = ask(pod, "SET key value");
            if (reply.startsWith("-MOVED")) {
                redirects++;
                String target = reply.substring(reply.lastIndexOf(' ') + 1);
                assertThat(topology.nodes().stream().map(p -> p.hostname() + ":" + PORT))
                        .contains(target);
            } else {
                assertThat(reply).isEqualTo("+OK");
            }
        }
        // All but the one primary whose slot it is.
        assertThat(redirects).isEqualTo(topology.nodes().size() - 1);
    }

    private static boolean allReady(LocalTopology topology) throws IOException {
        for (Pod pod : topology.nodes()) {
            if (!topology.isReady(pod)) {
                return false;
            }
        }
        return true;
    }

    private static boolean allWhole(LocalTopology topology) {
        return topology.nodes().stream().allMatch(LocalTopologyTest::isWhole);
    }

    private static boolean isWhole(Pod pod) {
        return answers(pod, "CLUSTER INFO", "cluster_state:ok")
                && answers(pod, "CLUSTER INFO", "cluster_slots_ok:16384");
    }

    private static boolean isPrimary(Pod pod) {
        return answers(pod, "INFO replication", "role:master");
    }

    private static List<Pod> pods(LocalTopology topology, StatefulSet shard) {
        List<Pod> pods = new ArrayList<>();
        for (int i = 0; i < shard.getSpec().getReplicas(); i++) {
            pods.add(topology.pod(shard.getMetadata().getName() + "-" + i));
        }
        return pods;
    }

    /// A node that cannot be asked has not answered; what waits for it has a deadline.
    private static boolean answers(Pod pod, String command, String text) {
        try {
            return ask(pod, command).contains(text);
        } catch (IOException _) {
            return false;
        }
    }

    /// {@return the reply to an inline command: a line, or a bulk's text}
    private static String ask(Pod pod, String command) throws IOException {
        try (var socket = new Socket()) {
            socket.connect(new InetSocketAddress(pod.address(), PORT), 2_000);
            socket.setSoTimeout(5_000);
            socket.getOutputStream().write((command + "\r\n").getBytes(ISO_8859_1));
            InputStream in = new BufferedInputStream(socket.getInputStream());
            String head = line(in);
            if (!head.startsWith("$")) {
                return head;
            }
            return new String(
                    in.readNBytes(Integer.parseInt(head, 1, head.length(), 10)), ISO_8859_1);
        }
    }

    private static String line(InputStream in) throws IOException {
        var line = new StringBuilder();
        for (int b = in.read(); b != '\n'; b = in.read()) {
            if (b < 0) {
                throw new EOFException("the node closed the connection");
            }
            line.append((char) b);
        }
        return line.toString().strip();
    }
}

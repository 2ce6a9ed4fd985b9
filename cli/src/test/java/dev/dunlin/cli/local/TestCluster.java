// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.cli.local;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.dunlin.cli.Cli;
import dev.dunlin.clusterbus.testkit.Ports;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// A local cluster on free ports, driven by clusterctl alone, and looked at through `status -o json`.
final class TestCluster {
    private static final int NODES = 6;
    private static final int SPARE = 3;

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Cli cli;
    private final Path directory;
    private final int portBase;
    private final List<String> upOptions;

    TestCluster(Path temp, Path nodeBinary, String... upOptions) throws IOException {
        directory = temp.resolve("cluster");
        portBase = freePortBase();
        this.upOptions = List.of(upOptions);
        cli =
                new Cli(temp)
                        .with("DUNLIN_NODE", nodeBinary.toString())
                        .with("DUNLIN_DIR", directory.toString());
    }

    /// Starts what is down.
    void up() {
        var args = new ArrayList<String>();
        args.add("up");
        args.addAll(
                List.of(
                        "--port-base",
                        Integer.toString(portBase),
                        "--control-port",
                        Integer.toString(portBase - 1),
                        "--node-timeout",
                        "3000"));
        args.addAll(upOptions);
        ok(args.toArray(String[]::new));
    }

    /// Stops and deletes everything.
    void wipe() {
        if (Files.exists(directory.resolve("cluster.json"))) {
            ok("down", "--wipe", "--yes");
        }
    }

    Cli cli() {
        return cli;
    }

    Cli.Result ok(String... args) {
        var result = cli.run(args);
        assertThat(result.status())
                .as("%s:\n%s\n%s", String.join(" ", args), result.out(), result.err())
                .isZero();
        return result;
    }

    ClusterState state() {
        return new ClusterDirectory(directory).load().orElseThrow();
    }

    int port(int node) {
        return portBase + node;
    }

    String address(int node) {
        return "127.0.0.1:" + port(node);
    }

    static JsonNode json(String text) {
        try {
            return JSON.readTree(text);
        } catch (IOException e) {
            throw new UncheckedIOException(text, e);
        }
    }

    JsonNode status() {
        return json(ok("status", "-o", "json").out()).get("status");
    }

    /// Starts one more node, on whichever port is free. {@return its address}
    String addNode() {
        var before = status().get("nodes").findValuesAsText("address");
        ok("add-node");
        var added = status().get("nodes").findValuesAsText("address");
        added.removeAll(before);
        assertThat(added).hasSize(1);
        return added.getFirst();
    }

    private JsonNode node(String address) {
        for (JsonNode node : status().get("nodes")) {
            if (node.get("address").asText().equals(address)) {
                return node;
            }
        }
        throw new AssertionError("no node " + address);
    }

    String idOf(String address) {
        return node(address).get("id").asText();
    }

    /// {@return the first slot of the node}
    int firstSlotOf(String address) {
        String slots = node(address).get("slots").asText();
        return Integer.parseInt(slots.split("[- ]", 2)[0]);
    }

    int slotsOf(String address) {
        return node(address).get("slotCount").asInt();
    }

    String roleOf(String address) {
        return node(address).get("role").asText();
    }

    /// {@return the addresses of the primaries, in order of their slots}
    List<String> primaries() {
        var primaries = new ArrayList<String>();
        for (JsonNode node : status().get("nodes")) {
            if (node.get("role").asText().equals("primary")) {
                primaries.add(node.get("address").asText());
            }
        }
        return primaries;
    }

    String replicaOf(String primary) {
        String id = idOf(primary);
        for (JsonNode node : status().get("nodes")) {
            if (node.path("primary").asText().equals(id)) {
                return node.get("address").asText();
            }
        }
        throw new AssertionError("no replica of " + primary);
    }

    String ownerOf(int slot) {
        for (JsonNode node : status().get("nodes")) {
            for (String range : node.get("slots").asText().split(" ", -1)) {
                int[] ends =
                        Arrays.stream(range.split("-", 2))
                                .filter(end -> !end.isEmpty())
                                .mapToInt(Integer::parseInt)
                                .toArray();
                if (ends.length > 0 && ends[0] <= slot && slot <= ends[ends.length - 1]) {
                    return node.get("address").asText();
                }
            }
        }
        throw new AssertionError("nobody owns " + slot);
    }

    /// {@return a port from which on enough ports, and their bus ports, are free, and the one before it}
    static int freePortBase() throws IOException {
        return Ports.freeRun(1 + NODES + SPARE) + 1;
    }
}

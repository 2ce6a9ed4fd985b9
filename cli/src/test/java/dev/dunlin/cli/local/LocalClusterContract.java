// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.cli.local;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.dunlin.cli.Cli;
import dev.dunlin.cli.ExitCode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What clusterctl promises about a local cluster, whatever program its nodes run. Each launcher has a subclass.
abstract class LocalClusterContract {
    private static final int NODES = 6;
    private static final int SPARE = 3;
    private static final long WAIT_NS = TimeUnit.SECONDS.toNanos(90);

    @TempDir Path temp;
    private final ObjectMapper json = new ObjectMapper();
    private Cli cli;
    private int portBase;

    /// {@return the program that runs a node}
    abstract Path nodeBinary();

    @BeforeEach
    void prepare() throws IOException {
        Assumptions.assumeTrue(
                Files.isExecutable(nodeBinary()),
                () -> "SKIPPED: " + nodeBinary() + " is not installed");
        portBase = freePortBase();
        cli =
                new Cli(temp)
                        .with("DUNLIN_NODE", nodeBinary().toString())
                        .with("DUNLIN_DIR", temp.resolve("cluster").toString());
    }

    @AfterEach
    void stopEverything() {
        if (cli != null && Files.exists(temp.resolve("cluster/cluster.json"))) {
            var stopped = cli.run("down", "--wipe", "--yes");
            assertThat(stopped.status()).as(stopped.err()).isZero();
        }
    }

    private void up() {
        ok(
                "up",
                "--port-base",
                Integer.toString(portBase),
                "--control-port",
                Integer.toString(portBase - 1),
                "--node-timeout",
                "3000");
    }

    private Cli.Result ok(String... args) {
        var result = cli.run(args);
        assertThat(result.status())
                .as("%s:\n%s\n%s", String.join(" ", args), result.out(), result.err())
                .isZero();
        return result;
    }

    private JsonNode status() throws IOException {
        return json.readTree(ok("status", "-o", "json").out()).get("status");
    }

    private String address(int node) {
        return "127.0.0.1:" + (portBase + node);
    }

    @Test
    void givenWritesAllTheTime_whenTheClusterGrowsMovesShrinksAndFailsOver_thenNothingIsLost()
            throws Exception {
        up();
        try (var load = new WriteLoad(portBase)) {
            load.awaitWrites(200);
            ok("add-node", "--yes");
            ok("reshard", "--to", address(6), "--count", "4096", "--yes");
            assertThat(slotsOf(address(6))).isEqualTo(4096);
            load.awaitWrites(200);

            ok("rebalance", "--weight", address(6) + "=2", "--yes");
            assertThat(slotsOf(address(6))).isBetween(6553, 6554);
            ok("rebalance", "--yes");
            assertThat(slotsOf(address(6))).isEqualTo(4096);

            ok("failover", address(0), "--yes");
            assertThat(roleOf(address(0))).isEqualTo("replica");
            load.awaitWrites(200);

            ok("remove-node", address(6), "--yes");
            assertThat(status().get("nodes")).hasSize(NODES);
            load.awaitWrites(200);

            load.stop();
            assertThat(load.failures()).isEmpty();
            assertThat(load.lostOrWrong()).isEmpty();
        }
        assertThat(ok("check", "--fail-on", "warn").status()).isZero();
        assertRedisCliAgrees();
    }

    @Test
    void givenAClusterThatWasStopped_whenStartedAgain_thenItsTopologyIsTheSame() throws Exception {
        up();
        String before = status().get("nodes").findValuesAsText("id").toString();
        ok("reshard", "--to", address(1), "--count", "10", "--yes");

        ok("down");
        assertThat(cli.run("status").status()).isEqualTo(ExitCode.UNREACHABLE.status());
        ok("up");

        assertThat(status().get("nodes").findValuesAsText("id"))
                .containsExactlyInAnyOrderElementsOf(
                        List.of(before.substring(1, before.length() - 1).split(", ", -1)));
        assertThat(slotsOf(address(1))).isEqualTo(5471);
        assertThat(ok("up").err()).as("nothing to start").isEmpty();
    }

    @Test
    void givenAPrimaryIsKilled_whenUpRunsAgain_thenItIsBackAsAReplica() throws Exception {
        up();
        long pid =
                new ClusterDirectory(temp.resolve("cluster"))
                        .load()
                        .orElseThrow()
                        .hostOf(portBase)
                        .orElseThrow()
                        .pid();
        assertThat(ProcessHandle.of(pid).orElseThrow().destroyForcibly()).isTrue();
        long deadlineNs = System.nanoTime() + WAIT_NS;
        while (!"primary".equals(roleOf(address(3))) && System.nanoTime() < deadlineNs) {
            LockSupport.parkNanos(10_000_000);
        }
        var unhealthy = cli.run("check", "--fail-on", "warn");
        assertThat(unhealthy.status()).isEqualTo(ExitCode.FINDINGS.status());

        ok("up");

        assertThat(roleOf(address(0))).isEqualTo("replica");
        assertThat(roleOf(address(3))).isEqualTo("primary");
        assertThat(ok("check", "--fail-on", "error").status()).isZero();
    }

    @Test
    void givenTheControlPlaneIsKilledInMidMove_whenItIsBack_thenTheMoveGoesOn() throws Exception {
        up();
        var started =
                ok(
                        "reshard",
                        "--to",
                        address(1),
                        "--count",
                        "3000",
                        "--yes",
                        "--detach",
                        "-o",
                        "json");
        String id = json.readTree(started.out()).get("metadata").get("id").asText();
        long deadlineNs = System.nanoTime() + WAIT_NS;
        while (slotsOf(address(1)) < 5500 && System.nanoTime() < deadlineNs) {
            LockSupport.parkNanos(10_000_000);
        }
        var controlPlane =
                new ClusterDirectory(temp.resolve("cluster"))
                        .load().orElseThrow().processes().stream()
                                .filter(p -> p.kind() == ManagedProcess.Kind.CONTROL_PLANE)
                                .findFirst()
                                .orElseThrow();
        var handle = ProcessHandle.of(controlPlane.pid()).orElseThrow();
        assertThat(handle.destroyForcibly()).isTrue();
        handle.onExit().get(10, TimeUnit.SECONDS);
        assertThat(cli.run("status").status()).isEqualTo(ExitCode.UNREACHABLE.status());

        ok("up");
        var ended = ok("workflow", "watch", id, "-o", "json");

        assertThat(json.readTree(ended.out()).get("status").get("state").asText())
                .isEqualTo("SUCCEEDED");
        assertThat(slotsOf(address(1))).isEqualTo(8461);
        assertRedisCliAgrees();
    }

    @Test
    void givenARunningMove_whenCancelled_thenNoSlotStaysOpen() throws Exception {
        up();
        var started =
                ok(
                        "reshard",
                        "--to",
                        address(1),
                        "--count",
                        "3000",
                        "--yes",
                        "--detach",
                        "-o",
                        "json");
        String id = json.readTree(started.out()).get("metadata").get("id").asText();

        var busy = cli.run("rebalance", "--yes", "--threshold", "0");
        ok("workflow", "cancel", id);

        assertThat(busy.status()).isEqualTo(ExitCode.PRECONDITION.status());
        assertThat(status().get("openSlots").asInt()).isZero();
        assertRedisCliAgrees();
        ok("workflow", "retry", id);
        assertThat(slotsOf(address(1))).isEqualTo(8461);
    }

    @Test
    void givenNobodyToAnswer_whenAChangeIsAsked_thenThePlanIsShownAndNothingHappens()
            throws Exception {
        up();
        String before = status().toString();

        var refused = cli.run("reshard", "--to", address(1), "--count", "100");
        var dry = ok("reshard", "--to", address(1), "--count", "100", "--dry-run", "-o", "json");
        var no = cli.runInteractive("n\n", "reshard", "--to", address(1), "--count", "100");
        var removal = ok("remove-node", address(0), "--dry-run");

        assertThat(refused.status()).isEqualTo(ExitCode.NEEDS_APPROVAL.status());
        assertThat(refused.out()).contains("Moves 100 slots");
        assertThat(refused.err())
                .contains("next: clusterctl reshard --to " + address(1) + " --count 100 --yes");
        assertThat(json.readTree(dry.out()).get("kind").asText()).isEqualTo("Plan");
        assertThat(no.status()).isEqualTo(ExitCode.NEEDS_APPROVAL.status());
        assertThat(no.err()).contains("Carry this out? [y/N]");
        assertThat(removal.out()).contains("Warning: only 2 primaries remain");
        assertThat(status().get("nodes")).hasSize(NODES);
        assertThat(json.readTree(before).get("nodes").findValuesAsText("slots"))
                .isEqualTo(status().get("nodes").findValuesAsText("slots"));

        var yes = cli.runInteractive("y\n", "reshard", "--to", address(1), "--count", "100");
        assertThat(yes.status()).as(yes.err()).isZero();
        assertThat(yes.out()).contains("100 slots");
    }

    @Test
    void givenNoControlPlane_whenASeedIsNamed_thenTheSameCommandsWork() throws Exception {
        up();
        cli.with("XDG_STATE_HOME", temp.resolve("state").toString());

        var status = ok("status", "--seed", address(0), "-o", "json");
        assertThat(json.readTree(status.out()).get("status").get("nodes")).hasSize(NODES);
        ok("reshard", "--seed", address(0), "--to", address(1), "--slots", "0-9,20", "--yes");

        assertThat(slotsOf(address(1))).isEqualTo(5472);
        assertRedisCliAgrees();
    }

    @Test
    void givenAPortInUse_whenStarted_thenItIsNamedAndNothingRuns() throws Exception {
        try (var taken = new ServerSocket()) {
            taken.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), portBase + 2));

            var refused = cli.run("up", "--port-base", Integer.toString(portBase));

            assertThat(refused.status()).isEqualTo(ExitCode.PRECONDITION.status());
            assertThat(refused.err())
                    .contains("another program listens on port " + (portBase + 2))
                    .contains("next: clusterctl up --port-base");
            assertThat(temp.resolve("cluster/cluster.json")).doesNotExist();
        }
    }

    private int slotsOf(String address) throws IOException {
        return node(address).get("slotCount").asInt();
    }

    private String roleOf(String address) throws IOException {
        return node(address).get("role").asText();
    }

    private JsonNode node(String address) throws IOException {
        for (JsonNode node : status().get("nodes")) {
            if (node.get("address").asText().equals(address)) {
                return node;
            }
        }
        throw new AssertionError("no node " + address);
    }

    /// A second opinion.
    private void assertRedisCliAgrees() throws Exception {
        Path redisCli = Path.of("/usr/bin/redis-cli");
        Assumptions.assumeTrue(
                Files.isExecutable(redisCli), () -> "SKIPPED: redis-cli is not installed");
        Process process =
                new ProcessBuilder(redisCli.toString(), "--cluster", "check", address(1))
                        .redirectErrorStream(true)
                        .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(output).isZero();
        assertThat(output)
                .contains("All nodes agree about slots configuration")
                .contains("All 16384 slots covered");
    }

    /// {@return a port from which on enough ports, and their bus ports, are free}
    private static int freePortBase() throws IOException {
        for (int attempt = 0; attempt < 100; attempt++) {
            int base;
            try (var socket = new ServerSocket(0)) {
                base = 10_001 + socket.getLocalPort() % 20_000;
            }
            var wanted = new ArrayList<Integer>();
            for (int port = base - 1; port < base + NODES + SPARE; port++) {
                wanted.add(port);
                wanted.add(port + Ports.BUS_OFFSET);
            }
            if (Ports.taken(wanted).isEmpty()) {
                return base;
            }
        }
        throw new IOException("no free range of ports");
    }
}

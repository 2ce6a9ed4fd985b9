// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.cli.local;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
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
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/// What clusterctl promises about a local cluster, whatever program its nodes run. Each launcher has a subclass.
///
/// All tests share one cluster of three shards with a replica each. Each takes it as it finds it, with whatever slots and
/// roles, and leaves it healthy.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class LocalClusterContract {
    private static final int NODES = 6;
    private static final long WAIT_NS = TimeUnit.SECONDS.toNanos(90);

    private Path temp = Path.of("");
    private TestCluster cluster;

    /// {@return the program that runs a node, below `directory` if it has to be made}
    abstract Path nodeBinary(Path directory) throws IOException;

    /// {@return whether a node that hears of a new owner no longer counts the slot as being moved}
    abstract boolean nodesCloseSlotsTheyLost();

    @BeforeAll
    void start(@TempDir Path shared) throws IOException {
        temp = shared;
        Path binary = nodeBinary(temp);
        Assumptions.assumeTrue(
                Files.isExecutable(binary), () -> "SKIPPED: " + binary + " is not installed");
        cluster = new TestCluster(temp, binary);
    }

    @BeforeEach
    void startWhatIsDown() {
        cluster.up();
    }

    @AfterAll
    void stopEverything() {
        if (cluster != null) {
            cluster.wipe();
        }
    }

    @Test
    void givenWritesAllTheTime_whenTheClusterGrowsMovesShrinksAndFailsOver_thenNothingIsLost()
            throws Exception {
        String failing = cluster.primaries().getFirst();
        try (var load = new WriteLoad(cluster.port(0))) {
            load.awaitWrites(200);
            String added = cluster.addNode();
            cluster.ok("reshard", "--to", added, "--count", "400", "--yes");
            assertThat(cluster.slotsOf(added)).isEqualTo(400);
            load.awaitWrites(200);

            cluster.ok("rebalance", "--yes");
            assertThat(cluster.slotsOf(added)).isEqualTo(4096);
            cluster.ok("rebalance", "--weight", added + "=0.9", "--yes");
            assertThat(cluster.slotsOf(added)).isBetween(3780, 3781);

            cluster.ok("failover", failing, "--yes");
            assertThat(cluster.roleOf(failing)).isEqualTo("replica");
            load.awaitWrites(200);

            cluster.ok("remove-node", added, "--yes");
            assertThat(cluster.status().get("nodes")).hasSize(NODES);
            load.awaitWrites(200);

            load.stop();
            assertThat(load.failures()).isEmpty();
            assertThat(load.lostOrWrong()).isEmpty();
        }
        cluster.ok("check", "--fail-on", "warn");
        assertRedisCliAgrees();
    }

    @Test
    void givenAClusterThatWasStopped_whenStartedAgain_thenItsTopologyIsTheSame() throws Exception {
        cluster.ok("reshard", "--to", cluster.primaries().get(1), "--count", "10", "--yes");
        var before = topology();

        cluster.ok("down");
        assertThat(cluster.cli().run("status").status()).isEqualTo(ExitCode.UNREACHABLE.status());
        cluster.up();

        assertThat(topology()).isEqualTo(before);
        assertThat(cluster.ok("up").err()).as("nothing to start").isEmpty();
    }

    /// {@return id, role and slots of each node, by address}
    private Map<String, String> topology() throws IOException {
        var nodes = new TreeMap<String, String>();
        for (JsonNode node : cluster.status().get("nodes")) {
            nodes.put(
                    node.get("address").asText(),
                    node.get("id").asText() + node.get("role") + node.get("slots"));
        }
        return nodes;
    }

    @Test
    void givenAPrimaryIsKilled_whenUpRunsAgain_thenItIsBackAsAReplica() throws Exception {
        String primary = cluster.primaries().getFirst();
        String replica = cluster.replicaOf(primary);
        kill(cluster.state().hostOf(Integer.parseInt(port(primary))).orElseThrow());
        await("the replica takes over", () -> cluster.roleOf(replica).equals("primary"));
        var unhealthy = cluster.cli().run("check", "--fail-on", "warn");
        assertThat(unhealthy.status()).isEqualTo(ExitCode.FINDINGS.status());

        cluster.up();

        assertThat(cluster.roleOf(primary)).isEqualTo("replica");
        assertThat(cluster.roleOf(replica)).isEqualTo("primary");
        cluster.ok("check", "--fail-on", "error");
    }

    @Test
    void givenTheControlPlaneIsKilledInMidMove_whenItIsBack_thenTheMoveGoesOn() throws Exception {
        String target = cluster.primaries().get(1);
        int before = cluster.slotsOf(target);
        String id = startMove(target, 400, 100);
        await("the move is on its way", () -> cluster.slotsOf(target) > before + 5);
        kill(
                cluster.state().processes().stream()
                        .filter(p -> p.kind() == ManagedProcess.Kind.CONTROL_PLANE)
                        .findFirst()
                        .orElseThrow());
        assertThat(cluster.cli().run("status").status()).isEqualTo(ExitCode.UNREACHABLE.status());

        cluster.up();
        var ended = cluster.ok("workflow", "watch", id, "-o", "json");

        assertThat(TestCluster.json(ended.out()).get("status").get("state").asText())
                .isEqualTo("SUCCEEDED");
        assertThat(cluster.slotsOf(target)).isEqualTo(before + 400);
        assertRedisCliAgrees();
    }

    @Test
    void givenARunningMove_whenCancelled_thenNoSlotStaysOpen() throws Exception {
        String target = cluster.primaries().get(1);
        int before = cluster.slotsOf(target);
        // At a slot a second it runs for minutes, so whatever follows meets it running.
        String id = startMove(target, 300, 1);

        var busy = cluster.cli().run("rebalance", "--yes", "--threshold", "0");
        cluster.ok("workflow", "cancel", id);

        assertThat(busy.status()).as(busy.err()).isEqualTo(ExitCode.PRECONDITION.status());
        assertThat(busy.err())
                .contains(id + " (MIGRATE_SLOTS) is running")
                .contains("next: clusterctl workflow watch " + id);
        assertThat(cluster.status().get("openSlots").asInt()).isZero();
        assertThat(cluster.slotsOf(target)).isLessThan(before + 300);
        assertRedisCliAgrees();
        cluster.ok("workflow", "limit", id, "--slots-per-second", "0");
        cluster.ok("workflow", "retry", id);
        assertThat(cluster.slotsOf(target)).isEqualTo(before + 300);
    }

    /// {@return the id of a move that goes on while the test does}
    private String startMove(String target, int slots, int slotsPerSecond) throws IOException {
        var started =
                cluster.ok(
                        "reshard",
                        "--to",
                        target,
                        "--count",
                        Integer.toString(slots),
                        "--slots-per-second",
                        Integer.toString(slotsPerSecond),
                        "--yes",
                        "--detach",
                        "-o",
                        "json");
        return TestCluster.json(started.out()).get("metadata").get("id").asText();
    }

    @Test
    void givenNobodyToAnswer_whenAChangeIsAsked_thenThePlanIsShownAndNothingHappens()
            throws Exception {
        String target = cluster.primaries().get(1);
        var before = topology();

        var refused = cluster.cli().run("reshard", "--to", target, "--count", "100");
        var dry =
                cluster.ok("reshard", "--to", target, "--count", "100", "--dry-run", "-o", "json");
        var no = cluster.cli().runInteractive("n\n", "reshard", "--to", target, "--count", "100");
        var removal = cluster.ok("remove-node", cluster.primaries().getFirst(), "--dry-run");

        assertThat(refused.status()).isEqualTo(ExitCode.NEEDS_APPROVAL.status());
        assertThat(refused.out()).contains("Moves 100 slots");
        assertThat(refused.err())
                .contains("next: clusterctl reshard --to " + target + " --count 100 --yes");
        assertThat(TestCluster.json(dry.out()).get("kind").asText()).isEqualTo("Plan");
        assertThat(no.status()).isEqualTo(ExitCode.NEEDS_APPROVAL.status());
        assertThat(no.err()).contains("Carry this out? [y/N]");
        assertThat(removal.out()).contains("Warning: only 2 primaries remain");
        assertThat(topology()).isEqualTo(before);

        var yes = cluster.cli().runInteractive("y\n", "reshard", "--to", target, "--count", "100");
        assertThat(yes.status()).as(yes.err()).isZero();
        assertThat(yes.out()).contains("100 slots");
    }

    /// The state that a control plane leaves which dies between the last two commands of a move.
    @Test
    void givenASlotThatHasArrivedButIsStillOpen_whenTheCommandOfCheckIsRun_thenItIsClosed()
            throws Exception {
        String source = cluster.primaries().getFirst();
        String target = cluster.primaries().get(1);
        int slot = firstEmptySlotOf(source);
        setSlot(target, slot, "IMPORTING", cluster.idOf(source));
        setSlot(source, slot, "MIGRATING", cluster.idOf(target));
        setSlot(target, slot, "NODE", cluster.idOf(target));

        if (!nodesCloseSlotsTheyLost()) {
            var words = new ArrayList<>(List.of(commandToCloseSlots().split(" ", -1)));
            words.removeFirst();
            words.add("--yes");
            cluster.ok(words.toArray(String[]::new));
        }

        await(
                "nothing is open",
                () -> cluster.cli().run("check", "--fail-on", "warn").status() == 0);
        assertThat(cluster.ownerOf(slot)).isEqualTo(target);
        assertRedisCliAgrees();
    }

    private String commandToCloseSlots() {
        var found = cluster.cli().run("check", "--fail-on", "warn", "-o", "json");
        assertThat(found.status()).isEqualTo(ExitCode.FINDINGS.status());
        return TestCluster.json(found.out()).findValuesAsText("remedy").stream()
                .filter(command -> command.startsWith("clusterctl reshard"))
                .findFirst()
                .orElseThrow();
    }

    private int firstEmptySlotOf(String node) throws Exception {
        for (int slot = cluster.firstSlotOf(node); ; slot++) {
            if (redisCli("-p", port(node), "CLUSTER", "COUNTKEYSINSLOT", Integer.toString(slot))
                    .startsWith("0")) {
                return slot;
            }
        }
    }

    private static void setSlot(String node, int slot, String state, String id) throws Exception {
        String number = Integer.toString(slot);
        assertThat(redisCli("-p", port(node), "CLUSTER", "SETSLOT", number, state, id))
                .startsWith("OK");
    }

    private static String port(String node) {
        return node.substring(node.indexOf(':') + 1);
    }

    @Test
    void givenNobodyToAnswer_whenAnEmptyNodeIsAdded_thenItJoinsBecauseThatCostsNothing()
            throws Exception {
        String added = cluster.addNode();
        assertThat(cluster.slotsOf(added)).isZero();
        var refused = cluster.cli().run("remove-node", added);
        assertThat(refused.status()).isEqualTo(ExitCode.NEEDS_APPROVAL.status());
        cluster.ok("remove-node", added, "--yes");

        assertThat(cluster.status().get("nodes")).hasSize(NODES);
        assertThat(Ports.accepts(Integer.parseInt(port(added)))).as("it was stopped").isFalse();
    }

    @Test
    void givenNoControlPlane_whenASeedIsNamed_thenTheSameCommandsWork() throws Exception {
        cluster.cli().with("XDG_STATE_HOME", temp.resolve("state").toString());
        String target = cluster.primaries().get(1);
        String seed = cluster.address(0);

        var status = cluster.ok("status", "--seed", seed, "-o", "json");
        assertThat(TestCluster.json(status.out()).get("status").get("nodes")).hasSize(NODES);
        cluster.ok("reshard", "--seed", seed, "--to", target, "--slots", "0-9,20", "--yes");

        for (int slot : new int[] {0, 9, 20}) {
            assertThat(cluster.ownerOf(slot)).isEqualTo(target);
        }
        assertRedisCliAgrees();
    }

    @Test
    void givenAPortInUse_whenStarted_thenItIsNamedAndNothingRuns() throws Exception {
        int base = TestCluster.freePortBase();
        String other = temp.resolve("other").toString();
        try (var taken = new ServerSocket()) {
            taken.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), base + 2));

            var refused =
                    cluster.cli().run("up", "--dir", other, "--port-base", Integer.toString(base));

            assertThat(refused.status()).isEqualTo(ExitCode.PRECONDITION.status());
            assertThat(refused.err())
                    .contains("another program listens on port " + (base + 2))
                    .contains("next: clusterctl up --port-base");
            assertThat(Path.of(other, "cluster.json")).doesNotExist();
        }
    }

    private static void kill(ManagedProcess process) throws Exception {
        var handle = ProcessHandle.of(process.pid()).orElseThrow();
        assertThat(handle.destroyForcibly()).isTrue();
        handle.onExit().get(10, TimeUnit.SECONDS);
    }

    private static void await(String what, BooleanSupplier condition) {
        long deadlineNs = System.nanoTime() + WAIT_NS;
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as(what).isLessThan(deadlineNs);
        }
    }

    /// A second opinion.
    private void assertRedisCliAgrees() throws Exception {
        assertThat(redisCli("--cluster", "check", cluster.address(1)))
                .contains("All nodes agree about slots configuration")
                .contains("All 16384 slots covered");
    }

    /// {@return what redis-cli printed; it must not have failed}
    private static String redisCli(String... args) throws Exception {
        Path redisCli = Path.of("/usr/bin/redis-cli");
        Assumptions.assumeTrue(
                Files.isExecutable(redisCli), () -> "SKIPPED: redis-cli is not installed");
        var command = new ArrayList<>(List.of(redisCli.toString()));
        command.addAll(List.of(args));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(output).isZero();
        return output;
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dunlin.cli.Golden;
import dev.dunlin.cli.Terminal;
import dev.dunlin.cli.output.Document;
import dev.dunlin.cli.output.OutputFormat;
import dev.dunlin.cli.output.ProgressBar;
import dev.dunlin.controlplane.v1.ClusterStatus;
import dev.dunlin.controlplane.v1.Eta;
import dev.dunlin.controlplane.v1.Finding;
import dev.dunlin.controlplane.v1.Move;
import dev.dunlin.controlplane.v1.Node;
import dev.dunlin.controlplane.v1.NodeHealth;
import dev.dunlin.controlplane.v1.NodeRole;
import dev.dunlin.controlplane.v1.Plan;
import dev.dunlin.controlplane.v1.Progress;
import dev.dunlin.controlplane.v1.Severity;
import dev.dunlin.controlplane.v1.ShardChange;
import dev.dunlin.controlplane.v1.SlotRange;
import dev.dunlin.controlplane.v1.Workflow;
import dev.dunlin.controlplane.v1.WorkflowError;
import dev.dunlin.controlplane.v1.WorkflowState;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/// What people and programs see, held in golden files.
class ViewTest {
    private static final String PRIMARY = "1".repeat(40);
    private static final String REPLICA = "2".repeat(40);

    private static ClusterStatus status() {
        return ClusterStatus.newBuilder()
                .setHealthy(true)
                .setFingerprint("0123456789ab")
                .setSlotsAssigned(16384)
                .setSlotsOk(16384)
                .setCurrentEpoch(6)
                .addNodes(
                        Node.newBuilder()
                                .setId(PRIMARY)
                                .setHost("127.0.0.1")
                                .setPort(7001)
                                .setRole(NodeRole.NODE_ROLE_PRIMARY)
                                .setHealth(NodeHealth.NODE_HEALTH_ONLINE)
                                .addSlots(SlotRange.newBuilder().setFirst(0).setLast(16382))
                                .addSlots(SlotRange.newBuilder().setFirst(16383).setLast(16383))
                                .setSlotCount(16384)
                                .setConfigEpoch(1)
                                .setKeys(12)
                                .setUsedMemoryBytes(1_572_864)
                                .setVersion("7.0.15"))
                .addNodes(
                        Node.newBuilder()
                                .setId(REPLICA)
                                .setHost("127.0.0.1")
                                .setPort(7004)
                                .setRole(NodeRole.NODE_ROLE_REPLICA)
                                .setPrimaryId(PRIMARY)
                                .setHealth(NodeHealth.NODE_HEALTH_UNREACHABLE)
                                .setConfigEpoch(1))
                .addFindings(
                        Finding.newBuilder()
                                .setId("NODE_UNREACHABLE")
                                .setSeverity(Severity.SEVERITY_WARN)
                                .setObject("node 127.0.0.1:7004")
                                .setEvidence("Connection refused")
                                .setRemedy("clusterctl up"))
                .addRunning(workflow())
                .build();
    }

    private static Workflow workflow() {
        return Workflow.newBuilder()
                .setId("wf-000003")
                .setKind("REBALANCE_SLOTS")
                .setState(WorkflowState.WORKFLOW_STATE_RUNNING)
                .setPlanId("plan-abc")
                .setPlanHash("abc")
                .setCreatedMs(1_763_822_000_000L)
                .setProgress(
                        Progress.newBuilder()
                                .setStepsDone(1)
                                .setStepsTotal(4)
                                .setCurrentStep("move 100 slots from a:1 to b:2")
                                .setSlotsDone(41)
                                .setSlotsTotal(100)
                                .setKeysDone(400)
                                .setKeysTotal(1000)
                                .setKeysPerSecond(2000.04)
                                .setSlotsPerSecond(205)
                                .setEta(
                                        Eta.newBuilder()
                                                .setSeconds(18)
                                                .setLowSeconds(14)
                                                .setHighSeconds(65)))
                .build();
    }

    private static Plan plan() {
        return Plan.newBuilder()
                .setId("plan-9f3cab120000")
                .setKind("MIGRATE_SLOTS")
                .setHash("9f3cab120000")
                .setFingerprint("0123456789ab")
                .addMoves(
                        Move.newBuilder()
                                .setSourceAddress("127.0.0.1:7001")
                                .setTargetAddress("127.0.0.1:7007")
                                .setSlotCount(2)
                                .addSlots(SlotRange.newBuilder().setFirst(5).setLast(6)))
                .addShards(
                        ShardChange.newBuilder()
                                .setPrimaryAddress("127.0.0.1:7001")
                                .setSlotsBefore(5461)
                                .setSlotsAfter(5459))
                .addShards(
                        ShardChange.newBuilder()
                                .setPrimaryAddress("127.0.0.1:7007")
                                .setSlotsAfter(2))
                .addSteps("move 2 slots from 127.0.0.1:7001 to 127.0.0.1:7007")
                .addSteps("wait until all nodes agree")
                .addWarnings("a warning")
                .setSlotsToMove(2)
                .setKeysToMove(1)
                .build();
    }

    private static Terminal terminal(boolean color, ByteArrayOutputStream err) {
        var sink = new PrintStream(err, true, StandardCharsets.UTF_8);
        return new Terminal(
                new BufferedReader(new StringReader("")), sink, sink, false, color, color, color);
    }

    @Test
    void givenAStatus_whenShown_thenEveryFormatMatches() throws IOException {
        var plain = terminal(false, new ByteArrayOutputStream());

        Golden.assertMatches("status.txt", StatusView.render(plain, status()));
        Golden.assertMatches(
                "status.json", Document.render(OutputFormat.JSON, Document.of(status())));
        Golden.assertMatches(
                "status.yaml", Document.render(OutputFormat.YAML, Document.of(status())));
    }

    @Test
    void givenNoColor_whenShown_thenThereAreNoEscapes() {
        var err = new ByteArrayOutputStream();

        assertThat(StatusView.render(terminal(false, err), status())).doesNotContain("\u001b");
        assertThat(StatusView.render(terminal(true, err), status())).contains("\u001b[32mHEALTHY");
    }

    @Test
    void givenAPlan_whenShown_thenEveryFormatMatches() throws IOException {
        Golden.assertMatches("plan.txt", PlanView.render(plan()));
        Golden.assertMatches("plan.json", Document.render(OutputFormat.JSON, Document.of(plan())));
        Golden.assertMatches(
                "plan-empty.txt",
                PlanView.render(Plan.newBuilder().setKind("REBALANCE_SLOTS").setHash("h").build()));
    }

    @Test
    void givenAFailedWorkflow_whenShown_thenTheErrorIsInTheDocument() throws IOException {
        var failed =
                workflow().toBuilder()
                        .setState(WorkflowState.WORKFLOW_STATE_FAILED)
                        .setEndedMs(1_763_822_001_000L)
                        .setError(
                                WorkflowError.newBuilder()
                                        .setCode("BUSY_KEY")
                                        .setText("slot 5: two copies")
                                        .setStateNow("slot 5 is half moved")
                                        .setNextCommand("clusterctl workflow retry wf-000003"))
                        .build();

        Golden.assertMatches(
                "workflow-failed.json", Document.render(OutputFormat.JSON, Document.of(failed)));
    }

    @Test
    void givenATerminal_whenProgressIsShown_thenOneLineIsRewritten() throws IOException {
        var err = new ByteArrayOutputStream();
        var bar = new ProgressBar(terminal(true, err));

        bar.show(workflow());
        bar.done();

        String text = err.toString(StandardCharsets.UTF_8).replace("\r\u001b[K", "<clear>");
        Golden.assertMatches("progress.txt", text + "\n");
    }

    @Test
    void givenALog_whenProgressIsShown_thenEachStepIsOneLine() {
        var err = new ByteArrayOutputStream();
        var bar = new ProgressBar(terminal(false, err));

        bar.show(workflow());
        bar.show(workflow());
        bar.done();

        assertThat(err.toString(StandardCharsets.UTF_8))
                .isEqualTo("[2/4] move 100 slots from a:1 to b:2" + System.lineSeparator());
    }
}

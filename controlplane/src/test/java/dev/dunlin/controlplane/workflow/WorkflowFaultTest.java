// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.controlplane.workflow;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dunlin.clusterbus.model.Slot;
import dev.dunlin.clusterbus.model.SlotRange;
import dev.dunlin.clusterbus.model.SlotSet;
import dev.dunlin.controlplane.topology.HostPort;
import dev.dunlin.controlplane.workflow.FakeNodeClient.Fault;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/// Every workflow, with something going wrong at every single call to a node and at every write of the journal.
///
/// Promise: whatever happened, the workflow succeeds in the end (or, where a node died for good, says so), no slot stays
/// open, each has one owner, and every write that a client got acknowledged meanwhile is there, once, with its last value.
class WorkflowFaultTest {
    /// Few keys and slots, so that each of some hundred calls can have its turn.
    private static final SlotSet MOVED = SlotSet.of(new SlotRange(100, 103));

    @TempDir Path temp;

    /// The workflows under test, each with the cluster it starts from.
    enum Scenario {
        CREATE,
        MIGRATE,
        ADD_WITH_REPLICA,
        REMOVE_REPLICA,
        FAILOVER;

        FakeCluster cluster() {
            var cluster = new FakeCluster();
            for (int port = 7001; port <= 7006; port++) {
                cluster.addNode(port);
            }
            if (this != CREATE) {
                form(cluster);
            }
            if (this == ADD_WITH_REPLICA) {
                cluster.addNode(7007);
            }
            return cluster;
        }

        Plan plan(Changes changes) throws Refused {
            return switch (this) {
                case CREATE ->
                        changes.createCluster(
                                List.of(at(7001), at(7002), at(7003), at(7004), at(7005), at(7006)),
                                1);
                case MIGRATE -> changes.reshard(List.of(), "127.0.0.1:7002", 0, MOVED);
                case ADD_WITH_REPLICA -> changes.addNode(at(7007), true, "", false);
                case REMOVE_REPLICA -> changes.removeNode("127.0.0.1:7006");
                case FAILOVER -> changes.failover("127.0.0.1:7001", false);
            };
        }
    }

    static HostPort at(int port) {
        return new HostPort("127.0.0.1", port);
    }

    /// Three shards with a replica each, and keys in the slots that will move.
    static void form(FakeCluster cluster) {
        int[] firsts = {0, 5461, 10923, 16384};
        var nodes = List.copyOf(cluster.nodes.values());
        for (int i = 0; i < 3; i++) {
            var primary = nodes.get(i);
            var replica = nodes.get(i + 3);
            primary.slots = SlotSet.of(new SlotRange(firsts[i], firsts[i + 1] - 1));
            primary.epoch = i + 1L;
            replica.primary = primary.id;
            replica.data = primary.data;
        }
        for (var node : nodes) {
            nodes.stream()
                    .filter(other -> other != node)
                    .forEach(other -> node.known.add(other.id));
        }
        var random = new Random(1);
        for (int i = 0; i < 300; i++) {
            cluster.clientWrites(random);
        }
        for (int slot = 100; slot <= 103; slot++) {
            String key = keyIn(slot);
            nodes.getFirst().data.slot(slot).put(key, "old");
            cluster.acknowledged.put(key, "old");
        }
    }

    private static String keyIn(int slot) {
        for (int i = 0; ; i++) {
            String key = "k" + i;
            if (Slot.ofKey(key.getBytes(StandardCharsets.UTF_8)) == slot) {
                return key;
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Scenario.class)
    void givenNoFault_whenRun_thenTheClusterIsAsPlanned(Scenario scenario) throws Exception {
        var cluster = scenario.cluster();
        try (var harness =
                new Harness(temp, cluster, new FakeNodeClient(cluster, 1, Fault.NONE, 0))) {
            var workflow = harness.changes.start(scenario.plan(harness.changes), "", "", 0);

            var status = harness.await(workflow);

            assertThat(status.state()).as("%s", status).isEqualTo(Workflow.State.SUCCEEDED);
            assertThat(cluster.verify()).isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "CREATE, CRASH_BEFORE",
        "CREATE, CRASH_AFTER",
        "CREATE, FAIL_BEFORE",
        "CREATE, FAIL_AFTER",
        "MIGRATE, CRASH_BEFORE",
        "MIGRATE, CRASH_AFTER",
        "MIGRATE, FAIL_BEFORE",
        "MIGRATE, FAIL_AFTER",
        "ADD_WITH_REPLICA, CRASH_AFTER",
        "ADD_WITH_REPLICA, FAIL_AFTER",
        "REMOVE_REPLICA, CRASH_BEFORE",
        "REMOVE_REPLICA, CRASH_AFTER",
        "REMOVE_REPLICA, FAIL_BEFORE",
        "FAILOVER, CRASH_BEFORE",
        "FAILOVER, CRASH_AFTER",
        "FAILOVER, FAIL_AFTER"
    })
    void givenAFaultAtTheNthCall_whenResumed_thenItEndsAsIfNothingHadHappened(
            Scenario scenario, Fault fault) throws Exception {
        int n = 1;
        boolean reached = true;
        while (reached) {
            var cluster = scenario.cluster();
            Path directory = temp.resolve(scenario + "-" + fault + "-" + n);
            reached = runWithFault(scenario, cluster, directory, fault, n);
            assertThat(cluster.verify()).as("%s %s at call %d", scenario, fault, n).isEmpty();
            n++;
        }
        assertThat(n).as("calls that had a fault").isGreaterThan(20);
    }

    /// {@return whether the workflow made as many calls as that}
    private static boolean runWithFault(
            Scenario scenario, FakeCluster cluster, Path directory, Fault fault, int n)
            throws Exception {
        Plan plan;
        try (var planning =
                new Harness(
                        directory.resolve("plan"),
                        cluster,
                        new FakeNodeClient(cluster, 1, Fault.NONE, 0))) {
            plan = scenario.plan(planning.changes);
        }
        return runWithFaults(plan, cluster, directory, fault, n, Fault.NONE, 0);
    }

    /// Runs the plan with a fault at the `n`-th call, and, should that have been a crash, resumes it with a second one at
    /// the `m`-th call from then on. {@return whether either fault had its turn}
    private static boolean runWithFaults(
            Plan plan, FakeCluster cluster, Path directory, Fault fault, int n, Fault second, int m)
            throws Exception {
        var client = new FakeNodeClient(cluster, n, fault, n);
        Workflow.Status status;
        boolean crashed;
        boolean reached = true;
        try (var harness = new Harness(directory, cluster, client)) {
            status = harness.await(harness.runner.start(plan, "r", "", 0));
            crashed = harness.crashed.getCount() == 0;
        }
        if (crashed) {
            cluster.gossip();
            var resumed = new FakeNodeClient(cluster, n, second, m);
            try (var harness = new Harness(directory, cluster, resumed)) {
                harness.runner.resume();
                status = harness.await(harness.runner.find(status.id()).orElseThrow());
            }
            reached = resumed.calls() >= m;
        }
        assertThat(status.state())
                .as("%s at call %d, %s at call %d: %s", fault, n, second, m, status)
                .isEqualTo(Workflow.State.SUCCEEDED);
        return reached && client.calls() >= n;
    }

    /// A node that does not answer says nothing of its open slots, which is not the same as having none.
    ///
    /// The source is not the node that is asked first: that one's word would be known all the same.
    @Test
    void givenACrashInMidMove_whenAnyCallFailsAfterTheRestart_thenNoSlotStaysOpen()
            throws Exception {
        var calm = oneSlotToMove();
        var calls = new FakeNodeClient(calm, 1, Fault.NONE, 0);
        Plan plan = planOfOneSlot(calm, temp.resolve("calm"));
        try (var harness = new Harness(temp.resolve("calm"), calm, calls)) {
            var _ = harness.await(harness.runner.start(plan, "r", "", 0));
        }
        assertThat(calls.lastSetSlot()).isGreaterThan(calls.firstSetSlot());
        for (int n = calls.firstSetSlot(); n <= calls.lastSetSlot(); n++) {
            boolean reached = true;
            for (int m = 1; reached; m++) {
                var cluster = oneSlotToMove();
                Path directory = temp.resolve("resumed-" + n + "-" + m);
                reached =
                        runWithFaults(
                                planOfOneSlot(cluster, directory.resolve("plan")),
                                cluster,
                                directory,
                                Fault.CRASH_AFTER,
                                n,
                                Fault.FAIL_BEFORE,
                                m);
                assertThat(cluster.verify())
                        .as("crash after call %d, call %d after it fails", n, m)
                        .isEmpty();
            }
        }
    }

    private static FakeCluster oneSlotToMove() {
        var cluster = Scenario.MIGRATE.cluster();
        String key = keyIn(5461);
        cluster.at(at(7002)).data.slot(5461).put(key, "old");
        cluster.acknowledged.put(key, "old");
        return cluster;
    }

    private static Plan planOfOneSlot(FakeCluster cluster, Path directory) throws Exception {
        var client = new FakeNodeClient(cluster, 1, Fault.NONE, 0);
        try (var planning = new Harness(directory, cluster, client)) {
            return planning.changes.reshard(List.of(), "127.0.0.1:7001", 0, SlotSet.of(5461));
        }
    }

    @Test
    void givenACrashAtEveryWriteOfTheJournal_whenResumed_thenItEndsAsIfNothingHadHappened()
            throws Exception {
        for (boolean before : new boolean[] {true, false}) {
            for (int n = 1; n <= 4; n++) {
                var cluster = Scenario.MIGRATE.cluster();
                Path directory = temp.resolve("journal-" + before + "-" + n);
                crashAtAppend(cluster, directory, before, n);
                var calm = new FakeNodeClient(cluster, n, Fault.NONE, 0);
                try (var harness = new Harness(directory, cluster, calm)) {
                    harness.runner.resume();
                    for (var status : harness.runner.running()) {
                        var _ = harness.await(harness.runner.find(status.id()).orElseThrow());
                    }
                    // A crash before the first record means that nothing was promised, and nothing
                    // happened.
                    boolean promised = !(before && n == 1);
                    assertThat(harness.runner.list(10)).hasSize(promised ? 1 : 0);
                    if (promised) {
                        assertThat(harness.runner.list(1).getFirst().state())
                                .isEqualTo(Workflow.State.SUCCEEDED);
                    }
                }
                assertThat(cluster.verify()).as("append %d before=%s", n, before).isEmpty();
            }
        }
    }

    private static void crashAtAppend(FakeCluster cluster, Path directory, boolean before, int n)
            throws Exception {
        var appends = new AtomicInteger();
        Runnable crash =
                () -> {
                    if (appends.incrementAndGet() >= n) {
                        throw new FakeNodeClient.Crash();
                    }
                };
        try (var harness =
                new Harness(
                        directory,
                        cluster,
                        new FakeNodeClient(cluster, n, Fault.NONE, 0),
                        before ? crash : () -> {},
                        before ? () -> {} : crash)) {
            var plan = Scenario.MIGRATE.plan(harness.changes);
            try {
                var _ = harness.await(harness.runner.start(plan, "", "", 0));
            } catch (FakeNodeClient.Crash _) {
                // Died in start itself.
            }
        }
    }

    @Test
    void givenEitherEndFailsOverInMidMove_whenItGoesOn_thenNothingIsLost() throws Exception {
        int survived = 0;
        for (int n = 1; n <= 120; n++) {
            var cluster = Scenario.MIGRATE.cluster();
            Plan plan;
            try (var planning =
                    new Harness(
                            temp.resolve("plan-" + n),
                            cluster,
                            new FakeNodeClient(cluster, 1, Fault.NONE, 0))) {
                plan = Scenario.MIGRATE.plan(planning.changes);
            }
            var client = new FakeNodeClient(cluster, n, Fault.FAIL_OVER, n);
            try (var harness = new Harness(temp.resolve("over-" + n), cluster, client)) {
                var workflow = harness.runner.start(plan, "", "", 0);
                var status = harness.await(workflow);
                if (status.state() == Workflow.State.FAILED) {
                    // Giving up is allowed; then it says where things stand, and a retry ends it.
                    assertThat(status.failure()).isNotNull();
                    assertThat(status.failure().stateNow()).isNotEmpty();
                    cluster.gossip();
                    status = harness.await(harness.runner.retry(status.id()));
                }
                assertThat(status.state())
                        .as("failover at call %d: %s", n, status)
                        .isEqualTo(Workflow.State.SUCCEEDED);
            }
            assertThat(cluster.verify()).as("failover at call %d", n).isEmpty();
            survived++;
        }
        assertThat(survived).isEqualTo(120);
    }

    @Test
    void givenALostAcknowledgement_whenTheKeyIsAtBothEnds_thenTheSourcesCopyWins()
            throws Exception {
        var cluster = Scenario.MIGRATE.cluster();
        var client = new FakeNodeClient(cluster, 1, Fault.NONE, 0);
        client.loseNextMigrateAck = true;
        try (var harness = new Harness(temp, cluster, client)) {
            var status =
                    harness.await(
                            harness.changes.start(
                                    Scenario.MIGRATE.plan(harness.changes), "", "", 0));

            assertThat(status.state()).as("%s", status).isEqualTo(Workflow.State.SUCCEEDED);
            assertThat(cluster.verify()).isEmpty();
        }
    }

    @Test
    void givenAnOpenSlotWithTwoDifferentCopies_whenMoved_thenItStopsAndSaysWhatToDo()
            throws Exception {
        var cluster = Scenario.MIGRATE.cluster();
        var source = cluster.at(at(7001));
        var target = cluster.at(at(7002));
        source.migrating.put(100, target.id);
        target.importing.put(100, source.id);
        target.data.slot(100).put(keyIn(100), "different");
        var client = new FakeNodeClient(cluster, 1, Fault.NONE, 0);
        try (var harness = new Harness(temp, cluster, client)) {
            var status =
                    harness.await(
                            harness.changes.start(
                                    Scenario.MIGRATE.plan(harness.changes), "", "", 0));

            assertThat(status.state()).isEqualTo(Workflow.State.FAILED);
            assertThat(status.failure()).isNotNull();
            assertThat(status.failure().code()).isEqualTo("BUSY_KEY");
            assertThat(status.failure().stateNow()).contains("slot 100 is half moved");
            assertThat(status.failure().nextCommand())
                    .contains("clusterctl workflow retry " + status.id());

            // The operator decides, and the workflow goes on.
            target.data.slot(100).remove(keyIn(100));
            status = harness.await(harness.runner.retry(status.id()));
            assertThat(status.state()).isEqualTo(Workflow.State.SUCCEEDED);
            assertThat(cluster.verify()).isEmpty();
        }
    }

    @Test
    void givenAMemberThatCannotBeAsked_whenANodeIsRemoved_thenItIsNotSaidToBeForgotten()
            throws Exception {
        var cluster = Scenario.REMOVE_REPLICA.cluster();
        var removed = cluster.at(at(7006)).id;
        try (var harness =
                new Harness(temp, cluster, new FakeNodeClient(cluster, 1, Fault.NONE, 0))) {
            var plan = Scenario.REMOVE_REPLICA.plan(harness.changes);
            cluster.at(at(7005)).up = false;
            var status = harness.await(harness.changes.start(plan, "", "", 0));

            assertThat(status.state()).isEqualTo(Workflow.State.FAILED);
            assertThat(status.failure()).isNotNull();
            assertThat(status.failure().toString()).contains("127.0.0.1:7005");

            cluster.at(at(7005)).up = true;
            status = harness.await(harness.runner.retry(status.id()));
            assertThat(status.state()).isEqualTo(Workflow.State.SUCCEEDED);
            assertThat(cluster.nodes.values()).noneMatch(node -> node.known.contains(removed));
        }
    }

    /// What a move leaves that broke off after the slot had arrived, and what a hand at SETSLOT may leave.
    @ParameterizedTest
    @EnumSource(Leftover.class)
    void givenASlotThatHasArrivedButIsOpen_whenMovedAgain_thenItIsClosed(Leftover leftover)
            throws Exception {
        var cluster = Scenario.MIGRATE.cluster();
        var owner = cluster.at(at(7001));
        var other = cluster.at(at(7002));
        switch (leftover) {
            case SOURCE_MIGRATING -> other.migrating.put(100, owner.id);
            case TARGET_IMPORTING -> owner.importing.put(100, other.id);
            case THIRD_IMPORTING -> cluster.at(at(7003)).importing.put(100, other.id);
        }
        try (var harness =
                new Harness(temp, cluster, new FakeNodeClient(cluster, 1, Fault.NONE, 0))) {
            var plan = harness.changes.reshard(List.of(), "127.0.0.1:7001", 0, SlotSet.of(100));
            var status = harness.await(harness.changes.start(plan, "", "", 0));

            assertThat(status.state()).as("%s", status).isEqualTo(Workflow.State.SUCCEEDED);
            assertThat(cluster.verify()).isEmpty();
        }
    }

    enum Leftover {
        SOURCE_MIGRATING,
        TARGET_IMPORTING,
        THIRD_IMPORTING
    }

    @Test
    void givenTheTargetIsGoneForGood_whenMoved_thenItGivesUpWithTheSlotClosed() throws Exception {
        var cluster = Scenario.MIGRATE.cluster();
        var client = new FakeNodeClient(cluster, 1, Fault.NONE, 0);
        try (var harness = new Harness(temp, cluster, client)) {
            var plan = Scenario.MIGRATE.plan(harness.changes);
            cluster.at(at(7005)).up = false;
            cluster.at(at(7002)).up = false;

            var status = harness.await(harness.runner.start(plan, "", "", 0));

            assertThat(status.state()).isEqualTo(Workflow.State.FAILED);
            assertThat(status.failure()).isNotNull();
            assertThat(status.failure().text()).contains("127.0.0.1:7002");
            assertThat(cluster.at(at(7001)).migrating).isEmpty();
        }
    }

    @Test
    void givenARunningMove_whenCancelled_thenNoSlotIsOpenAndARetryEndsIt() throws Exception {
        var cluster = Scenario.MIGRATE.cluster();
        // Stalled from the start: the target does not answer until the workflow was cancelled.
        var client = new FakeNodeClient(cluster, 1, Fault.NONE, 0);
        try (var harness = new Harness(temp, cluster, client)) {
            var plan = Scenario.MIGRATE.plan(harness.changes);
            var workflow = harness.runner.start(plan, "", "", 0);
            var _ = harness.runner.cancel(workflow.status().id());

            var status = harness.await(workflow);

            assertThat(status.state()).isIn(Workflow.State.CANCELLED, Workflow.State.SUCCEEDED);
            assertThat(cluster.verify()).isEmpty();
            if (status.state() == Workflow.State.CANCELLED) {
                status = harness.await(harness.runner.retry(status.id()));
                assertThat(status.state()).isEqualTo(Workflow.State.SUCCEEDED);
                assertThat(cluster.verify()).isEmpty();
            }
        }
    }

    @Test
    void givenTheClusterChangedSincePlanning_whenStarted_thenThePlanIsRefused() throws Exception {
        var cluster = Scenario.MIGRATE.cluster();
        var client = new FakeNodeClient(cluster, 1, Fault.NONE, 0);
        try (var harness = new Harness(temp, cluster, client)) {
            var plan = Scenario.MIGRATE.plan(harness.changes);
            cluster.failOver(cluster.at(at(7003)));

            assertThat(refusal(() -> harness.changes.start(plan, "", "", 0)).code())
                    .isEqualTo(Refused.Code.STALE_PLAN);
            assertThat(harness.runner.list(1)).isEmpty();
        }
    }

    @Test
    void givenTheSameRequestTwice_whenStarted_thenThereIsOneWorkflow() throws Exception {
        var cluster = Scenario.MIGRATE.cluster();
        var client = new FakeNodeClient(cluster, 1, Fault.NONE, 0);
        try (var harness = new Harness(temp, cluster, client)) {
            var plan = Scenario.MIGRATE.plan(harness.changes);
            var first = harness.changes.start(plan, "same", "", 0);
            var _ = harness.await(first);

            var second = harness.changes.start(plan, "same", "", 0);

            assertThat(second.status().id()).isEqualTo(first.status().id());
            assertThat(harness.runner.list(10)).hasSize(1);
        }
    }

    @Test
    void givenTheSameClusterAndRequest_whenPlannedTwice_thenTheHashIsTheSame() throws Exception {
        var cluster = Scenario.MIGRATE.cluster();
        var client = new FakeNodeClient(cluster, 1, Fault.NONE, 0);
        try (var harness = new Harness(temp, cluster, client)) {
            var first = harness.changes.rebalance(Map.of("127.0.0.1:7001", 2.0), 0, false);
            var second = harness.changes.rebalance(Map.of("127.0.0.1:7001", 2.0), 0, false);
            var other = harness.changes.rebalance(Map.of("127.0.0.1:7001", 3.0), 0, false);

            assertThat(second.hash()).isEqualTo(first.hash());
            assertThat(other.hash()).isNotEqualTo(first.hash());
        }
    }

    @Test
    void givenANodeThatHoldsKeys_whenAdded_thenItIsRefused() throws Exception {
        var cluster = Scenario.MIGRATE.cluster();
        cluster.addNode(7009).data.slot(1).put("x", "y");
        var client = new FakeNodeClient(cluster, 1, Fault.NONE, 0);
        try (var harness = new Harness(temp, cluster, client)) {
            var refused = refusal(() -> harness.changes.addNode(at(7009), false, "", false));

            assertThat(refused.code()).isEqualTo(Refused.Code.PRECONDITION);
            assertThat(refused.text()).contains("holds 1 keys");
        }
    }

    @Test
    void givenAPrimaryIsRemoved_whenRun_thenItsSlotsAndReplicasAreElsewhere() throws Exception {
        var cluster = Scenario.MIGRATE.cluster();
        var client = new FakeNodeClient(cluster, 1, Fault.NONE, 0);
        try (var harness = new Harness(temp, cluster, client)) {
            var status =
                    harness.await(
                            harness.changes.start(
                                    harness.changes.removeNode("127.0.0.1:7003"), "", "", 0));

            assertThat(status.state()).as("%s", status).isEqualTo(Workflow.State.SUCCEEDED);
            assertThat(cluster.verify()).isEmpty();
            var removed = cluster.at(at(7003));
            assertThat(removed.slots.isEmpty()).isTrue();
            assertThat(removed.known).isEmpty();
            assertThat(cluster.at(at(7006)).primary).isNotEqualTo(removed.id);
            assertThat(cluster.at(at(7001)).known).doesNotContain(removed.id);
        }
    }

    @Test
    void givenClientsWithAnOldMap_whenAPrimaryIsRemoved_thenItRedirectsThemUntilTheyKnow()
            throws Exception {
        var cluster = Scenario.MIGRATE.cluster();
        var client = new FakeNodeClient(cluster, 1, Fault.NONE, 0);
        try (var harness = new Harness(temp, cluster, client)) {
            var plan = harness.changes.removeNode("127.0.0.1:7003");
            var leaving = cluster.at(at(7003));
            leaving.staleClientWrites = 40;

            var status = harness.await(harness.runner.start(plan, "", "", 0));

            assertThat(status.state()).as("%s", status).isEqualTo(Workflow.State.SUCCEEDED);
            assertThat(leaving.resetUnderClients).isFalse();
            assertThat(leaving.redirects).isEqualTo(40);
        }
    }

    @Test
    void givenClientsThatNeverLearn_whenAPrimaryIsRemoved_thenItLeavesAllTheSame()
            throws Exception {
        var cluster = Scenario.MIGRATE.cluster();
        var client = new FakeNodeClient(cluster, 1, Fault.NONE, 0);
        try (var harness = new Harness(temp, cluster, client)) {
            var plan = harness.changes.removeNode("127.0.0.1:7003");
            cluster.at(at(7003)).staleClientWrites = Integer.MAX_VALUE;

            var status = harness.await(harness.runner.start(plan, "", "", 0));

            assertThat(status.state()).as("%s", status).isEqualTo(Workflow.State.SUCCEEDED);
        }
    }

    @Test
    void givenALimit_whenSlotsMove_thenTheyTakeTheirTimeUntilItIsLifted() throws Exception {
        var cluster = Scenario.MIGRATE.cluster();
        var client = new FakeNodeClient(cluster, 1, Fault.NONE, 0);
        try (var harness = new Harness(temp, cluster, client)) {
            var plan =
                    harness.changes.reshard(
                            List.of(), "127.0.0.1:7002", 0, SlotSet.of(new SlotRange(0, 99)));

            var limited = harness.await(harness.changes.start(plan, "", "", 10));

            assertThat(limited.state()).isEqualTo(Workflow.State.SUCCEEDED);
            assertThat(limited.endedMs() - limited.createdMs()).isBetween(9_900L, 12_000L);
            assertThat(refusal(() -> harness.runner.limit(limited.id(), -1)).code())
                    .isEqualTo(Refused.Code.INVALID);
            var _ = harness.runner.limit(limited.id(), 0);
        }
        try (var harness = new Harness(temp, cluster, client)) {
            assertThat(harness.runner.list(1).getFirst().slotsPerSecondMax()).isZero();
        }
    }

    @Test
    void givenATornLastLine_whenLoaded_thenItIsDroppedAndTheRestKept() throws Exception {
        var cluster = Scenario.MIGRATE.cluster();
        var client = new FakeNodeClient(cluster, 1, Fault.NONE, 0);
        String id;
        try (var harness = new Harness(temp, cluster, client)) {
            id =
                    harness.await(
                                    harness.changes.start(
                                            Scenario.MIGRATE.plan(harness.changes), "", "", 0))
                            .id();
        }
        Path journal = temp.resolve(id + ".journal");
        String text = Files.readString(journal);
        // Cut off in the middle of the last record, which says that it succeeded.
        Files.writeString(journal, text.substring(0, text.length() - 10));

        try (var harness = new Harness(temp, cluster, client)) {
            harness.runner.resume();
            var status = harness.await(harness.runner.find(id).orElseThrow());
            assertThat(status.state()).isEqualTo(Workflow.State.SUCCEEDED);
        }
        assertThat(Files.readString(journal)).doesNotContain("stateCha{");
        try (var store = new WorkflowStore(temp)) {
            assertThat(store.load()).containsKey(id);
        }
    }

    @Test
    void givenADamagedLine_whenLoaded_thenItSaysWhichFile() throws Exception {
        Files.writeString(temp.resolve("wf-000001.journal"), "00000000 {\"record\":\"started\"}\n");
        try (var store = new WorkflowStore(temp)) {
            assertThat(failure(store::load)).hasMessageContaining("wf-000001.journal is damaged");
        }
    }

    @Test
    void givenAJournalInUse_whenOpenedAgain_thenItIsRefused() throws Exception {
        try (var _ = new WorkflowStore(temp)) {
            assertThat(failure(() -> new WorkflowStore(temp)))
                    .hasMessageContaining("another control plane uses");
        }
    }

    @FunctionalInterface
    private interface Call {
        Object run() throws Exception;
    }

    private static Refused refusal(Call call) throws Exception {
        try {
            Object result = call.run();
            throw new AssertionError("not refused: " + result);
        } catch (Refused e) {
            return e;
        }
    }

    private static IOException failure(Call call) throws Exception {
        try {
            Object result = call.run();
            throw new AssertionError("did not fail: " + result);
        } catch (IOException e) {
            return e;
        }
    }
}

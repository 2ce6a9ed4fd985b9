// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.controlplane.workflow;

import dev.dunlin.controlplane.nodeclient.NodeClient;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ThreadFactory;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Runs workflows, one at a time, and writes down each step before the next begins.
///
/// What the journal says was running when the control plane stopped is resumed by [#resume]. Closing stops the threads
/// without a word in the journal: to a workflow there is no difference between that and a crash.
///
/// Thread: any; each running workflow has a virtual thread.
public final class WorkflowRunner implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(WorkflowRunner.class);
    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(5);

    private final WorkflowStore store;
    private final NodeClient client;
    private final KnownNodes known;
    private final Pacer pacer;
    private final RetryPolicy retry;
    private final ThreadFactory threadFactory;
    private final TreeMap<String, Workflow> workflows = new TreeMap<>();
    private final Map<String, Thread> threads = new HashMap<>();
    private long lastNumber;
    private boolean closed;

    /// Reads the journals. Nothing runs until [#resume] or [#start], and then on threads of `threadFactory`.
    public WorkflowRunner(
            WorkflowStore store,
            NodeClient client,
            KnownNodes known,
            Pacer pacer,
            RetryPolicy retry,
            ThreadFactory threadFactory)
            throws IOException {
        this.store = store;
        this.client = client;
        this.known = known;
        this.pacer = pacer;
        this.retry = retry;
        this.threadFactory = threadFactory;
        for (var journal : store.load().entrySet()) {
            lastNumber = Math.max(lastNumber, WorkflowStore.number(journal.getKey()));
            workflows.put(journal.getKey(), replay(journal.getKey(), journal.getValue()));
        }
    }

    private static Workflow replay(String id, List<WorkflowStore.Entry> entries)
            throws IOException {
        if (!(entries.getFirst()
                instanceof
                WorkflowStore.Entry.Started(
                        Plan plan,
                        String requestId,
                        String reason,
                        int slotsPerSecondMax,
                        long atMs))) {
            throw new IOException("the journal of " + id + " does not begin with its plan");
        }
        var workflow = new Workflow(id, plan, requestId, reason, slotsPerSecondMax, atMs);
        for (var entry : entries.subList(1, entries.size())) {
            switch (entry) {
                case WorkflowStore.Entry.Limited(int limit, long _) -> workflow.limit(limit);
                case WorkflowStore.Entry.StepDone(int step, long _) -> workflow.stepDone(step + 1);
                case WorkflowStore.Entry.StateChanged(
                                Workflow.State state,
                                Failure failure,
                                long changedMs) ->
                        workflow.moveTo(state, failure, changedMs);
                case WorkflowStore.Entry.Started _ ->
                        throw new IOException("the journal of " + id + " begins twice");
            }
        }
        int done = workflow.status().stepsDone();
        workflow.progress(
                Progress.idle(done, plan.steps().size(), slotsIn(plan, done), plan.slotsToMove()));
        return workflow;
    }

    private static int slotsIn(Plan plan, int steps) {
        int slots = 0;
        for (Step step : plan.steps().subList(0, steps)) {
            if (step instanceof Step.MoveSlots move) {
                slots += move.slots().count();
            }
        }
        return slots;
    }

    /// Goes on with every workflow that had not ended.
    public synchronized void resume() {
        for (Workflow workflow : workflows.values()) {
            if (!workflow.status().state().ended()) {
                LOG.info(
                        "workflow resumed id={} kind={} steps_done={}",
                        workflow.status().id(),
                        workflow.status().plan().kind(),
                        workflow.status().stepsDone());
                run(workflow);
            }
        }
    }

    /// {@return the workflow that runs this plan, already under way}
    ///
    /// A `requestId` seen before names the workflow it started then. Throws [Refused] while another one is running.
    public synchronized Workflow start(
            Plan plan, String requestId, String reason, int slotsPerSecondMax)
            throws Refused, IOException {
        if (!requestId.isEmpty()) {
            for (Workflow workflow : workflows.values()) {
                if (workflow.status().requestId().equals(requestId)) {
                    return workflow;
                }
            }
        }
        requireLimit(slotsPerSecondMax);
        requireIdle();
        String id = WorkflowStore.id(++lastNumber);
        long nowMs = pacer.nowMs();
        store.append(
                id,
                new WorkflowStore.Entry.Started(plan, requestId, reason, slotsPerSecondMax, nowMs));
        var workflow = new Workflow(id, plan, requestId, reason, slotsPerSecondMax, nowMs);
        workflows.put(id, workflow);
        forgetOldest();
        LOG.info("workflow started id={} kind={} plan={}", id, plan.kind(), plan.id());
        run(workflow);
        return workflow;
    }

    private static void requireLimit(int slotsPerSecondMax) throws Refused {
        if (slotsPerSecondMax < 0) {
            throw new Refused(
                    Refused.Code.INVALID,
                    "the limit must be 0 (none) or a number of slots per second",
                    "clusterctl workflow --help");
        }
    }

    /// Limits how fast slots move, at once and for a later retry as well; 0 lifts the limit.
    public synchronized Workflow limit(String id, int slotsPerSecondMax)
            throws Refused, IOException {
        requireLimit(slotsPerSecondMax);
        Workflow workflow = require(id);
        if (workflow.status().slotsPerSecondMax() != slotsPerSecondMax) {
            store.append(id, new WorkflowStore.Entry.Limited(slotsPerSecondMax, pacer.nowMs()));
            workflow.limit(slotsPerSecondMax);
        }
        return workflow;
    }

    /// {@return the workflow with this id}
    public synchronized Optional<Workflow> find(String id) {
        return Optional.ofNullable(workflows.get(id));
    }

    /// {@return the newest `limit` workflows, newest first}
    public synchronized List<Workflow.Status> list(int limit) {
        return workflows.descendingMap().values().stream()
                .limit(limit)
                .map(Workflow::status)
                .toList();
    }

    /// {@return the workflows that have not ended}
    public synchronized List<Workflow.Status> running() {
        return workflows.values().stream()
                .map(Workflow::status)
                .filter(status -> !status.state().ended())
                .toList();
    }

    /// Asks a workflow to stop. It ends soon, with clean slots; one that has ended stays as it is.
    public synchronized Workflow cancel(String id) throws Refused, IOException {
        Workflow workflow = require(id);
        if (workflow.status().state() == Workflow.State.RUNNING) {
            change(workflow, Workflow.State.CANCELLING, null);
        }
        return workflow;
    }

    /// Runs the rest of a workflow that failed or was cancelled.
    public synchronized Workflow retry(String id) throws Refused, IOException {
        Workflow workflow = require(id);
        var state = workflow.status().state();
        if (state != Workflow.State.FAILED && state != Workflow.State.CANCELLED) {
            throw new Refused(
                    Refused.Code.PRECONDITION,
                    "workflow " + id + " is " + state + "; only a failed or cancelled one goes on",
                    "clusterctl workflow show " + id);
        }
        requireIdle();
        change(workflow, Workflow.State.RUNNING, null);
        run(workflow);
        return workflow;
    }

    private Workflow require(String id) throws Refused {
        Workflow workflow = workflows.get(id);
        if (workflow == null) {
            throw new Refused(
                    Refused.Code.NOT_FOUND,
                    "there is no workflow " + id,
                    "clusterctl workflow list");
        }
        return workflow;
    }

    /// Throws [Refused] while a workflow is running: the next change is planned for what it leaves behind.
    synchronized void requireIdle() throws Refused {
        if (closed) {
            throw new Refused(
                    Refused.Code.BUSY, "the control plane is stopping", "clusterctl status");
        }
        var running = running();
        if (!running.isEmpty()) {
            String id = running.getFirst().id();
            throw new Refused(
                    Refused.Code.BUSY,
                    "workflow "
                            + id
                            + " ("
                            + running.getFirst().plan().kind()
                            + ") is running; changes go one after the other",
                    "clusterctl workflow watch " + id);
        }
    }

    private void forgetOldest() throws IOException {
        var ended = new ArrayList<String>();
        workflows.forEach((id, workflow) -> {
            if (workflow.status().state().ended()) {
                ended.add(id);
            }
        });
        for (int i = 0; i < ended.size() - WorkflowStore.ENDED_MAX; i++) {
            store.delete(ended.get(i));
            workflows.remove(ended.get(i));
        }
    }

    private void change(Workflow workflow, Workflow.State state, @Nullable Failure failure)
            throws IOException {
        long nowMs = pacer.nowMs();
        store.append(
                workflow.status().id(),
                new WorkflowStore.Entry.StateChanged(state, failure, nowMs));
        workflow.moveTo(state, failure, nowMs);
        LOG.info(
                "workflow changed id={} state={}{}",
                workflow.status().id(),
                state,
                failure == null ? "" : " code=" + failure.code() + " text=" + failure.text());
    }

    private void run(Workflow workflow) {
        String id = workflow.status().id();
        if (workflow.status().state() == Workflow.State.CANCELLING) {
            workflow.cancelled().countDown();
        }
        var thread =
                threadFactory.newThread(() -> {
                    try {
                        runSteps(workflow);
                    } finally {
                        ended(id);
                    }
                });
        thread.setName(id);
        threads.put(id, thread);
        thread.start();
    }

    private synchronized void ended(String id) {
        threads.remove(id);
    }

    private void runSteps(Workflow workflow) {
        var status = workflow.status();
        var plan = status.plan();
        var meter =
                new ProgressMeter(
                        status.stepsDone(),
                        plan.steps().size(),
                        plan.slotsToMove(),
                        workflow::progress);
        meter.slotsSkipped(slotsIn(plan, status.stepsDone()));
        var context =
                new StepContext(
                        client,
                        known,
                        pacer,
                        retry,
                        meter,
                        workflow.cancelled(),
                        () -> workflow.status().slotsPerSecondMax());
        try {
            for (int i = status.stepsDone(); i < plan.steps().size(); i++) {
                context.stopIfCancelled();
                Step step = plan.steps().get(i);
                meter.stepStarted(step.text());
                StepRunner.run(context, step);
                store.append(status.id(), new WorkflowStore.Entry.StepDone(i, pacer.nowMs()));
                meter.stepDone();
                workflow.stepDone(i + 1);
            }
            end(workflow, Workflow.State.SUCCEEDED, null);
        } catch (Failure.StepCancelled _) {
            end(workflow, Workflow.State.CANCELLED, null);
        } catch (Failure.StepFailed e) {
            end(workflow, Workflow.State.FAILED, e.failure().of(status.id()));
        } catch (InterruptedException _) {
            LOG.info("workflow left to be resumed id={}", status.id());
        } catch (IOException e) {
            LOG.error("workflow stopped: journal cannot be written id={}", status.id(), e);
        } catch (RuntimeException e) {
            LOG.error("workflow broke id={}", status.id(), e);
            end(
                    workflow,
                    Workflow.State.FAILED,
                    new Failure(
                            "INTERNAL",
                            e.toString(),
                            "unknown; the steps done so far are in the journal",
                            "clusterctl check"));
        }
    }

    private synchronized void end(
            Workflow workflow, Workflow.State state, @Nullable Failure failure) {
        try {
            change(workflow, state, failure);
        } catch (IOException e) {
            LOG.error("workflow end not written id={}", workflow.status().id(), e);
        }
    }

    /// Stops the threads; what was running is resumed at the next start.
    @Override
    public void close() {
        List<Thread> running;
        synchronized (this) {
            closed = true;
            running = List.copyOf(threads.values());
        }
        for (Thread thread : running) {
            thread.interrupt();
        }
        for (Thread thread : running) {
            try {
                boolean ended = thread.join(STOP_TIMEOUT);
                if (!ended) {
                    LOG.warn("workflow thread did not stop in time name={}", thread.getName());
                }
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }
}

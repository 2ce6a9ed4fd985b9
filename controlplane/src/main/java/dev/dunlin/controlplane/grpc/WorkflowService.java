// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.controlplane.grpc;

import dev.dunlin.controlplane.v1.CancelWorkflowRequest;
import dev.dunlin.controlplane.v1.GetWorkflowRequest;
import dev.dunlin.controlplane.v1.LimitWorkflowRequest;
import dev.dunlin.controlplane.v1.ListWorkflowsRequest;
import dev.dunlin.controlplane.v1.ListWorkflowsResponse;
import dev.dunlin.controlplane.v1.RetryWorkflowRequest;
import dev.dunlin.controlplane.v1.StartWorkflowRequest;
import dev.dunlin.controlplane.v1.WatchWorkflowRequest;
import dev.dunlin.controlplane.v1.Workflow;
import dev.dunlin.controlplane.v1.WorkflowServiceGrpc;
import dev.dunlin.controlplane.workflow.Changes;
import dev.dunlin.controlplane.workflow.Refused;
import dev.dunlin.controlplane.workflow.WorkflowRunner;
import io.grpc.stub.StreamObserver;

/// `WorkflowService` of the API.
public final class WorkflowService extends WorkflowServiceGrpc.WorkflowServiceImplBase {
    private static final int LIST_DEFAULT = 100;

    /// How often a watch looks whether its reader is still there.
    private static final long WATCH_POLL_MS = 1_000;

    /// Never more messages than a person can read.
    private static final long WATCH_PAUSE_MS = 100;

    private final Changes changes;
    private final WorkflowRunner runner;

    public WorkflowService(Changes changes, WorkflowRunner runner) {
        this.changes = changes;
        this.runner = runner;
    }

    @Override
    public void start(StartWorkflowRequest request, StreamObserver<Workflow> observer) {
        Replies.unary(
                observer,
                () -> {
                    var plan = changes.plan(request.getPlanId());
                    if (!plan.hash().equals(request.getPlanHash())) {
                        throw new Refused(
                                Refused.Code.STALE_PLAN,
                                "plan "
                                        + plan.id()
                                        + " has the hash "
                                        + plan.hash()
                                        + ", not "
                                        + request.getPlanHash(),
                                "run the command again with --dry-run");
                    }
                    return ProtoMapper.workflow(
                            changes.start(
                                            plan,
                                            request.getRequestId(),
                                            request.getReason(),
                                            request.getSlotsPerSecondMax())
                                    .status());
                });
    }

    @Override
    public void get(GetWorkflowRequest request, StreamObserver<Workflow> observer) {
        Replies.unary(observer, () -> ProtoMapper.workflow(find(request.getId()).status()));
    }

    private dev.dunlin.controlplane.workflow.Workflow find(String id) throws Refused {
        return runner.find(id)
                .orElseThrow(() ->
                        new Refused(
                                Refused.Code.NOT_FOUND,
                                "there is no workflow " + id,
                                "clusterctl workflow list"));
    }

    @Override
    public void list(ListWorkflowsRequest request, StreamObserver<ListWorkflowsResponse> observer) {
        Replies.unary(
                observer,
                () -> {
                    var response = ListWorkflowsResponse.newBuilder();
                    int limit = request.getLimit() > 0 ? request.getLimit() : LIST_DEFAULT;
                    runner.list(limit)
                            .forEach(status -> response.addWorkflows(ProtoMapper.workflow(status)));
                    return response.build();
                });
    }

    @Override
    public void watch(WatchWorkflowRequest request, StreamObserver<Workflow> observer) {
        var stream = new LatestStream<>(observer);
        stream.run(() -> {
            var workflow = find(request.getId());
            long cursor = request.getCursor();
            while (stream.awaitReady()) {
                var status = workflow.awaitChange(cursor, WATCH_POLL_MS);
                if (status.cursor() > cursor || status.state().ended()) {
                    stream.send(ProtoMapper.workflow(status));
                    cursor = status.cursor();
                }
                if (status.state().ended()) {
                    return;
                }
                stream.pause(WATCH_PAUSE_MS);
            }
        });
    }

    @Override
    public void cancel(CancelWorkflowRequest request, StreamObserver<Workflow> observer) {
        Replies.unary(
                observer, () -> ProtoMapper.workflow(runner.cancel(request.getId()).status()));
    }

    @Override
    public void limit(LimitWorkflowRequest request, StreamObserver<Workflow> observer) {
        Replies.unary(
                observer,
                () ->
                        ProtoMapper.workflow(
                                runner.limit(request.getId(), request.getSlotsPerSecondMax())
                                        .status()));
    }

    @Override
    public void retry(RetryWorkflowRequest request, StreamObserver<Workflow> observer) {
        Replies.unary(observer, () -> ProtoMapper.workflow(runner.retry(request.getId()).status()));
    }
}

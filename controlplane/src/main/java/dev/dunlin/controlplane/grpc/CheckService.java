// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.controlplane.grpc;

import dev.dunlin.controlplane.health.Finding;
import dev.dunlin.controlplane.health.HealthChecks;
import dev.dunlin.controlplane.v1.CheckServiceGrpc;
import dev.dunlin.controlplane.v1.RunCheckRequest;
import dev.dunlin.controlplane.v1.RunCheckResponse;
import dev.dunlin.controlplane.workflow.Changes;
import dev.dunlin.controlplane.workflow.WorkflowRunner;
import io.grpc.stub.StreamObserver;

/// `CheckService` of the API.
public final class CheckService extends CheckServiceGrpc.CheckServiceImplBase {
    private final Changes changes;
    private final WorkflowRunner runner;

    public CheckService(Changes changes, WorkflowRunner runner) {
        this.changes = changes;
        this.runner = runner;
    }

    @Override
    public void run(RunCheckRequest request, StreamObserver<RunCheckResponse> observer) {
        Replies.unary(
                observer,
                () -> {
                    var response =
                            RunCheckResponse.newBuilder()
                                    .setChecksRun(Finding.Check.values().length);
                    HealthChecks.run(changes.snapshot(), !runner.running().isEmpty())
                            .forEach(finding -> response.addFindings(ProtoMapper.finding(finding)));
                    return response.build();
                });
    }
}

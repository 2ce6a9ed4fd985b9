// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.controlplane.grpc;

import dev.dunlin.controlplane.v1.ChangeResponse;
import dev.dunlin.controlplane.v1.FailoverRequest;
import dev.dunlin.controlplane.v1.FailoverServiceGrpc;
import dev.dunlin.controlplane.workflow.Changes;
import io.grpc.stub.StreamObserver;

/// `FailoverService` of the API.
public final class FailoverService extends FailoverServiceGrpc.FailoverServiceImplBase {
    private final Changes changes;

    public FailoverService(Changes changes) {
        this.changes = changes;
    }

    @Override
    public void execute(FailoverRequest request, StreamObserver<ChangeResponse> observer) {
        Replies.unary(
                observer,
                () ->
                        ChangeCalls.run(
                                changes,
                                request.getOptions(),
                                () -> changes.failover(request.getNode(), request.getForce())));
    }
}

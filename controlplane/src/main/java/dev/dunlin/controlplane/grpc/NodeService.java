// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.controlplane.grpc;

import dev.dunlin.controlplane.v1.AddNodeRequest;
import dev.dunlin.controlplane.v1.ChangeResponse;
import dev.dunlin.controlplane.v1.ListNodesRequest;
import dev.dunlin.controlplane.v1.ListNodesResponse;
import dev.dunlin.controlplane.v1.NodeServiceGrpc;
import dev.dunlin.controlplane.v1.RemoveNodeRequest;
import dev.dunlin.controlplane.workflow.Changes;
import io.grpc.stub.StreamObserver;

/// `NodeService` of the API.
public final class NodeService extends NodeServiceGrpc.NodeServiceImplBase {
    private final Changes changes;

    public NodeService(Changes changes) {
        this.changes = changes;
    }

    @Override
    public void add(AddNodeRequest request, StreamObserver<ChangeResponse> observer) {
        Replies.unary(
                observer,
                () -> {
                    var address = ClusterService.address(request.getAddress());
                    return ChangeCalls.run(
                            changes,
                            request.getOptions(),
                            () ->
                                    changes.addNode(
                                            address,
                                            request.getReplica(),
                                            request.getPrimary(),
                                            request.getRebalance()));
                });
    }

    @Override
    public void remove(RemoveNodeRequest request, StreamObserver<ChangeResponse> observer) {
        Replies.unary(
                observer,
                () ->
                        ChangeCalls.run(
                                changes,
                                request.getOptions(),
                                () -> changes.removeNode(request.getNode())));
    }

    @Override
    public void list(ListNodesRequest request, StreamObserver<ListNodesResponse> observer) {
        Replies.unary(
                observer,
                () ->
                        ListNodesResponse.newBuilder()
                                .addAllNodes(ProtoMapper.nodes(changes.snapshot()))
                                .build());
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.controlplane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.dunlin.controlplane.topology.HostPort;
import dev.dunlin.controlplane.v1.ClusterServiceGrpc;
import dev.dunlin.controlplane.v1.CreateClusterRequest;
import dev.dunlin.controlplane.v1.ErrorDetail;
import dev.dunlin.controlplane.v1.GetStatusRequest;
import dev.dunlin.controlplane.v1.GetWorkflowRequest;
import dev.dunlin.controlplane.v1.PlanServiceGrpc;
import dev.dunlin.controlplane.v1.ProposePlanRequest;
import dev.dunlin.controlplane.v1.StartWorkflowRequest;
import dev.dunlin.controlplane.v1.WorkflowServiceGrpc;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.grpc.reflection.v1.ServerReflectionRequest;
import io.grpc.reflection.v1.ServerReflectionResponse;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The service over a real loopback socket, without any node.
class ControlPlaneTest {
    private static final Metadata.Key<ErrorDetail> DETAIL =
            Metadata.Key.of(
                    "dunlin-error-bin",
                    ProtoUtils.metadataMarshaller(ErrorDetail.getDefaultInstance()));

    @TempDir Path temp;
    private ControlPlane controlPlane;
    private ManagedChannel channel;

    @BeforeEach
    void start() throws IOException {
        controlPlane = listen(List.of());
        channel =
                NettyChannelBuilder.forAddress("127.0.0.1", controlPlane.port())
                        .usePlaintext()
                        .build();
    }

    private ControlPlane listen(List<HostPort> seeds) throws IOException {
        return ControlPlane.listen(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), temp, seeds);
    }

    @AfterEach
    void stop() {
        channel.shutdownNow();
        controlPlane.close();
    }

    @Test
    void givenItRuns_whenAskedForHealth_thenItServes() {
        var answer =
                HealthGrpc.newBlockingStub(channel).check(HealthCheckRequest.getDefaultInstance());

        assertThat(answer.getStatus()).isEqualTo(HealthCheckResponse.ServingStatus.SERVING);
    }

    @Test
    void givenItRuns_whenReflected_thenEveryServiceIsListed() throws Exception {
        var answer = new CompletableFuture<ServerReflectionResponse>();
        var requests =
                ServerReflectionGrpc.newStub(channel)
                        .serverReflectionInfo(
                                new StreamObserver<>() {
                                    @Override
                                    public void onNext(ServerReflectionResponse response) {
                                        answer.complete(response);
                                    }

                                    @Override
                                    public void onError(Throwable error) {
                                        answer.completeExceptionally(error);
                                    }

                                    @Override
                                    public void onCompleted() {}
                                });
        requests.onNext(ServerReflectionRequest.newBuilder().setListServices("").build());

        var names =
                answer.get(10, TimeUnit.SECONDS).getListServicesResponse().getServiceList().stream()
                        .map(service -> service.getName())
                        .toList();
        requests.onCompleted();

        assertThat(names)
                .contains(
                        "dunlin.controlplane.v1.ClusterService",
                        "dunlin.controlplane.v1.NodeService",
                        "dunlin.controlplane.v1.PlanService",
                        "dunlin.controlplane.v1.WorkflowService",
                        "dunlin.controlplane.v1.FailoverService",
                        "dunlin.controlplane.v1.CheckService",
                        "grpc.health.v1.Health");
    }

    @Test
    void givenNoCluster_whenAskedForStatus_thenTheErrorSaysWhatToRun() {
        var error =
                refused(() ->
                        ClusterServiceGrpc.newBlockingStub(channel)
                                .getStatus(GetStatusRequest.getDefaultInstance()));

        assertThat(error.getStatus().getCode()).isEqualTo(Status.Code.FAILED_PRECONDITION);
        assertThat(detail(error).getNextCommand()).isEqualTo("clusterctl up");
    }

    @Test
    void givenUnknownNames_whenAsked_thenTheyAreNotFound() {
        var workflows = WorkflowServiceGrpc.newBlockingStub(channel);

        var noWorkflow =
                refused(() -> workflows.get(GetWorkflowRequest.newBuilder().setId("wf-9").build()));
        var noPlan =
                refused(() ->
                        workflows.start(StartWorkflowRequest.newBuilder().setPlanId("x").build()));

        assertThat(noWorkflow.getStatus().getCode()).isEqualTo(Status.Code.NOT_FOUND);
        assertThat(noPlan.getStatus().getCode()).isEqualTo(Status.Code.NOT_FOUND);
    }

    @Test
    void givenNonsense_whenAsked_thenItIsAnInvalidArgument() {
        var address =
                refused(() ->
                        ClusterServiceGrpc.newBlockingStub(channel)
                                .create(
                                        CreateClusterRequest.newBuilder()
                                                .addAddresses("nonsense")
                                                .build()));
        var goal =
                refused(() ->
                        PlanServiceGrpc.newBlockingStub(channel)
                                .propose(ProposePlanRequest.getDefaultInstance()));

        assertThat(address.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
        assertThat(detail(address).getText()).contains("nonsense");
        assertThat(goal.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
    }

    @Test
    void givenTheDirectoryIsInUse_whenASecondOneStarts_thenItIsRefused() {
        var error = catchThrowableOfType(IOException.class, () -> listen(List.of()));

        assertThat(error).hasMessageContaining("another control plane uses");
    }

    private static ErrorDetail detail(StatusRuntimeException error) {
        var trailers = error.getTrailers();
        assertThat(trailers).isNotNull();
        var detail = trailers.get(DETAIL);
        assertThat(detail).isNotNull();
        return detail;
    }

    private static StatusRuntimeException refused(Runnable call) {
        return catchThrowableOfType(StatusRuntimeException.class, call::run);
    }
}

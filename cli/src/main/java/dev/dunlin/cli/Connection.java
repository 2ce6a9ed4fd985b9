// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.cli;

import dev.dunlin.controlplane.InProcessControlPlane;
import dev.dunlin.controlplane.v1.CheckServiceGrpc;
import dev.dunlin.controlplane.v1.ClusterServiceGrpc;
import dev.dunlin.controlplane.v1.ErrorDetail;
import dev.dunlin.controlplane.v1.FailoverServiceGrpc;
import dev.dunlin.controlplane.v1.NodeServiceGrpc;
import dev.dunlin.controlplane.v1.PlanServiceGrpc;
import dev.dunlin.controlplane.v1.WorkflowServiceGrpc;
import io.grpc.Channel;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.protobuf.ProtoUtils;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// The way to a control plane: a running one, or one inside this process.
public final class Connection implements AutoCloseable {
    /// No call but a watch takes longer; a change answers as soon as it is written down.
    private static final long CALL_SECONDS = 30;

    private static final Metadata.Key<ErrorDetail> DETAIL =
            Metadata.Key.of(
                    "dunlin-error-bin",
                    ProtoUtils.metadataMarshaller(ErrorDetail.getDefaultInstance()));

    private final String name;
    private final Channel channel;
    private final AutoCloseable owner;
    private final boolean inProcess;

    private Connection(String name, Channel channel, AutoCloseable owner, boolean inProcess) {
        this.name = name;
        this.channel = channel;
        this.owner = owner;
        this.inProcess = inProcess;
    }

    /// Connects to the control plane at `HOST:PORT`; errors show with the first call.
    public static Connection toServer(String target) {
        ManagedChannel channel =
                NettyChannelBuilder.forTarget("dns:///" + target).usePlaintext().build();
        return new Connection(
                target,
                channel,
                () -> {
                    channel.shutdownNow();
                    boolean _ = channel.awaitTermination(1, TimeUnit.SECONDS);
                },
                false);
    }

    /// Runs a control plane in this process over the cluster that `seed` belongs to.
    public static Connection inProcess(String seed, Path dataDirectory) {
        try {
            var controlPlane = InProcessControlPlane.start(dataDirectory, List.of(seed));
            return new Connection(seed, controlPlane.channel(), controlPlane, true);
        } catch (IllegalArgumentException e) {
            throw new CliException(
                    ExitCode.USAGE,
                    String.valueOf(e.getMessage()),
                    "",
                    "clusterctl status --seed 127.0.0.1:7001");
        } catch (IOException e) {
            throw new CliException(
                    ExitCode.FAILED,
                    String.valueOf(e.getMessage()),
                    "nothing was changed",
                    "wait for the other clusterctl, or use --server");
        }
    }

    public boolean isInProcess() {
        return inProcess;
    }

    /// {@return the channel, for streams}
    public Channel channel() {
        return channel;
    }

    public ClusterServiceGrpc.ClusterServiceBlockingStub cluster() {
        return ClusterServiceGrpc.newBlockingStub(channel)
                .withDeadlineAfter(CALL_SECONDS, TimeUnit.SECONDS);
    }

    public NodeServiceGrpc.NodeServiceBlockingStub nodes() {
        return NodeServiceGrpc.newBlockingStub(channel)
                .withDeadlineAfter(CALL_SECONDS, TimeUnit.SECONDS);
    }

    public PlanServiceGrpc.PlanServiceBlockingStub plans() {
        return PlanServiceGrpc.newBlockingStub(channel)
                .withDeadlineAfter(CALL_SECONDS, TimeUnit.SECONDS);
    }

    public WorkflowServiceGrpc.WorkflowServiceBlockingStub workflows() {
        return WorkflowServiceGrpc.newBlockingStub(channel)
                .withDeadlineAfter(CALL_SECONDS, TimeUnit.SECONDS);
    }

    public FailoverServiceGrpc.FailoverServiceBlockingStub failovers() {
        return FailoverServiceGrpc.newBlockingStub(channel)
                .withDeadlineAfter(CALL_SECONDS, TimeUnit.SECONDS);
    }

    public CheckServiceGrpc.CheckServiceBlockingStub checks() {
        return CheckServiceGrpc.newBlockingStub(channel)
                .withDeadlineAfter(CALL_SECONDS, TimeUnit.SECONDS);
    }

    /// {@return what `call` returns}
    ///
    /// Throws [CliException] with what the control plane said when it refused.
    public <T> T call(Function<Connection, T> call) {
        try {
            return call.apply(this);
        } catch (StatusRuntimeException e) {
            throw refused(e);
        }
    }

    /// {@return the exception for people}
    public CliException refused(StatusRuntimeException e) {
        ErrorDetail detail = detail(e);
        Status.Code code = e.getStatus().getCode();
        if (detail == null) {
            return withoutDetail(e, code);
        }
        ExitCode exitCode =
                switch (code) {
                    case INVALID_ARGUMENT -> ExitCode.USAGE;
                    case NOT_FOUND -> ExitCode.NOT_FOUND;
                    case FAILED_PRECONDITION -> ExitCode.PRECONDITION;
                    case PERMISSION_DENIED, UNAUTHENTICATED -> ExitCode.DENIED;
                    default -> ExitCode.FAILED;
                };
        return new CliException(
                exitCode, detail.getText(), detail.getStateNow(), detail.getNextCommand());
    }

    private CliException withoutDetail(StatusRuntimeException e, Status.Code code) {
        if (code == Status.Code.UNAVAILABLE) {
            return new CliException(
                    ExitCode.UNREACHABLE,
                    "no control plane answers at " + name,
                    "nothing was changed by this command",
                    "clusterctl up, or --server HOST:PORT of a running one, or --seed HOST:PORT of a"
                            + " node");
        }
        return new CliException(
                code == Status.Code.DEADLINE_EXCEEDED ? ExitCode.TIMED_OUT : ExitCode.FAILED,
                "the control plane at " + name + " failed: " + e.getStatus(),
                "not known",
                "clusterctl workflow list");
    }

    private static @Nullable ErrorDetail detail(StatusRuntimeException e) {
        Metadata trailers = e.getTrailers();
        return trailers == null ? null : trailers.get(DETAIL);
    }

    @Override
    public void close() {
        try {
            owner.close();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } catch (Exception e) {
            throw new IllegalStateException("cannot close the connection to " + name, e);
        }
    }
}

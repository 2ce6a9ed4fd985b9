// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.controlplane.grpc;

import dev.dunlin.controlplane.health.HealthChecks;
import dev.dunlin.controlplane.nodeclient.ClusterSnapshot;
import dev.dunlin.controlplane.topology.HostPort;
import dev.dunlin.controlplane.v1.ChangeResponse;
import dev.dunlin.controlplane.v1.ClusterServiceGrpc;
import dev.dunlin.controlplane.v1.ClusterStatus;
import dev.dunlin.controlplane.v1.CreateClusterRequest;
import dev.dunlin.controlplane.v1.GetStatusRequest;
import dev.dunlin.controlplane.v1.WatchStatusRequest;
import dev.dunlin.controlplane.workflow.Changes;
import dev.dunlin.controlplane.workflow.Refused;
import dev.dunlin.controlplane.workflow.WorkflowRunner;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.List;

/// `ClusterService` of the API.
public final class ClusterService extends ClusterServiceGrpc.ClusterServiceImplBase {
    private static final int INTERVAL_MS_DEFAULT = 1_000;
    private static final int INTERVAL_MS_MIN = 200;
    private static final int INTERVAL_MS_MAX = 60_000;

    private final Changes changes;
    private final WorkflowRunner runner;

    public ClusterService(Changes changes, WorkflowRunner runner) {
        this.changes = changes;
        this.runner = runner;
    }

    @Override
    public void create(CreateClusterRequest request, StreamObserver<ChangeResponse> observer) {
        Replies.unary(
                observer,
                () -> {
                    var addresses = addresses(request.getAddressesList());
                    return ChangeCalls.run(
                            changes,
                            request.getOptions(),
                            () -> changes.createCluster(addresses, request.getReplicasPerShard()));
                });
    }

    static List<HostPort> addresses(List<String> texts) throws Refused {
        var addresses = new ArrayList<HostPort>();
        for (String text : texts) {
            addresses.add(address(text));
        }
        return addresses;
    }

    static HostPort address(String text) throws Refused {
        HostPort address = HostPort.parse(text);
        if (address == null) {
            throw new Refused(
                    Refused.Code.INVALID,
                    "not an address: \"" + text + "\"; wanted HOST:PORT",
                    "clusterctl status");
        }
        return address;
    }

    @Override
    public void getStatus(GetStatusRequest request, StreamObserver<ClusterStatus> observer) {
        Replies.unary(observer, this::status);
    }

    private ClusterStatus status() throws Refused {
        ClusterSnapshot snapshot = changes.snapshot();
        var running = runner.running();
        return ProtoMapper.status(
                snapshot, HealthChecks.run(snapshot, !running.isEmpty()), running);
    }

    @Override
    public void watchStatus(WatchStatusRequest request, StreamObserver<ClusterStatus> observer) {
        int intervalMs =
                request.getIntervalMs() == 0
                        ? INTERVAL_MS_DEFAULT
                        : Math.clamp(request.getIntervalMs(), INTERVAL_MS_MIN, INTERVAL_MS_MAX);
        var stream = new LatestStream<>(observer);
        stream.run(() -> {
            ClusterStatus sent = ClusterStatus.getDefaultInstance();
            while (stream.awaitReady()) {
                ClusterStatus now = status();
                if (!now.equals(sent)) {
                    stream.send(now);
                    sent = now;
                }
                stream.pause(intervalMs);
            }
        });
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.controlplane;

import dev.dunlin.controlplane.topology.HostPort;
import io.grpc.Channel;
import io.grpc.ManagedChannel;
import io.grpc.inprocess.InProcessChannelBuilder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/// A control plane inside the caller, for clusters that have none of their own: the one class outside of the generated
/// stubs that other modules may use.
///
/// It has the same services, reached through [#channel]. Its journal lies in the given directory, so a workflow that was cut
/// off goes on with the next call that uses the same directory.
public final class InProcessControlPlane implements AutoCloseable {
    private final ControlPlane controlPlane;
    private final ManagedChannel channel;

    private InProcessControlPlane(ControlPlane controlPlane, ManagedChannel channel) {
        this.controlPlane = controlPlane;
        this.channel = channel;
    }

    /// Starts it over the cluster that one of `seeds` (`HOST:PORT`) belongs to.
    ///
    /// Throws `IllegalArgumentException` for a seed that is no address, and [IOException] when another control plane uses the
    /// directory.
    public static InProcessControlPlane start(Path dataDirectory, List<String> seeds)
            throws IOException {
        var addresses = new ArrayList<HostPort>();
        for (String seed : seeds) {
            HostPort address = HostPort.parse(seed);
            if (address == null) {
                throw new IllegalArgumentException("not HOST:PORT: " + seed);
            }
            addresses.add(address);
        }
        String name = "dunlin-" + UUID.randomUUID();
        var controlPlane = ControlPlane.inProcess(name, dataDirectory, addresses);
        return new InProcessControlPlane(
                controlPlane, InProcessChannelBuilder.forName(name).build());
    }

    /// {@return where its services are}
    public Channel channel() {
        return channel;
    }

    /// Stops it.
    @Override
    public void close() {
        channel.shutdownNow();
        controlPlane.close();
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.clusterbus.testkit;

import dev.dunlin.clusterbus.BusConfig;
import dev.dunlin.clusterbus.ClusterBus;
import dev.dunlin.clusterbus.engine.ClusterCommand;
import dev.dunlin.clusterbus.engine.CommandResult;
import dev.dunlin.clusterbus.engine.EngineConfig;
import dev.dunlin.clusterbus.model.ClusterView;
import dev.dunlin.clusterbus.model.NodeAddress;
import dev.dunlin.clusterbus.transport.BusTransport;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.List;

/// A member of a real cluster that has a bus and no data.
public final class BusNode implements AutoCloseable {
    public final FakeHost host = new FakeHost();
    private final int port;
    private final BusConfig config;
    private ClusterBus bus;

    /// Starts with the nodes.conf in `directory`, or as a new node when there is none.
    public BusNode(Path directory, long nodeTimeoutMs) throws Exception {
        List<Integer> ports = Ports.free(2);
        port = ports.get(0);
        var engine =
                EngineConfig.defaults(NodeAddress.of("127.0.0.1", port, ports.get(1)))
                        .withNodeTimeoutMs(nodeTimeoutMs);
        config =
                new BusConfig(
                        directory.resolve("nodes-" + port + ".conf"),
                        List.of(InetAddress.getLoopbackAddress()),
                        ports.get(1),
                        null,
                        0,
                        engine);
        bus = ClusterBus.start(config, host, BusTransport.nio());
    }

    /// Leaves without a word.
    public void stop() {
        bus.close();
    }

    /// Comes back with what nodes.conf says.
    public void resume() throws Exception {
        bus = ClusterBus.start(config, host, BusTransport.nio());
    }

    public ClusterBus bus() {
        return bus;
    }

    public BusConfig config() {
        return config;
    }

    public ClusterView view() {
        return bus.view();
    }

    public String id() {
        return view().myself().value();
    }

    public int port() {
        return port;
    }

    public int busPort() {
        return config.busPort();
    }

    public CommandResult execute(ClusterCommand command) {
        return bus.execute(command);
    }

    /// Leaves without a word and comes back with what nodes.conf says.
    public void restart() throws Exception {
        stop();
        resume();
    }

    @Override
    public void close() {
        bus.close();
    }
}

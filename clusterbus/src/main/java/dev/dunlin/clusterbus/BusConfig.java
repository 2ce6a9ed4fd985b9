// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.clusterbus;

import dev.dunlin.clusterbus.engine.EngineConfig;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a [ClusterBus] needs to know at start.
///
/// @param nodesConf `cluster-config-file`, resolved against `dir`
/// @param bind addresses to listen on, at least one
/// @param busPort port to listen on: `cluster-port`, else client port + 10000; what is announced may differ
/// @param bindSource `bind-source-addr`, null when the kernel may choose
/// @param linkSendBufferBytes `cluster-link-sendbuf-limit`; 0 stands for our default, never for no limit
/// @param engine what the rules depend on
public record BusConfig(
        Path nodesConf,
        List<InetAddress> bind,
        int busPort,
        @Nullable InetAddress bindSource,
        long linkSendBufferBytes,
        EngineConfig engine) {
    public BusConfig {
        bind = List.copyOf(bind);
        if (bind.isEmpty()) {
            throw new IllegalArgumentException("the cluster bus needs an address to bind to");
        }
        if (busPort <= 0 || busPort > 0xffff) {
            throw new IllegalArgumentException("not a port for the cluster bus: " + busPort);
        }
    }
}

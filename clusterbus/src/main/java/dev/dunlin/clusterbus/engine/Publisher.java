// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.clusterbus.engine;

import dev.dunlin.clusterbus.model.NodeFlags;
import dev.dunlin.clusterbus.wire.BusHeader;
import dev.dunlin.clusterbus.wire.BusMessage;
import dev.dunlin.clusterbus.wire.LightPublish;
import dev.dunlin.clusterbus.wire.Publish;
import dev.dunlin.clusterbus.wire.PublishBody;
import dev.dunlin.clusterbus.wire.PublishShard;

/// Spreads published messages: to everyone, or to the nodes of our shard. Receivers never forward.
final class Publisher {
    private final Core core;
    private final HeaderComposer headers;

    Publisher(Core core, HeaderComposer headers) {
        this.core = core;
        this.headers = headers;
    }

    void publish(boolean sharded, PublishBody body) {
        BusHeader header = headers.header();
        BusMessage headed = sharded ? new PublishShard(header, body) : new Publish(header, body);
        BusMessage light = new LightPublish(sharded, body);
        for (Node node : core.table.nodes()) {
            if (node.has(NodeFlags.MYSELF | NodeFlags.HANDSHAKE)
                    || (sharded && !ClusterTable.sameShard(node, core.myself()))) {
                continue;
            }
            core.outbox.send(node.outbound, node.has(NodeFlags.LIGHT_PUBLISH) ? light : headed);
        }
    }
}

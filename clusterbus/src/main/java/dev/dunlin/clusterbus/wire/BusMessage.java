// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.clusterbus.wire;

/// One message of the cluster bus.
public sealed interface BusMessage permits BusMessage.Headed, BusMessage.Light {
    /// A message that starts with the normal header and so names its sender.
    sealed interface Headed extends BusMessage
            permits Heartbeat,
                    Fail,
                    Publish,
                    PublishShard,
                    FailoverAuthRequest,
                    FailoverAuthAck,
                    Update,
                    MfStart,
                    Unknown {
        BusHeader header();
    }

    /// A message with gossip.
    sealed interface Heartbeat extends Headed permits Ping, Pong, Meet {
        Gossip gossip();
    }

    /// A message with the light header, which names no sender: it belongs to the node its link is bound to, and a link that
    /// is not bound must be closed.
    sealed interface Light extends BusMessage permits LightPublish {}
}

// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.clusterbus.wire;

/// A message on a shard channel, sent to the nodes of the sender's shard.
public record PublishShard(BusHeader header, PublishBody body) implements BusMessage.Headed {}

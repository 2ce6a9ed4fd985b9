// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.clusterbus.wire.ext;

import dev.dunlin.clusterbus.model.ShardId;

/// The shard the sender belongs to (Redis 7.2 and later).
public record ShardIdExt(ShardId shardId) implements PingExtension {}

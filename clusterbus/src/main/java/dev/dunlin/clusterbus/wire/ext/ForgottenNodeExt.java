// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.clusterbus.wire.ext;

import dev.dunlin.clusterbus.model.NodeId;

/// The sender was told to forget `node` and will not take it back from gossip for `ttlSeconds` (Redis 7.2 and later).
public record ForgottenNodeExt(NodeId node, long ttlSeconds) implements PingExtension {}

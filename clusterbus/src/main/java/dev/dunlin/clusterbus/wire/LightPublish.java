// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.clusterbus.wire;

/// [Publish] or, when `sharded`, [PublishShard] with the light header of Valkey 8.
public record LightPublish(boolean sharded, PublishBody body) implements BusMessage.Light {}

// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.clusterbus.wire;

/// A [Ping] that asks the receiver to admit an unknown sender.
public record Meet(BusHeader header, Gossip gossip) implements BusMessage.Heartbeat {}

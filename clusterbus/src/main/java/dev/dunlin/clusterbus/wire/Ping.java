// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.clusterbus.wire;

/// Asks for a [Pong].
public record Ping(BusHeader header, Gossip gossip) implements BusMessage.Heartbeat {}

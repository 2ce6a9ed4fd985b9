// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.clusterbus.wire;

/// Answers a [Ping] or [Meet], or announces news without being asked.
public record Pong(BusHeader header, Gossip gossip) implements BusMessage.Heartbeat {}

// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.clusterbus.wire;

/// A message on a channel, sent to every node.
public record Publish(BusHeader header, PublishBody body) implements BusMessage.Headed {}

// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.clusterbus.wire;

import dev.dunlin.clusterbus.model.NodeId;

/// A majority agreed that `failed` has failed; the receiver believes it without a count of its own.
public record Fail(BusHeader header, NodeId failed) implements BusMessage.Headed {}

// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.clusterbus.wire;

/// A vote. It names neither candidate nor epoch, so whoever counts must know what was asked for.
public record FailoverAuthAck(BusHeader header) implements BusMessage.Headed {}

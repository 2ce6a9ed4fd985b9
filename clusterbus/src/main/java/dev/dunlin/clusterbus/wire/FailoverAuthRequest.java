// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.clusterbus.wire;

/// A replica asks for a vote in the epoch its header carries, for the slots its header claims.
public record FailoverAuthRequest(BusHeader header) implements BusMessage.Headed {}

// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.clusterbus.wire;

/// A replica asks its primary to pause writes for a manual failover.
public record MfStart(BusHeader header) implements BusMessage.Headed {}

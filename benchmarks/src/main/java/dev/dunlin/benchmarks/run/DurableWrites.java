// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.benchmarks.run;

/// Writes with an append-only file.
///
/// @param appendfsync how it is synced
/// @param writes the rounds
public record DurableWrites(String appendfsync, ThroughputResult writes) {}

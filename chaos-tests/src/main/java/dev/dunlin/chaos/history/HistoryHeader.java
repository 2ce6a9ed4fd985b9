// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.chaos.history;

/// The first line of a history file: what is needed to read and to repeat the run.
///
/// @param seed seed of the run
/// @param scenario scenario name
/// @param server server under test, as given
/// @param environment environment name
/// @param nodeTimeoutMs cluster-node-timeout in milliseconds
/// @param originEpochMs wall clock of time 0, Unix milliseconds; only for reading logs side by side
public record HistoryHeader(
        long seed,
        String scenario,
        String server,
        String environment,
        long nodeTimeoutMs,
        long originEpochMs) {}

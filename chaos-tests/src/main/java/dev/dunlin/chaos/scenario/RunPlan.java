// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.chaos.scenario;

import dev.dunlin.chaos.cluster.ClusterSettings;
import dev.dunlin.chaos.cluster.ServerUnderTest;
import java.nio.file.Path;

/// One run to be done.
///
/// @param scenario what happens
/// @param server to whom
/// @param environment where
/// @param settings the cluster's settings
/// @param seed seed of everything random in the harness
/// @param dir folder for the history and the nodes' logs
public record RunPlan(
        Scenario scenario,
        ServerUnderTest server,
        String environment,
        ClusterSettings settings,
        long seed,
        Path dir) {}

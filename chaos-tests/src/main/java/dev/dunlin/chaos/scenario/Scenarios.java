// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.chaos.scenario;

import java.util.List;
import java.util.Optional;

/// The catalogue.
public final class Scenarios {
    /// All scenarios in the order they run.
    public static final List<Scenario> ALL =
            List.of(
                    new KillPrimary(),
                    new ZombiePrimary(),
                    new IsolatePrimaryWithClient(IsolatePrimaryWithClient.Direction.BOTH),
                    new IsolatePrimaryWithClient(IsolatePrimaryWithClient.Direction.MUTE),
                    new IsolatePrimaryWithClient(IsolatePrimaryWithClient.Direction.DEAF),
                    new MinorityPartition(),
                    new RestartOldPrimary());

    private Scenarios() {}

    /// {@return the scenario of this name}
    public static Optional<Scenario> named(String name) {
        return ALL.stream().filter(scenario -> scenario.name().equals(name)).findFirst();
    }

    /// {@return the scenarios of a nemesis alias; `all` means every one}
    public static List<Scenario> ofNemesis(String alias) {
        return ALL.stream()
                .filter(scenario -> alias.equals("all") || scenario.nemesis().equals(alias))
                .toList();
    }
}

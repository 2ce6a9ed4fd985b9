// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.chaos.scenario;

import dev.dunlin.chaos.checker.FaultWindow;
import dev.dunlin.chaos.cluster.FaultKind;
import java.util.List;
import java.util.Set;

/// A named experiment. Stateless: one instance serves all runs.
public interface Scenario {
    /// {@return its name on the command line}
    String name();

    /// {@return what happens, in a sentence}
    String story();

    /// {@return the nemesis alias it belongs to: `kill`, `pause`, `partition` or `restart`}
    String nemesis();

    /// {@return the faults an environment must offer}
    Set<FaultKind> requires();

    /// {@return whether another node has to take over}
    boolean expectsPromotion();

    /// Runs traffic and faults; returns when the fault is healed as far as the scenario heals it.
    FaultWindow play(Stage stage);

    /// {@return the claims of this scenario; those of every scenario are added by the runner}
    List<Claim> judge(Evidence evidence);
}

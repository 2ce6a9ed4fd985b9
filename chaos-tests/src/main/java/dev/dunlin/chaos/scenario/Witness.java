// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.chaos.scenario;

import dev.dunlin.chaos.HarnessException;
import dev.dunlin.chaos.client.JudgedClient;
import dev.dunlin.chaos.workload.FailoverProbe;
import java.util.List;

/// The key that tells an outdated node by its value.
final class Witness {
    private static final int ATTEMPTS_MAX = 50;

    private Witness() {}

    /// Writes a newer value through the promoted node; a later read of an older one is stale.
    static void overwrite(Stage stage, List<FailoverProbe> probes) {
        try (JudgedClient successor = stage.pinned(stage.promoted(probes), Stage.GROUP_B)) {
            for (int attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
                if (successor.write(stage.witnessKey(), "new:" + attempt).isOk()) {
                    return;
                }
            }
        }
        throw new HarnessException("the promoted node stops accepting writes");
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.chaos.scenario;

import dev.dunlin.chaos.HarnessException;
import dev.dunlin.chaos.checker.StaleReads;
import dev.dunlin.chaos.client.JudgedClient;
import dev.dunlin.chaos.workload.FailoverProbe;
import java.time.Duration;
import java.util.List;
import java.util.function.BooleanSupplier;

/// The key that tells an outdated node by its value.
final class Witness {
    private static final int ATTEMPTS_MAX = 50;
    private static final Duration READ_INTERVAL = Duration.ofMillis(20);

    private Witness() {}

    /// Starts a client that keeps reading from the primary which will be hit, whatever it answers.
    static void startReader(Stage stage) {
        stage.workers().start("witness", stopped -> read(stage, stopped));
    }

    private static void read(Stage stage, BooleanSupplier stopped) {
        try (JudgedClient reader = stage.pinned(stage.primary(), Stage.GROUP_A)) {
            while (!stopped.getAsBoolean()) {
                reader.read(stage.witnessKey());
                stage.pass(READ_INTERVAL);
            }
        }
    }

    /// {@return the claim that `who` answers no read with an outdated value}
    static Claim notStale(Evidence evidence, String who) {
        return Claim.safety(
                evidence.kind(),
                "C7",
                who + " answers no read with an outdated value",
                evidence.stale().isEmpty(),
                evidence.stale().size() + " stale reads",
                CommonClaims.lines(
                        evidence.stale().stream().map(StaleReads.BadRead::read).toList()));
    }

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

// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.chaos;

import dev.dunlin.chaos.scenario.Verdict;

/// Exit codes of [ChaosRun].
final class ExitCode {
    static final int OK = 0;
    static final int SAFETY = 1;
    static final int USAGE = 2;
    static final int HARNESS = 3;
    static final int LIVENESS = 4;

    private ExitCode() {}

    static int of(Verdict verdict) {
        return switch (verdict) {
            case PASS -> OK;
            case LIVENESS -> LIVENESS;
            case HARNESS -> HARNESS;
            case SAFETY -> SAFETY;
        };
    }
}

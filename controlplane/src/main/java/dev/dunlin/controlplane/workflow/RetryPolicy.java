// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.controlplane.workflow;

import java.time.Duration;

/// How long a step keeps trying.
///
/// @param attemptsMax failures in a row without any progress
/// @param firstPause pause after the first failure; doubled after each further one
/// @param pauseMax longest pause
/// @param deadline how long a step waits for something to become true
/// @param poll pause between two looks while waiting
public record RetryPolicy(
        int attemptsMax, Duration firstPause, Duration pauseMax, Duration deadline, Duration poll) {
    /// Outlives a failover at the default node timeout of 15 s, and a restart of a node.
    public static final RetryPolicy DEFAULT =
            new RetryPolicy(
                    30,
                    Duration.ofMillis(100),
                    Duration.ofSeconds(3),
                    Duration.ofSeconds(90),
                    Duration.ofMillis(100));

    /// {@return the pause after the `failures`-th failure in a row, counted from 1}
    public Duration pauseAfter(int failures) {
        long millis = firstPause.toMillis() << Math.min(failures - 1, 20);
        return Duration.ofMillis(Math.min(millis, pauseMax.toMillis()));
    }
}

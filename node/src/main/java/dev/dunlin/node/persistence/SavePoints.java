// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.persistence;

import dev.dunlin.node.config.SavePoint;
import java.util.List;
import java.util.Optional;

/// When the data set is to be saved by itself (`save`): as soon as, of any of the points, enough has changed and enough time has passed
/// since the last save. After a failure the next attempt waits a little, however much is due.
///
/// Thread: stateless.
public final class SavePoints {
    /// As in Redis.
    static final long RETRY_MS = 5000;

    /// How saving stands.
    ///
    /// @param changes writes since the last good save
    /// @param lastSaveMs when that was, or the node's start
    /// @param lastTryMs when the last attempt began
    /// @param lastOk how it ended
    public record Standing(long changes, long lastSaveMs, long lastTryMs, boolean lastOk) {}

    private SavePoints() {}

    /// {@return the first point that is due now}
    public static Optional<SavePoint> due(List<SavePoint> points, Standing standing, long nowMs) {
        if (!standing.lastOk() && nowMs - standing.lastTryMs() <= RETRY_MS) {
            return Optional.empty();
        }
        long seconds = (nowMs - standing.lastSaveMs()) / 1000;
        for (SavePoint point : points) {
            if (standing.changes() >= point.changes() && seconds > point.seconds()) {
                return Optional.of(point);
            }
        }
        return Optional.empty();
    }
}

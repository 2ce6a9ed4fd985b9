// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.replication;

/// How far a [LogReader] may fall behind: `client-output-buffer-limit replica <hard> <soft> <soft seconds>`.
///
/// @param hardBytes beyond this it is overrun at once; 0 for no limit. Never below the size of the backlog, because so
///     much is kept anyway.
/// @param softBytes beyond this for `softMs` without a break it is overrun; 0 for no limit
/// @param softMs duration
public record LogReaderLimit(long hardBytes, long softBytes, long softMs) {
    /// Redis's default for replicas.
    public static final LogReaderLimit REPLICA = new LogReaderLimit(256L << 20, 64L << 20, 60_000);

    /// Never overrun: the reader's owner sees to it that not too much waits.
    public static final LogReaderLimit NONE = new LogReaderLimit(0, 0, 0);

    boolean overHard(long lag, long backlogBytes) {
        return hardBytes > 0 && lag > Math.max(hardBytes, backlogBytes);
    }

    boolean overSoft(long lag) {
        return softBytes > 0 && lag > softBytes;
    }
}

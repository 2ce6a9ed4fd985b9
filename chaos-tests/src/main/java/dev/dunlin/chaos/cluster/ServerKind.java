// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.chaos.cluster;

/// Whose promises are judged.
public enum ServerKind {
    /// Stock redis-server: the control group. Its known losses must be found, or the harness is blind.
    REDIS,
    /// Dunlin's node: judged by Dunlin's promises.
    DUNLIN,
    /// Anything with redis-server's command line: judged by Dunlin's promises.
    OTHER
}

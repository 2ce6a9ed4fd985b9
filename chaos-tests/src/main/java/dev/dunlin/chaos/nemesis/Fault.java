// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.chaos.nemesis;

import dev.dunlin.chaos.cluster.FaultKind;
import dev.dunlin.chaos.cluster.Link;
import java.util.Set;

/// Something bad that is done to a cluster on purpose.
public sealed interface Fault {
    /// SIGKILL; healed by starting the node again. Peers get a reset: the process dies, not its host.
    record Kill(String node) implements Fault {}

    /// SIGSTOP; healed by SIGCONT. Its sockets stay open and its kernel keeps accepting bytes.
    record Pause(String node) implements Fault {}

    /// Starts a dead node again with the files it left; nothing to heal.
    record Restart(String node) implements Fault {}

    /// Drops packets on these links; healed by dropping none.
    ///
    /// @param label what the cut is called in reports, usually who is cut off
    record Cut(String label, Set<Link> links) implements Fault {}

    /// {@return the word in the history: `kill`, `pause`, `restart`, `cut`}
    default String word() {
        return switch (this) {
            case Kill _ -> "kill";
            case Pause _ -> "pause";
            case Restart _ -> "restart";
            case Cut _ -> "cut";
        };
    }

    /// {@return whom it hits}
    default String target() {
        return switch (this) {
            case Kill(String node) -> node;
            case Pause(String node) -> node;
            case Restart(String node) -> node;
            case Cut(String label, _) -> label;
        };
    }

    /// {@return what an environment must be able to do for it}
    default FaultKind kind() {
        return switch (this) {
            case Kill _ -> FaultKind.KILL;
            case Pause _ -> FaultKind.PAUSE;
            case Restart _ -> FaultKind.RESTART;
            case Cut _ -> FaultKind.PARTITION;
        };
    }
}

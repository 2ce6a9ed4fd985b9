// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.chaos.history;

import org.jspecify.annotations.Nullable;

/// One line of a history.
///
/// @param index position in the total order, from 0
/// @param timeNs nanoseconds since the history's origin; never decreases with `index`
/// @param process who acts: a client process (from 0), [#NEMESIS] or [#OBSERVER]
/// @param kind what happened
/// @param function what it was about: `write`, `read`, a fault's name, `role`
/// @param key the key, or for faults and roles the node concerned
/// @param value written or read value; null where a read found nothing
/// @param node the node the operation was sent to, or `-`
/// @param detail error text or other remarks; may be null
public record Event(
        long index,
        long timeNs,
        int process,
        Kind kind,
        String function,
        String key,
        @Nullable String value,
        String node,
        @Nullable String detail) {
    /// The process number of faults and heals.
    public static final int NEMESIS = -1;

    /// The process number of what was seen from outside, such as role changes.
    public static final int OBSERVER = -2;

    /// The function of a judged SET.
    public static final String WRITE = "write";

    /// The function of a judged GET.
    public static final String READ = "read";

    /// The function of an observed role: key is the node, value is `role:configEpoch`.
    public static final String ROLE = "role";

    /// The value of a role event of a node that does not answer.
    public static final String SILENT = "silent";

    /// The function of the marker after which reads are final: traffic has ended and the cluster has settled.
    public static final String FINAL_READS = "final-reads";

    /// The four kinds of line.
    public enum Kind {
        /// Something begins.
        INVOKE,
        /// It was acknowledged.
        OK,
        /// It definitely did not happen.
        FAIL,
        /// Nobody knows.
        INFO;

        /// {@return the word used in the file}
        public String word() {
            return switch (this) {
                case INVOKE -> "invoke";
                case OK -> "ok";
                case FAIL -> "fail";
                case INFO -> "info";
            };
        }
    }
}

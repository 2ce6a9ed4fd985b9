// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import dev.dunlin.node.observe.InfoFacts;
import org.jspecify.annotations.Nullable;

/// The append-only file, as commands see it.
///
/// Thread: called on the node's loop.
public interface AppendOnly {
    /// What became of the wish for a rewrite.
    enum Rewrite {
        STARTED,
        /// It begins when what is under way has ended.
        SCHEDULED,
        IN_PROGRESS
    }

    /// {@return whether there is one (`appendonly`)}
    boolean isOn();

    /// BGREWRITEAOF: writes the data set as it is at the end of this turn as the new base, also when nothing is appended to it.
    ///
    /// @param mayStart false within a transaction, when it may begin only afterwards
    Rewrite rewrite(boolean mayStart);

    /// {@return log offset up to which a loss of power takes nothing away, 0 while the first base is being made, -1 when there is no file}
    long syncedOffset();

    /// DEBUG LOADAOF: empties the node and loads the file.
    ///
    /// @param onDone told on the loop: null when all is in place, else why not
    void reload(Done onDone);

    /// Hears how something ended.
    @FunctionalInterface
    interface Done {
        /// @param problem null when it went well
        void accept(@Nullable String problem);
    }

    /// {@return what INFO tells}
    InfoFacts.Aof facts(long nowMs);
}

// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import dev.dunlin.node.observe.InfoFacts;
import org.jspecify.annotations.Nullable;

/// The data set on disk, as commands see it.
///
/// Thread: called on the node's loop.
public interface Persistence {
    /// What became of the wish for a snapshot to a file.
    enum Start {
        STARTED,
        /// It begins when what is under way has ended.
        SCHEDULED,
        /// Another snapshot is being saved, or sent to replicas.
        SAVE_IN_PROGRESS,
        /// The append-only file is being rewritten.
        REWRITE_IN_PROGRESS
    }

    /// BGSAVE: saves the data set as it is at the end of this turn.
    ///
    /// @param mayWait whether it may begin later when something else is under way
    Start saveInBackground(boolean mayWait);

    /// BGSAVE within a transaction: saves when that has ended.
    void scheduleSave();

    /// SAVE: as BGSAVE, but the client waits for the end.
    ///
    /// @param client is blocked, unless the answer is an error
    Start saveFor(Client client);

    /// All data is about to go by command: a save of it that is under way is called off.
    void beforeEmptying();

    /// All data has gone by command: when there are save points, the file must not bring it back.
    ///
    /// @param client who asked and can wait until the file is empty too, or null
    /// @return whether the client was blocked, and will hear OK
    boolean saveEmptied(@Nullable Client client);

    /// How DEBUG RELOAD ended.
    enum Reload {
        DONE,
        NOT_SAVED,
        NOT_LOADED
    }

    /// DEBUG RELOAD, all in one go.
    ///
    /// @param save whether the file is written first
    /// @param flush whether the data goes before the file is loaded
    /// @param merge whether keys of the file replace those that are there
    Reload reload(boolean save, boolean flush, boolean merge);

    /// {@return Unix time in milliseconds of the last good save, or of the node's start}
    long lastSaveMs();

    /// {@return what INFO tells}
    InfoFacts.Persistence facts(long nowMs);
}

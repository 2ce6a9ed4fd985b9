// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import dev.dunlin.node.resp.ReplyWriter;
import dev.dunlin.node.resp.RespError;
import java.util.function.Consumer;

/// Carries keys to another node for MIGRATE.
///
/// While keys are under way nobody may change them: commands that touch them wait ([Guards#mustWait]). When the other node has
/// confirmed a key it is deleted here.
///
/// Thread: called on the node's loop.
public interface Migrator {
    /// What MIGRATE answers.
    sealed interface Answer {
        /// All keys are there.
        record Done() implements Answer {}

        /// The other node refused, or could not be reached; keys that it has confirmed are gone here all the same.
        record Failed(RespError error) implements Answer {}

        /// Writes it as a reply.
        default void write(ReplyWriter reply) {
            switch (this) {
                case Done _ -> reply.ok();
                case Failed(RespError error) -> reply.error(error);
            }
        }
    }

    /// Starts the transfer; the answer comes later, in any case.
    void send(MigrateRequest request, Consumer<Answer> onDone);

    /// {@return whether a key that the command names is under way}
    boolean touchesKeysUnderWay(Command command, Args args, int database);
}

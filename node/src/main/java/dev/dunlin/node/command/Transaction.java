// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/// MULTI of one client: the commands queued so far, and the keys that WATCH looks at.
///
/// Thread: owned by the node's loop.
public final class Transaction {
    private final List<QueuedCommand> queue = new ArrayList<>();
    private long queuedBytes;
    private boolean open;
    private boolean broken;
    private boolean watchedKeyChanged;

    /// {@return whether MULTI was said and EXEC or DISCARD was not}
    public boolean isOpen() {
        return open;
    }

    public int size() {
        return queue.size();
    }

    /// {@return whether a command could not be queued, so that EXEC must fail}
    public boolean isBroken() {
        return broken;
    }

    /// {@return whether a watched key changed, so that EXEC answers nil}
    public boolean watchedKeyChanged() {
        return watchedKeyChanged;
    }

    /// {@return bytes of all arguments that are queued}
    public long queuedBytes() {
        return queuedBytes;
    }

    /// Visits the queued commands in order; `args` is bound to one after the other.
    public void forEachQueued(Args args, Consumer<Command> visitor) {
        for (QueuedCommand queued : queue) {
            queued.bindTo(args);
            visitor.accept(queued.command());
        }
    }

    void open() {
        open = true;
    }

    void markBroken() {
        broken = true;
    }

    void markWatchedKeyChanged() {
        watchedKeyChanged = true;
    }

    List<QueuedCommand> queue() {
        return queue;
    }

    /// Copies a command to the end of the queue.
    void add(Command command, Args args) {
        QueuedCommand queued = QueuedCommand.copyOf(command, args);
        queuedBytes += queued.bytes();
        queue.add(queued);
    }

    /// Ends the transaction; watches end separately.
    void close() {
        for (QueuedCommand queued : queue) {
            queued.release();
        }
        queue.clear();
        queuedBytes = 0;
        open = false;
        broken = false;
    }

    void watchesEnded() {
        watchedKeyChanged = false;
    }
}

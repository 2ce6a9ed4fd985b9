// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import dev.dunlin.node.offheap.Memory;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/// MULTI of one client: the commands queued so far, and the keys that WATCH looks at.
///
/// Thread: owned by the node's loop.
public final class Transaction {
    /// A command that waits for EXEC, with a copy of its arguments.
    // The arrays are made for this record, and nobody else keeps them.
    @SuppressWarnings("ArrayRecordComponent")
    record Queued(Command command, long[] addresses, int[] lengths, ByteBuf memory) {
        void bindTo(Args args) {
            args.bind(addresses, lengths, 0, addresses.length);
        }
    }

    private final List<Queued> queue = new ArrayList<>();
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
        for (Queued queued : queue) {
            queued.bindTo(args);
            visitor.accept(queued.command);
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

    List<Queued> queue() {
        return queue;
    }

    /// Copies a command to the end of the queue.
    void add(Command command, Args args) {
        int count = args.count();
        long bytes = 0;
        for (int i = 0; i < count; i++) {
            bytes += args.bytes(i);
        }
        ByteBuf memory = PooledByteBufAllocator.DEFAULT.directBuffer((int) Math.max(1, bytes));
        long at = memory.memoryAddress();
        long[] addresses = new long[count];
        int[] lengths = new int[count];
        for (int i = 0; i < count; i++) {
            addresses[i] = at;
            lengths[i] = args.bytes(i);
            Memory.copy(args.address(i), at, args.bytes(i));
            at += args.bytes(i);
        }
        queuedBytes += bytes;
        queue.add(new Queued(command, addresses, lengths, memory));
    }

    /// Ends the transaction; watches end separately.
    void close() {
        for (Queued queued : queue) {
            queued.memory.release();
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

// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import dev.dunlin.node.offheap.Memory;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;

/// A command to be run later, with a copy of its arguments in native memory.
///
/// Thread: owned by the node's loop.
// The arrays are made for this record, and nobody else keeps them.
@SuppressWarnings("ArrayRecordComponent")
record QueuedCommand(Command command, long[] addresses, int[] lengths, ByteBuf memory, long bytes) {
    static QueuedCommand copyOf(Command command, Args args) {
        int count = args.count();
        long bytes = 0;
        for (int i = 0; i < count; i++) {
            bytes += args.bytes(i);
        }
        QueuedCommand copy = allocate(command, count, bytes);
        long at = copy.memory.memoryAddress();
        for (int i = 0; i < count; i++) {
            copy.addresses[i] = at;
            copy.lengths[i] = args.bytes(i);
            Memory.copy(args.address(i), at, args.bytes(i));
            at += args.bytes(i);
        }
        return copy;
    }

    static QueuedCommand copyOf(Command command, byte[][] words) {
        long bytes = 0;
        for (byte[] word : words) {
            bytes += word.length;
        }
        QueuedCommand copy = allocate(command, words.length, bytes);
        long at = copy.memory.memoryAddress();
        for (int i = 0; i < words.length; i++) {
            copy.addresses[i] = at;
            copy.lengths[i] = words[i].length;
            Memory.copyIn(words[i], 0, at, words[i].length);
            at += words[i].length;
        }
        return copy;
    }

    private static QueuedCommand allocate(Command command, int words, long bytes) {
        ByteBuf memory = PooledByteBufAllocator.DEFAULT.directBuffer((int) Math.max(1, bytes));
        return new QueuedCommand(command, new long[words], new int[words], memory, bytes);
    }

    void bindTo(Args args) {
        args.bind(addresses, lengths, 0, addresses.length);
    }

    void release() {
        memory.release();
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import dev.dunlin.node.keyspace.ValueKind;
import dev.dunlin.node.offheap.Entry;
import dev.dunlin.node.value.HashValue;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import org.jspecify.annotations.Nullable;

/// Finds what the patterns of a SORT name. Has a piece of native memory for the names; to be closed.
///
/// Thread: the node's loop.
final class SortLookup implements AutoCloseable {
    private final CommandContext ctx;
    private final Args args;
    private final ByteBuf memory = PooledByteBufAllocator.DEFAULT.directBuffer(64);
    private final long[] addresses = new long[1];
    private final int[] lengths = new int[1];

    SortLookup(CommandContext ctx) {
        this.ctx = ctx;
        this.args = new Args(ctx.keyspace().index(), ctx.services().clusterEnabled());
    }

    /// {@return the value that a pattern has for an element, or null}
    byte @Nullable [] get(SortPattern pattern, byte[] element) {
        if (pattern.isElement()) {
            return element;
        }
        if (!pattern.hasStar()) {
            return null;
        }
        bind(pattern.name(element));
        int ref = ctx.read(args, 0);
        if (ref == CommandContext.MISSING) {
            return null;
        }
        byte @Nullable [] field = pattern.field();
        int kind = Entry.kind(ctx.entry(ref));
        if (field == null) {
            return ValueKind.isString(kind)
                    ? CommandContext.copy(
                            Entry.value(ctx.entry(ref)), Entry.valueBytes(ctx.entry(ref)))
                    : null;
        }
        if (!ValueKind.isHash(kind)) {
            return null;
        }
        bind(field);
        HashValue hash = ctx.values().hashes().open(ref).seenAt(FieldExpiry.seenAtMs(ctx));
        return hash.find(args.address(0), args.bytes(0))
                ? CommandContext.copy(hash.valueAddress(), hash.valueBytes())
                : null;
    }

    private void bind(byte[] word) {
        memory.clear().writeBytes(word);
        addresses[0] = memory.memoryAddress();
        lengths[0] = word.length;
        args.bind(addresses, lengths, 0, 1);
    }

    @Override
    public void close() {
        memory.release();
    }
}

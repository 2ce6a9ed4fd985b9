// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import dev.dunlin.node.keyspace.ValueKind;
import dev.dunlin.node.resp.ReplyWriter;
import dev.dunlin.node.value.StreamCursor;
import dev.dunlin.node.value.StreamId;
import dev.dunlin.node.value.StreamIdText;
import dev.dunlin.node.value.StreamValue;
import dev.dunlin.node.value.Values;
import org.jspecify.annotations.Nullable;

/// Looks up the streams that commands name, and writes what is in them.
///
/// Thread: the node's loop.
final class Streams {
    private static final Lookup<StreamValue> LOOKUP =
            new Lookup<>(ValueKind::isStream, Values::streams);

    private Streams() {}

    /// {@return the stream that a key holds, or null when there is no such key; for changing too, because what reads entries may change
    /// consumer groups}
    ///
    /// @throws CommandException WRONGTYPE
    static @Nullable StreamValue read(CommandContext ctx, Args args, int argument) {
        return LOOKUP.found(ctx, args, argument, ctx.read(args, argument));
    }

    /// {@return as [Lookup#write]}
    static @Nullable StreamValue write(CommandContext ctx, Args args, int argument) {
        return LOOKUP.write(ctx, args, argument);
    }

    /// {@return as [Lookup#create]}
    static StreamValue create(CommandContext ctx, Args args, int argument) {
        return LOOKUP.create(ctx, args, argument);
    }

    static void replyId(StreamValue stream, long ms, long seq, ReplyWriter reply) {
        StreamIdText text = stream.idText().write(ms, seq);
        reply.bulk(text.address(), text.bytes());
    }

    static void replyId(StreamValue stream, StreamId id, ReplyWriter reply) {
        replyId(stream, id.ms(), id.seq(), reply);
    }

    /// Writes the entry that the cursor shows.
    static void replyEntry(StreamValue stream, StreamCursor cursor, ReplyWriter reply) {
        reply.array(2);
        replyId(stream, cursor.ms(), cursor.seq(), reply);
        long fields = cursor.fieldCount();
        reply.array(2 * fields);
        for (long i = 0; i < fields; i++) {
            cursor.nextField();
            reply.bulk(cursor.fieldAddress(), cursor.fieldBytes());
            reply.bulk(cursor.valueAddress(), cursor.valueBytes());
        }
    }

    /// Writes the entries that the cursor has before it.
    ///
    /// @param count at most, 0 for all
    static void replyRange(StreamValue stream, StreamCursor cursor, long count, ReplyWriter reply) {
        long entries = cursor.countAhead(count == 0 ? Long.MAX_VALUE : count);
        reply.array(entries);
        for (long i = 0; i < entries; i++) {
            cursor.next();
            replyEntry(stream, cursor, reply);
        }
    }
}

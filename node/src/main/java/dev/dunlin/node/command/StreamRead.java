// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import dev.dunlin.node.resp.RespError;
import dev.dunlin.node.value.StreamId;
import java.util.List;

/// What a client asks with XREAD or XREADGROUP: of which streams it wants the entries behind which ids, for whom.
///
/// Keys, group and consumer are positions in the arguments. The ids are worked out when the request is made, `$` among them.
///
/// Thread: the node's loop; one object per command.
final class StreamRead {
    /// As COMMAND prints them.
    static final KeySpec KEYS = keys(1);

    static final KeySpec GROUP_KEYS = keys(4);

    /// What `timeoutMs` is when the client does not want to wait.
    static final long NO_BLOCK = -1;

    private static final int NO_GROUP = 0;

    private boolean ofGroup;
    private long count;
    private long timeoutMs = NO_BLOCK;
    private boolean noAck;
    private int group = NO_GROUP;
    private int firstKey;
    private int streams;

    /// By stream: two longs, or the highest id for entries that were never delivered.
    private long[] ids = {};

    private StreamRead() {}

    private static KeySpec keys(int startFrom) {
        return new KeySpec(
                List.of("RO", "access"),
                new KeySpec.Begin.Keyword("STREAMS", startFrom),
                new KeySpec.Find.Range(-1, 1, 2));
    }

    /// Reads the options, up to the list of streams.
    static StreamRead parse(CommandContext ctx, Args args, boolean group) {
        var request = new StreamRead();
        request.ofGroup = group;
        request.parseOptions(ctx, args);
        return request;
    }

    private void parseOptions(CommandContext ctx, Args args) {
        for (int i = 1; i < args.count() && firstKey == 0; i++) {
            int more = args.count() - i - 1;
            if (args.is(i, "block") && more > 0) {
                timeoutMs = Blocking.timeoutOfMillis(ctx, args, ++i);
            } else if (args.is(i, "count") && more > 0) {
                count = Math.max(0, args.longAt(++i));
            } else if (args.is(i, "streams") && more > 0) {
                firstKey = i + 1;
                streams = more / 2;
                if (more % 2 != 0) {
                    throw new CommandException(RespError.UNBALANCED_STREAMS);
                }
            } else if (args.is(i, "group") && more > 1) {
                if (!ofGroup) {
                    throw new CommandException(RespError.XREAD_WITH_GROUP);
                }
                group = i + 1;
                i += 2;
            } else if (args.is(i, "noack")) {
                if (!ofGroup) {
                    throw new CommandException(RespError.XREAD_WITH_NOACK);
                }
                noAck = true;
            } else {
                throw new CommandException(RespError.SYNTAX);
            }
        }
        if (firstKey == 0) {
            throw new CommandException(RespError.SYNTAX);
        }
        if (ofGroup && group == NO_GROUP) {
            throw new CommandException(RespError.XREADGROUP_WITHOUT_GROUP);
        }
        ids = new long[2 * streams];
    }

    boolean ofGroup() {
        return ofGroup;
    }

    /// {@return entries of each stream at most, 0 for all}
    long count() {
        return count;
    }

    /// {@return how long to wait when there is nothing: 0 for ever, [#NO_BLOCK] not at all}
    long timeoutMs() {
        return timeoutMs;
    }

    /// {@return whether what is read needs no acknowledgement}
    boolean noAck() {
        return noAck;
    }

    int streams() {
        return streams;
    }

    /// {@return the argument that is the group's name}
    int group() {
        return group;
    }

    /// {@return the argument that is the consumer's name}
    int consumer() {
        return group + 1;
    }

    /// {@return the argument that is the key of a stream}
    int key(int stream) {
        return firstKey + stream;
    }

    /// {@return the argument that is its id}
    int id(int stream) {
        return firstKey + streams + stream;
    }

    /// {@return the id behind which entries are wanted; the highest for those that were never delivered to the group}
    StreamId behind(int stream, StreamId target) {
        return target.set(ids[2 * stream], ids[2 * stream + 1]);
    }

    void setBehind(int stream, StreamId id) {
        ids[2 * stream] = id.ms();
        ids[2 * stream + 1] = id.seq();
    }
}

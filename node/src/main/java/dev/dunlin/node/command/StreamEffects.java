// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.dunlin.node.value.StreamGroups;
import dev.dunlin.node.value.StreamId;
import dev.dunlin.node.value.StreamValue;

/// What is logged of changes of consumer groups: not what a client said, but what has become of it.
///
/// Thread: the node's loop.
final class StreamEffects {
    private static final byte[] XCLAIM = bytes("XCLAIM");
    private static final byte[] XGROUP = bytes("XGROUP");
    private static final byte[] SETID = bytes("SETID");
    private static final byte[] CREATE_CONSUMER = bytes("CREATECONSUMER");
    private static final byte[] ENTRIES_READ = bytes("ENTRIESREAD");
    private static final byte[] ZERO = bytes("0");
    private static final byte[] TIME = bytes("TIME");
    private static final byte[] RETRY_COUNT = bytes("RETRYCOUNT");
    private static final byte[] FORCE = bytes("FORCE");
    private static final byte[] JUST_ID = bytes("JUSTID");
    private static final byte[] LAST_ID = bytes("LASTID");

    private StreamEffects() {}

    /// Somebody has an entry now, or nobody any more when the entry is gone.
    ///
    /// @param id as it is to be logged
    static void delivered(
            CommandContext ctx,
            StreamValue stream,
            byte[] key,
            byte[] groupName,
            int group,
            byte[] id,
            int delivery) {
        StreamGroups groups = stream.groups();
        int consumer = groups.consumer(delivery);
        ctx.effects()
                .instead(
                        XCLAIM,
                        key,
                        groupName,
                        CommandContext.copy(
                                groups.nameAddress(consumer), groups.nameBytes(consumer)),
                        ZERO,
                        id,
                        TIME,
                        bytes(Long.toString(groups.deliveredMs(delivery))),
                        RETRY_COUNT,
                        bytes(Long.toString(groups.deliveries(delivery))),
                        FORCE,
                        JUST_ID,
                        LAST_ID,
                        bytes(groups.lastId(group, new StreamId()).toString()));
    }

    /// A group has got to another entry.
    static void groupAdvanced(
            CommandContext ctx, StreamValue stream, byte[] key, byte[] groupName, int group) {
        if (ctx.effects().listening()) {
            StreamGroups groups = stream.groups();
            ctx.effects()
                    .instead(
                            XGROUP,
                            SETID,
                            key,
                            groupName,
                            bytes(groups.lastId(group, new StreamId()).toString()),
                            ENTRIES_READ,
                            bytes(Long.toString(groups.entriesRead(group))));
        }
    }

    static void consumerCreated(CommandContext ctx, Args args, int key, int group, int consumer) {
        ctx.effects()
                .instead(
                        XGROUP,
                        CREATE_CONSUMER,
                        args.copy(key),
                        args.copy(group),
                        args.copy(consumer));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(US_ASCII);
    }
}

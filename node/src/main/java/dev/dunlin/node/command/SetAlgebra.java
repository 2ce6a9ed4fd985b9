// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import dev.dunlin.node.keyspace.Database;
import dev.dunlin.node.keyspace.ValueKind;
import dev.dunlin.node.resp.ReplyWriter;
import dev.dunlin.node.value.SetMember;
import dev.dunlin.node.value.SetValue;
import java.util.Arrays;

/// What intersections, unions and differences have in common: where their sets come from, and where the results go.
///
/// Thread: the node's loop.
final class SetAlgebra {
    private SetAlgebra() {}

    /// Members that were picked out of one set, before it is known how many they are.
    static final class Picked {
        private final SetValue set;
        private int[] places = new int[16];
        private int count;

        /// @param set which must show its members to this and nobody else until the reply
        Picked(SetValue set) {
            this.set = set;
        }

        void add(SetMember member) {
            if (count == places.length) {
                places = Arrays.copyOf(places, count * 2);
            }
            places[count++] = member.place();
        }

        int count() {
            return count;
        }

        void reply(ReplyWriter reply) {
            reply.set(count);
            replyMembers(reply);
        }

        /// Replies with the members, behind a header that the caller has written.
        void replyMembers(ReplyWriter reply) {
            for (int i = 0; i < count; i++) {
                SetCommands.reply(set.show(places[i]), reply);
            }
        }
    }

    /// {@return the entries of the sets that arguments name, [CommandContext#MISSING] where there is no such key}
    ///
    /// @throws CommandException WRONGTYPE, whichever it is
    static int[] sources(CommandContext ctx, Args args, int first, int count) {
        int[] refs = new int[count];
        for (int i = 0; i < count; i++) {
            refs[i] = ctx.require(ctx.read(args, first + i), ValueKind::isSet);
        }
        return refs;
    }

    static boolean anyMissing(int[] refs) {
        return Arrays.stream(refs).anyMatch(ref -> ref == CommandContext.MISSING);
    }

    /// Sorts sets by size, and as they were named among equals.
    static void sortBySize(CommandContext ctx, int[] refs, int from, boolean ascending) {
        SetValue set = ctx.values().otherSets();
        long[] order = new long[refs.length - from];
        for (int i = 0; i < order.length; i++) {
            int ref = refs[from + i];
            long count = ref == CommandContext.MISSING ? 0 : set.open(ref).count();
            order[i] = (ascending ? count : -count) << Integer.SIZE | i;
        }
        Arrays.sort(order);
        int[] named = Arrays.copyOfRange(refs, from, refs.length);
        for (int i = 0; i < order.length; i++) {
            refs[from + i] = named[(int) order[i]];
        }
    }

    /// Ends a command whose result is a draft by replying with it.
    static void reply(SetValue draft, ReplyWriter reply) {
        SetCommands.replyAll(draft, reply);
        draft.discard();
    }

    /// Ends a command whose result is a draft by making it the value of its first argument, in the place of any other.
    static void store(CommandContext ctx, Args args, SetValue draft, ReplyWriter reply) {
        int count = draft.count();
        if (count == 0) {
            draft.discard();
            storeNothing(ctx, args, reply);
            return;
        }
        int old = ctx.write(args, 1);
        if (old != CommandContext.MISSING) {
            ctx.database().delete(args.slot(1), old, args.hash(1));
        }
        draft.attach(
                ctx.database(),
                args.slot(1),
                args.address(1),
                args.bytes(1),
                args.hash(1),
                Database.NO_EXPIRY);
        ctx.changed(args, 1);
        reply.integer(count);
    }

    /// Ends a command whose result is empty, and so is no value of any key.
    static void storeNothing(CommandContext ctx, Args args, ReplyWriter reply) {
        ctx.deleteTarget(args, 1);
        reply.integer(0);
    }
}

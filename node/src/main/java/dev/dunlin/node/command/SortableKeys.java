// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import dev.dunlin.node.keyspace.ValueKind;
import dev.dunlin.node.offheap.Entry;
import dev.dunlin.node.value.ListValue;
import java.util.List;

/// What SORT needs of lists, sets and sorted sets.
///
/// Thread: the node's loop.
final class SortableKeys {
    private SortableKeys() {}

    /// {@return whether values of this [ValueKind] have elements that can be sorted}
    static boolean has(int kind) {
        return ValueKind.isList(kind) || ValueKind.isSet(kind) || ValueKind.isSortedSet(kind);
    }

    /// Adds copies of all elements in their own order: a list's from its head, a sorted set's by score, a set's in any.
    static void addTo(CommandContext ctx, int ref, List<byte[]> elements) {
        int kind = Entry.kind(ctx.entry(ref));
        if (ValueKind.isList(kind)) {
            ListValue list = ctx.values().lists().open(ref);
            for (boolean there = list.seek(0); there; there = list.next()) {
                list.show();
                elements.add(CommandContext.copy(list.elementAddress(), list.elementBytes()));
            }
        } else if (ValueKind.isSet(kind)) {
            ctx.values()
                    .sets()
                    .open(ref)
                    .forEach(member ->
                            elements.add(CommandContext.copy(member.address(), member.bytes())));
        } else {
            ctx.values()
                    .sortedSets()
                    .open(ref)
                    .forEach(element ->
                            elements.add(
                                    CommandContext.copy(
                                            element.memberAddress(), element.memberBytes())));
        }
    }

    /// Gives the key in an argument a list of these elements, of which there is at least one; what it had before goes, with its expiry.
    static void store(CommandContext ctx, Args args, int argument, List<byte[]> elements) {
        int old = ctx.write(args, argument);
        if (old != CommandContext.MISSING) {
            ctx.database().delete(args.slot(argument), old, args.hash(argument));
        }
        Lists.create(ctx, args, argument).pushAll(elements);
    }
}

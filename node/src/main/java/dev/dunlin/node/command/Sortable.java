// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import java.util.List;

/// What SORT needs of lists, sets and sorted sets.
///
/// Thread: the node's loop.
interface Sortable {
    /// {@return whether values of this [dev.dunlin.node.keyspace.ValueKind] have elements that can be sorted}
    boolean has(int kind);

    /// Adds copies of all elements in their own order: a list's from its head, a sorted set's by score, a set's in any.
    void addTo(CommandContext ctx, int ref, List<byte[]> elements);

    /// Gives the key in an argument a list of these elements, of which there is at least one; what it had before goes, with its expiry.
    void store(CommandContext ctx, Args args, int argument, List<byte[]> elements);
}

// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import dev.dunlin.node.config.Directives;
import dev.dunlin.node.config.Settings;
import dev.dunlin.node.value.SetLimits;
import dev.dunlin.node.value.Values;

/// Carries the settings that say when a small value becomes a large one to where values are changed.
final class ValueLimits {
    private ValueLimits() {}

    static void apply(Settings settings, Values values) {
        values.hashes()
                .limits(
                        settings.get(Directives.HASH_MAX_LISTPACK_ENTRIES),
                        settings.get(Directives.HASH_MAX_LISTPACK_VALUE));
        values.setLimits(
                new SetLimits(
                        settings.get(Directives.SET_MAX_INTSET_ENTRIES),
                        settings.get(Directives.SET_MAX_LISTPACK_ENTRIES),
                        settings.get(Directives.SET_MAX_LISTPACK_VALUE)));
        values.hyperLogLogs().sparseBytesMax(settings.get(Directives.HLL_SPARSE_MAX_BYTES));
        values.streams()
                .limits(
                        settings.get(Directives.STREAM_NODE_MAX_BYTES),
                        settings.get(Directives.STREAM_NODE_MAX_ENTRIES));
        values.lists().limit(settings.get(Directives.LIST_MAX_LISTPACK_SIZE));
        values.sortedSetLimits(
                settings.get(Directives.ZSET_MAX_LISTPACK_ENTRIES),
                settings.get(Directives.ZSET_MAX_LISTPACK_VALUE));
    }
}

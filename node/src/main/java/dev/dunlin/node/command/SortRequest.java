// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import dev.dunlin.node.resp.RespError;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a client asks of SORT: `SORT key [BY pattern] [LIMIT start count] [GET pattern ...] [ASC|DESC] [ALPHA] [STORE target]`.
///
/// @param by where the weights are, null for the elements themselves
/// @param sorts false with a BY that is the same for all elements
/// @param count negative for all
/// @param storeArgument 0 for none
record SortRequest(
        @Nullable SortPattern by,
        boolean sorts,
        boolean descending,
        boolean alphabetic,
        long start,
        long count,
        List<SortPattern> gets,
        int storeArgument) {
    private static final RespError BY_IN_CLUSTER =
            RespError.of("ERR BY option of SORT denied in Cluster mode.");
    private static final RespError GET_IN_CLUSTER =
            RespError.of("ERR GET option of SORT denied in Cluster mode.");

    static SortRequest parse(CommandContext ctx, Args args, boolean mayStore) {
        boolean cluster = ctx.services().clusterEnabled();
        SortPattern by = null;
        boolean sorts = true;
        boolean descending = false;
        boolean alphabetic = false;
        long start = 0;
        long count = -1;
        List<SortPattern> gets = new ArrayList<>();
        int store = 0;
        for (int i = 2; i < args.count(); i++) {
            int left = args.count() - i - 1;
            if (args.is(i, "asc")) {
                descending = false;
            } else if (args.is(i, "desc")) {
                descending = true;
            } else if (args.is(i, "alpha")) {
                alphabetic = true;
            } else if (args.is(i, "limit") && left >= 2) {
                start = args.longAt(i + 1);
                count = args.longAt(i + 2);
                i += 2;
            } else if (mayStore && args.is(i, "store") && left >= 1) {
                store = ++i;
            } else if (args.is(i, "by") && left >= 1) {
                by = new SortPattern(args.copy(++i));
                if (!by.hasStar()) {
                    sorts = false;
                } else if (cluster) {
                    throw new CommandException(BY_IN_CLUSTER);
                }
            } else if (args.is(i, "get") && left >= 1) {
                if (cluster) {
                    throw new CommandException(GET_IN_CLUSTER);
                }
                gets.add(new SortPattern(args.copy(++i)));
            } else {
                throw new CommandException(RespError.SYNTAX);
            }
        }
        return new SortRequest(by, sorts, descending, alphabetic, start, count, gets, store);
    }

    boolean stores() {
        return storeArgument != 0;
    }

    /// {@return the elements that LIMIT leaves}
    List<byte[]> window(List<byte[]> all) {
        int size = all.size();
        int first = (int) Math.min(Math.max(start, 0), size);
        int most = size - first;
        int taken = count < 0 ? most : (int) Math.min(count, most);
        return all.subList(first, first + taken);
    }
}

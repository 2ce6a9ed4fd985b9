// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import dev.dunlin.node.offheap.Memory;
import dev.dunlin.node.resp.RespError;
import dev.dunlin.node.value.SortedSetValue;

/// One end of a range of members: `[b`, `(b`, or `-` and `+` for before and behind all.
///
/// @param infinity -1 before all members, 1 behind all, 0 at a member
/// @param address of the member, valid while the command runs
record LexBound(int infinity, long address, int bytes, boolean exclusive) {
    private static final RespError NOT_A_BOUND =
            RespError.of("ERR min or max not valid string range item");

    static LexBound parse(Args args, int argument) {
        long address = args.address(argument);
        int bytes = args.bytes(argument);
        int first = bytes == 0 ? 0 : Memory.getByte(address);
        // As C sees it, a zero byte ends the text.
        boolean alone = bytes == 1 || (bytes > 1 && Memory.getByte(address + 1) == 0);
        if (first == '[' || first == '(') {
            return new LexBound(0, address + 1, bytes - 1, first == '(');
        }
        if ((first == '-' || first == '+') && alone) {
            return new LexBound(first == '-' ? -1 : 1, 0, 0, true);
        }
        throw new CommandException(NOT_A_BOUND);
    }

    /// {@return how many elements lie before a range that begins here}
    int asMin(SortedSetValue set) {
        return rank(set, exclusive);
    }

    /// {@return how many elements lie before the end of a range that ends here}
    int asMax(SortedSetValue set) {
        return rank(set, !exclusive);
    }

    private int rank(SortedSetValue set, boolean behindEqual) {
        if (infinity != 0) {
            return infinity < 0 ? 0 : set.count();
        }
        return set.rankOfMember(address, bytes, behindEqual);
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import dev.dunlin.node.offheap.Memory;
import dev.dunlin.node.resp.DoubleParser;
import dev.dunlin.node.resp.RespError;
import dev.dunlin.node.value.SortedSetValue;

/// One end of a range of scores: `1.5`, `(1.5`, `-inf`.
record ScoreBound(double score, boolean exclusive) {
    private static final RespError NOT_A_BOUND = RespError.of("ERR min or max is not a float");

    static ScoreBound parse(Args args, int argument) {
        long address = args.address(argument);
        int bytes = args.bytes(argument);
        boolean exclusive = bytes > 0 && Memory.getByte(address) == '(';
        double score =
                exclusive
                        ? DoubleParser.parseBound(address + 1, bytes - 1)
                        : DoubleParser.parseBound(address, bytes);
        if (Double.isNaN(score)) {
            throw new CommandException(NOT_A_BOUND);
        }
        return new ScoreBound(score, exclusive);
    }

    /// {@return how many elements lie before a range that begins here}
    int asMin(SortedSetValue set) {
        return set.rankOfScore(score, exclusive);
    }

    /// {@return how many elements lie before the end of a range that ends here}
    int asMax(SortedSetValue set) {
        return set.rankOfScore(score, !exclusive);
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.dunlin.node.resp.RespError;
import dev.dunlin.node.value.StreamId;
import dev.dunlin.node.value.StreamValue;

/// The options of XADD and XTRIM: which entries go from the start of a stream, and what XADD's new entry is called.
///
/// Thread: the node's loop; one object for all commands, one after the other.
final class StreamTrim {
    private static final long LIMIT_MAX = 1_000_000;
    private static final long LIMIT_WITHOUT_NODES = 10_000;
    private static final long LIMIT_NODES = 100;
    private static final byte[] EXACTLY = "=".getBytes(US_ASCII);

    private enum Strategy {
        NONE,
        LENGTH,
        ID
    }

    private Strategy strategy = Strategy.NONE;
    private boolean roughly;
    private long lengthMax;
    private final StreamId firstId = new StreamId();
    private long limit;

    /// The argument that says how far to trim.
    private int position;

    private boolean createsStream = true;
    private final StreamId id = new StreamId();
    private boolean idGiven;
    private boolean sequenceGiven = true;

    /// The argument that is the id.
    private int idPosition;

    /// Reads the options of XADD, up to the id.
    static StreamTrim ofAdd(CommandContext ctx, Args args) {
        return ctx.streamTrim().parse(ctx, args, true);
    }

    /// Reads the options of XTRIM.
    static StreamTrim ofTrim(CommandContext ctx, Args args) {
        return ctx.streamTrim().parse(ctx, args, false);
    }

    private StreamTrim parse(CommandContext ctx, Args args, boolean add) {
        strategy = Strategy.NONE;
        roughly = false;
        limit = 0;
        createsStream = true;
        idGiven = false;
        sequenceGiven = true;
        boolean limitGiven = false;
        int i = 2;
        for (; i < args.count(); i++) {
            boolean more = i + 1 < args.count();
            if (add && StreamIds.isSign(args, i, '*')) {
                break;
            }
            if (args.is(i, "maxlen") && more) {
                i = parseThreshold(args, i, Strategy.LENGTH);
            } else if (args.is(i, "minid") && more) {
                i = parseThreshold(args, i, Strategy.ID);
            } else if (args.is(i, "limit") && more) {
                limit = args.longAt(++i);
                if (limit < 0) {
                    throw new CommandException(RespError.NEGATIVE_LIMIT);
                }
                limitGiven = true;
            } else if (add && args.is(i, "nomkstream")) {
                createsStream = false;
            } else if (add) {
                sequenceGiven = StreamIds.parseNew(args, i, id);
                idGiven = true;
                break;
            } else {
                throw new CommandException(RespError.SYNTAX);
            }
        }
        idPosition = i;
        if (limit != 0 && strategy == Strategy.NONE) {
            throw new CommandException(RespError.LIMIT_WITHOUT_STRATEGY);
        }
        if (!add && strategy == Strategy.NONE) {
            throw new CommandException(RespError.TRIM_WITHOUT_STRATEGY);
        }
        setLimit(ctx, limitGiven);
        return this;
    }

    /// {@return the argument that was read last}
    private int parseThreshold(Args args, int option, Strategy wanted) {
        if (strategy != Strategy.NONE) {
            throw new CommandException(RespError.TWO_TRIM_STRATEGIES);
        }
        int at = option + 1;
        roughly = false;
        if (option + 2 < args.count()) {
            if (args.is(at, "~")) {
                roughly = true;
                at++;
            } else if (args.is(at, "=")) {
                at++;
            }
        }
        if (wanted == Strategy.LENGTH) {
            lengthMax = args.longAt(at);
            if (lengthMax < 0) {
                throw new CommandException(RespError.NEGATIVE_MAXLEN);
            }
        } else {
            StreamIds.parse(args, at, firstId);
        }
        strategy = wanted;
        position = at;
        return at;
    }

    private void setLimit(CommandContext ctx, boolean given) {
        if (ctx.client().fromPrimary()) {
            // What the primary logged is exact.
            limit = 0;
        } else if (given && !roughly) {
            throw new CommandException(RespError.LIMIT_WITHOUT_TILDE);
        } else if (!given && roughly) {
            long nodeEntries = ctx.values().streams().nodeEntriesMax();
            limit =
                    nodeEntries <= 0 || nodeEntries > Long.MAX_VALUE / LIMIT_NODES
                            ? LIMIT_WITHOUT_NODES
                            : Math.min(LIMIT_MAX, LIMIT_NODES * nodeEntries);
        }
    }

    boolean createsStream() {
        return createsStream;
    }

    int idPosition() {
        return idPosition;
    }

    /// {@return whether the client chose the id, at least its milliseconds}
    boolean idGiven() {
        return idGiven;
    }

    boolean sequenceGiven() {
        return sequenceGiven;
    }

    StreamId id() {
        return id;
    }

    /// {@return how many entries were taken away}
    long apply(StreamValue stream) {
        return switch (strategy) {
            case NONE -> 0;
            case LENGTH -> stream.trimToLength(lengthMax, !roughly, limit);
            case ID -> stream.trimToId(firstId, !roughly, limit);
        };
    }

    boolean isRough() {
        return roughly;
    }

    /// Makes arguments that say exactly what was done, after it was done.
    void makeExact(byte[][] args, StreamValue stream) {
        args[position - 1] = EXACTLY;
        args[position] =
                strategy == Strategy.LENGTH
                        ? Long.toString(stream.length()).getBytes(US_ASCII)
                        : stream.firstStoredId(firstId).toString().getBytes(US_ASCII);
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import dev.dunlin.node.keyspace.ValueKind;
import dev.dunlin.node.offheap.Allocator;
import dev.dunlin.node.offheap.Entry;
import dev.dunlin.node.resp.DoubleParser;
import dev.dunlin.node.resp.ReplyWriter;
import dev.dunlin.node.resp.RespError;
import dev.dunlin.node.value.SortedSetBuilder;
import dev.dunlin.node.value.SortedSetValue;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/// ZUNION, ZINTER, ZDIFF and their relatives.
///
/// Thread: handlers run on the node's loop and never block.
final class SortedSetAlgebraCommands {
    private static final RespError NOT_A_WEIGHT = RespError.of("ERR weight value is not a float");
    private static final RespError NEGATIVE_LIMIT = RespError.of("ERR LIMIT can't be negative");

    private SortedSetAlgebraCommands() {}

    private enum Operation {
        UNION,
        INTERSECTION,
        DIFFERENCE
    }

    /// What becomes of the scores of a member that comes more than once.
    private enum Aggregate {
        SUM {
            @Override
            double of(double left, double right) {
                double sum = left + right;
                // The sum of both infinities is agreed to be 0.
                return Double.isNaN(sum) ? 0 : sum;
            }
        },
        MIN {
            @Override
            double of(double left, double right) {
                return right < left ? right : left;
            }
        },
        MAX {
            @Override
            double of(double left, double right) {
                return right > left ? right : left;
            }
        };

        abstract double of(double left, double right);
    }

    /// A set to be combined.
    ///
    /// @param ref the entry, or [CommandContext#MISSING]
    private record Input(int ref, int count, double weight) {}

    /// What is asked for.
    private record Request(
            List<Input> inputs, Aggregate aggregate, boolean withScores, long limit) {}

    static void zunion(CommandContext ctx, Args args, ReplyWriter reply) {
        reply(ctx, args, Operation.UNION, "zunion", reply);
    }

    static void zinter(CommandContext ctx, Args args, ReplyWriter reply) {
        reply(ctx, args, Operation.INTERSECTION, "zinter", reply);
    }

    static void zdiff(CommandContext ctx, Args args, ReplyWriter reply) {
        reply(ctx, args, Operation.DIFFERENCE, "zdiff", reply);
    }

    static void zunionstore(CommandContext ctx, Args args, ReplyWriter reply) {
        store(ctx, args, Operation.UNION, "zunionstore", reply);
    }

    static void zinterstore(CommandContext ctx, Args args, ReplyWriter reply) {
        store(ctx, args, Operation.INTERSECTION, "zinterstore", reply);
    }

    static void zdiffstore(CommandContext ctx, Args args, ReplyWriter reply) {
        store(ctx, args, Operation.DIFFERENCE, "zdiffstore", reply);
    }

    static void zintercard(CommandContext ctx, Args args, ReplyWriter reply) {
        Request request = parse(ctx, args, 1, Operation.INTERSECTION, "zintercard", false, true);
        List<Input> inputs = bySize(request.inputs);
        long limit = request.limit == 0 ? Long.MAX_VALUE : request.limit;
        var found = new long[1];
        forEach(
                ctx,
                inputs.getFirst(),
                (member, bytes, score) -> {
                    if (found[0] < limit && isInAll(ctx, inputs, member, bytes)) {
                        found[0]++;
                    }
                });
        reply.integer(found[0]);
    }

    private static boolean isInAll(CommandContext ctx, List<Input> inputs, long member, int bytes) {
        for (int i = 1; i < inputs.size(); i++) {
            if (Double.isNaN(scoreIn(ctx, inputs.get(i), member, bytes))) {
                return false;
            }
        }
        return true;
    }

    private static void reply(
            CommandContext ctx, Args args, Operation operation, String name, ReplyWriter reply) {
        Request request = parse(ctx, args, 1, operation, name, false, false);
        SortedSetBuilder result = combine(ctx, operation, request);
        SortedSets.header(reply, result.count(), request.withScores);
        result.forEach((member, bytes, score) -> {
            if (request.withScores && reply.resp3()) {
                reply.array(2);
            }
            reply.bulk(member, bytes);
            if (request.withScores) {
                reply.score(score);
            }
        });
        result.discard();
    }

    private static void store(
            CommandContext ctx, Args args, Operation operation, String name, ReplyWriter reply) {
        Request request = parse(ctx, args, 2, operation, name, true, false);
        reply.integer(SortedSets.store(ctx, args, 1, combine(ctx, operation, request), 1));
    }

    // Arguments

    private static Request parse(
            CommandContext ctx,
            Args args,
            int numkeys,
            Operation operation,
            String name,
            boolean stores,
            boolean counts) {
        long keys = args.longAt(numkeys);
        if (keys < 1) {
            throw new CommandException(
                    RespError.of("ERR at least 1 input key is needed for '" + name + "' command"));
        }
        if (keys > args.count() - numkeys - 1) {
            throw new CommandException(RespError.SYNTAX);
        }
        int count = (int) keys;
        var refs = new int[count];
        for (int i = 0; i < count; i++) {
            refs[i] =
                    ctx.require(ctx.read(args, numkeys + 1 + i), SortedSetAlgebraCommands::isInput);
        }
        var weights = new double[count];
        Arrays.fill(weights, 1);
        Aggregate aggregate = Aggregate.SUM;
        boolean withScores = false;
        long limit = 0;
        boolean aggregates = operation != Operation.DIFFERENCE && !counts;
        for (int i = numkeys + 1 + count; i < args.count(); i++) {
            int remaining = args.count() - i;
            if (aggregates && remaining >= count + 1 && args.is(i, "weights")) {
                for (int k = 0; k < count; k++) {
                    weights[k] = weight(args, ++i);
                }
            } else if (aggregates && remaining >= 2 && args.is(i, "aggregate")) {
                aggregate = aggregate(args, ++i);
            } else if (!stores && !counts && args.is(i, "withscores")) {
                withScores = true;
            } else if (counts && remaining >= 2 && args.is(i, "limit")) {
                limit = args.longAt(++i, NEGATIVE_LIMIT);
                if (limit < 0) {
                    throw new CommandException(NEGATIVE_LIMIT);
                }
            } else {
                throw new CommandException(RespError.SYNTAX);
            }
        }
        List<Input> inputs = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            inputs.add(new Input(refs[i], size(ctx, refs[i]), weights[i]));
        }
        return new Request(inputs, aggregate, withScores, limit);
    }

    private static double weight(Args args, int argument) {
        double weight = DoubleParser.parse(args.address(argument), args.bytes(argument));
        if (Double.isNaN(weight)) {
            throw new CommandException(NOT_A_WEIGHT);
        }
        return weight;
    }

    private static Aggregate aggregate(Args args, int argument) {
        for (Aggregate aggregate : Aggregate.values()) {
            if (args.is(argument, aggregate.name().toLowerCase(Locale.ROOT))) {
                return aggregate;
            }
        }
        throw new CommandException(RespError.SYNTAX);
    }

    // Inputs: the one place that knows of which types they may be

    private static boolean isInput(int kind) {
        return ValueKind.isSortedSet(kind) || ValueKind.isSet(kind);
    }

    /// {@return whether an input is a set, all of whose members count as scores of 1}
    private static boolean isSet(CommandContext ctx, int ref) {
        return ValueKind.isSet(Entry.kind(ctx.entry(ref)));
    }

    private static int size(CommandContext ctx, int ref) {
        if (ref == CommandContext.MISSING) {
            return 0;
        }
        return isSet(ctx, ref)
                ? ctx.values().sets().open(ref).count()
                : ctx.values().sortedSets().open(ref).count();
    }

    /// Gets members with their scores.
    @FunctionalInterface
    private interface MemberVisitor {
        void visit(long member, int bytes, double score);
    }

    private static void forEach(CommandContext ctx, Input input, MemberVisitor visitor) {
        if (input.count == 0) {
            return;
        }
        if (isSet(ctx, input.ref)) {
            ctx.values()
                    .sets()
                    .open(input.ref)
                    .forEach(member -> visitor.visit(member.address(), member.bytes(), 1));
        } else {
            ctx.values()
                    .sortedSets()
                    .open(input.ref)
                    .forEach(element ->
                            visitor.visit(
                                    element.memberAddress(),
                                    element.memberBytes(),
                                    element.score()));
        }
    }

    /// {@return the score of a member, or NaN when the input does not have it}
    private static double scoreIn(CommandContext ctx, Input input, long member, int bytes) {
        if (input.count == 0) {
            return Double.NaN;
        }
        if (isSet(ctx, input.ref)) {
            boolean there =
                    ctx.values()
                            .otherSets()
                            .open(input.ref)
                            .contains(ctx.values().member().ofText(member, bytes));
            return there ? 1 : Double.NaN;
        }
        SortedSetValue set = ctx.values().otherSortedSets().open(input.ref);
        return set.find(member, bytes) ? set.score() : Double.NaN;
    }

    // Combining

    private static SortedSetBuilder combine(
            CommandContext ctx, Operation operation, Request request) {
        var result = new SortedSetBuilder(ctx.keyspace());
        switch (operation) {
            case UNION -> unite(ctx, request, result);
            case INTERSECTION -> intersect(ctx, request, result);
            case DIFFERENCE -> subtract(ctx, request, result);
        }
        return result;
    }

    private static List<Input> bySize(List<Input> inputs) {
        List<Input> sorted = new ArrayList<>(inputs);
        sorted.sort(Comparator.comparingInt(Input::count));
        return sorted;
    }

    /// A weight of 0 makes infinity no number, which is agreed to be 0.
    private static double weighted(double weight, double score) {
        double product = weight * score;
        return Double.isNaN(product) ? 0 : product;
    }

    private static void unite(CommandContext ctx, Request request, SortedSetBuilder result) {
        for (Input input : bySize(request.inputs)) {
            forEach(
                    ctx,
                    input,
                    (member, bytes, score) -> {
                        double value = weighted(input.weight, score);
                        int there = result.find(member, bytes);
                        if (there == Allocator.NULL) {
                            result.add(member, bytes, value);
                        } else {
                            result.score(there, request.aggregate.of(result.score(there), value));
                        }
                    });
        }
    }

    private static void intersect(CommandContext ctx, Request request, SortedSetBuilder result) {
        List<Input> inputs = bySize(request.inputs);
        Input smallest = inputs.getFirst();
        forEach(
                ctx,
                smallest,
                (member, bytes, score) -> {
                    double value = weighted(smallest.weight, score);
                    for (Input input : inputs.subList(1, inputs.size())) {
                        double other = scoreIn(ctx, input, member, bytes);
                        if (Double.isNaN(other)) {
                            return;
                        }
                        value = request.aggregate.of(value, input.weight * other);
                    }
                    result.add(member, bytes, value);
                });
    }

    private static void subtract(CommandContext ctx, Request request, SortedSetBuilder result) {
        List<Input> others = request.inputs.subList(1, request.inputs.size());
        forEach(
                ctx,
                request.inputs.getFirst(),
                (member, bytes, score) -> {
                    for (Input input : others) {
                        if (!Double.isNaN(scoreIn(ctx, input, member, bytes))) {
                            return;
                        }
                    }
                    result.add(member, bytes, score);
                });
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import static dev.dunlin.node.command.Command.command;
import static dev.dunlin.node.command.Flag.DENYOOM;
import static dev.dunlin.node.command.Flag.MOVABLEKEYS;
import static dev.dunlin.node.command.Flag.READONLY;
import static dev.dunlin.node.command.Flag.WRITE;

import dev.dunlin.node.keyspace.ValueKind;
import dev.dunlin.node.offheap.Entry;
import dev.dunlin.node.resp.ReplyWriter;
import dev.dunlin.node.resp.RespError;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/// SORT and SORT_RO: elements of a list, a set or a sorted set in the order of what they are, or of what other keys say about them.
///
/// Thread: handlers run on the node's loop and never block.
final class SortCommands {
    private static final KeySpec KEY = KeySpec.first("RO", "access");
    private static final KeySpec PATTERNS = unknown("RO", "access");
    private static final KeySpec STORE = unknown("OW", "update");
    private static final byte[] NOTHING = {};

    private SortCommands() {}

    /// {@return the family's rows, fresh for each node because a row counts its calls}
    // spotless:off
    static List<Command> table() { return List.of(
        //       name      arity  keys                            handler             category                        flags
        command("sort",     -2,   List.of(KEY, PATTERNS, STORE),  SortCommands::sort,         "set sortedset list dangerous", WRITE, DENYOOM, MOVABLEKEYS)
                                                                                      .findingKeysBy(SortCommands::forEachKey),
        command("sort_ro",  -2,   List.of(KEY, PATTERNS),         SortCommands::sortReadOnly, "set sortedset list dangerous", READONLY, MOVABLEKEYS)
                                                                                      .findingKeysBy((args, visitor) -> visitor.accept(1))); }
    // spotless:on

    private static KeySpec unknown(String... flags) {
        return new KeySpec(List.of(flags), new KeySpec.Begin.Unknown(), new KeySpec.Find.Unknown());
    }

    /// Visits what is sorted, and where the last STORE puts it.
    private static void forEachKey(Args args, IntConsumer visitor) {
        visitor.accept(1);
        int store = 0;
        for (int i = 2; i < args.count(); i++) {
            if (args.is(i, "limit")) {
                i += 2;
            } else if (args.is(i, "get") || args.is(i, "by")) {
                i++;
            } else if (args.is(i, "store") && i + 1 < args.count()) {
                store = i + 1;
            }
        }
        if (store != 0) {
            visitor.accept(store);
        }
    }

    private static void sort(CommandContext ctx, Args args, ReplyWriter reply) {
        run(ctx, args, SortRequest.parse(ctx, args, true), reply);
    }

    private static void sortReadOnly(CommandContext ctx, Args args, ReplyWriter reply) {
        run(ctx, args, SortRequest.parse(ctx, args, false), reply);
    }

    private static void run(CommandContext ctx, Args args, SortRequest request, ReplyWriter reply) {
        int ref = request.stores() ? ctx.write(args, 1) : ctx.read(args, 1);
        List<byte[]> elements = new ArrayList<>();
        boolean isSet = false;
        if (ref != CommandContext.MISSING) {
            int kind = Entry.kind(ctx.entry(ref));
            if (!SortableKeys.has(kind)) {
                throw new CommandException(RespError.WRONG_TYPE);
            }
            isSet = ValueKind.isSet(kind);
            SortableKeys.addTo(ctx, ref, elements);
        }
        try (var lookup = new SortLookup(ctx)) {
            List<byte[]> sorted =
                    request.sorts()
                            ? SortOrder.sort(elements, request, lookup)
                            : unsorted(elements, isSet, request);
            List<byte[]> window = request.window(sorted);
            if (request.stores()) {
                store(ctx, args, request, results(window, request, lookup), reply);
            } else {
                reply(window, request, lookup, reply);
            }
        }
    }

    private static List<byte[]> unsorted(
            List<byte[]> elements, boolean isSet, SortRequest request) {
        if (isSet && request.stores()) {
            // A set has no order of its own, and every replica must store the same.
            elements.sort(SortOrder::compare);
            if (request.descending()) {
                Collections.reverse(elements);
            }
        } else if (!isSet && request.descending()) {
            Collections.reverse(elements);
        }
        return elements;
    }

    private static List<byte[]> results(
            List<byte[]> window, SortRequest request, SortLookup lookup) {
        if (request.gets().isEmpty()) {
            return window;
        }
        List<byte[]> results = new ArrayList<>(window.size() * request.gets().size());
        for (byte[] element : window) {
            for (SortPattern pattern : request.gets()) {
                byte @Nullable [] value = lookup.get(pattern, element);
                results.add(value == null ? NOTHING : value);
            }
        }
        return results;
    }

    private static void store(
            CommandContext ctx,
            Args args,
            SortRequest request,
            List<byte[]> results,
            ReplyWriter reply) {
        if (!results.isEmpty()) {
            SortableKeys.store(ctx, args, request.storeArgument(), results);
            ctx.changed(args, request.storeArgument(), results.size());
        } else {
            ctx.deleteTarget(args, request.storeArgument());
        }
        reply.integer(results.size());
    }

    private static void reply(
            List<byte[]> window, SortRequest request, SortLookup lookup, ReplyWriter reply) {
        List<SortPattern> gets = request.gets();
        reply.array((long) window.size() * Math.max(1, gets.size()));
        for (byte[] element : window) {
            if (gets.isEmpty()) {
                reply.bulk(element);
            }
            for (SortPattern pattern : gets) {
                byte @Nullable [] value = lookup.get(pattern, element);
                if (value == null) {
                    reply.nil();
                } else {
                    reply.bulk(value);
                }
            }
        }
    }
}

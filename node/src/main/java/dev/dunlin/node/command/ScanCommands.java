// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import static dev.dunlin.node.command.Command.command;
import static dev.dunlin.node.command.Flag.READONLY;
import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.dunlin.node.keyspace.Database;
import dev.dunlin.node.keyspace.ValueKind;
import dev.dunlin.node.offheap.Entry;
import dev.dunlin.node.resp.DoubleText;
import dev.dunlin.node.resp.ReplyWriter;
import dev.dunlin.node.resp.RespError;
import dev.dunlin.node.resp.ScoreText;
import dev.dunlin.node.value.HashValue;
import dev.dunlin.node.value.SetMember;
import dev.dunlin.node.value.SetValue;
import dev.dunlin.node.value.SortedSetValue;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// SCAN, KEYS, and what HSCAN shares with them: going through everything there is, at once or in steps.
///
/// Thread: handlers run on the node's loop and never block.
public final class ScanCommands {
    /// Buckets that one step may look at for each element it was asked for, so that sparse tables do not hold up the loop.
    private static final long BUCKETS_PER_ELEMENT = 10;

    /// In cluster mode the low bits of SCAN's cursor are the slot, as in Valkey, so that an iteration goes through all slots.
    private static final int SLOT_BITS = 14;

    /// {@return the family's rows, fresh for each node because a row counts its calls}
    // spotless:off
    static List<Command> table() { return List.of(
        //       name    arity  handler              category              flags
        command("scan",  -2,    ScanCommands::scan,  "keyspace",           READONLY),
        command("keys",   2,    ScanCommands::keys,  "keyspace dangerous", READONLY)); }
    // spotless:on

    private ScanCommands() {}

    /// Collects entries, because nothing may be changed while a table is visited.
    private static final class Found implements IntConsumer {
        private int[] refs = new int[16];
        private int count;

        @Override
        public void accept(int ref) {
            if (count == refs.length) {
                refs = Arrays.copyOf(refs, count * 2);
            }
            refs[count++] = ref;
        }
    }

    private static void keys(CommandContext ctx, Args args, ReplyWriter reply) {
        var pattern = new Glob(args.copy(1));
        var found = new Found();
        ctx.database()
                .forEach(ref -> {
                    long entry = ctx.entry(ref);
                    if ((pattern.matchesAll()
                                    || pattern.matches(Entry.key(entry), Entry.keyBytes(entry)))
                            && !ctx.isExpired(ref)) {
                        found.accept(ref);
                    }
                });
        replyKeys(ctx, found, reply);
    }

    private static void replyKeys(CommandContext ctx, Found found, ReplyWriter reply) {
        reply.array(found.count);
        for (int i = 0; i < found.count; i++) {
            long entry = ctx.entry(found.refs[i]);
            reply.bulk(Entry.key(entry), Entry.keyBytes(entry));
        }
    }

    private static void scan(CommandContext ctx, Args args, ReplyWriter reply) {
        long cursor = cursor(args, 1);
        Options options = Options.parse(args, 2, true);
        var found = new Found();
        long next = scan(ctx.database(), cursor, options.count, found);
        int kept = 0;
        ctx.effects().separately();
        for (int i = 0; i < found.count; i++) {
            int ref = found.refs[i];
            if (options.accepts(ctx.entry(ref))
                    && ctx.unlessExpired(ref) != CommandContext.MISSING) {
                found.refs[kept++] = ref;
            }
        }
        found.count = kept;
        reply.array(2);
        reply.bulk(Long.toUnsignedString(next));
        replyKeys(ctx, found, reply);
    }

    /// {@return the cursor to go on with, 0 at the end}
    private static long scan(Database database, long cursor, long count, Found found) {
        boolean slotted = database.slots() > 1;
        int slot = slotted ? (int) cursor & (database.slots() - 1) : 0;
        long inSlot = slotted ? cursor >>> SLOT_BITS : cursor;
        long buckets = buckets(count);
        do {
            inSlot = database.scan(slot, inSlot, found);
            if (inSlot == 0) {
                slot = slotAfter(database, slot);
                if (slot == database.slots()) {
                    return 0;
                }
            }
        } while (--buckets > 0 && found.count < count);
        return slotted ? inSlot << SLOT_BITS | slot : inSlot;
    }

    private static int slotAfter(Database database, int slot) {
        int next = slot + 1;
        while (next < database.slots() && database.slotSize(next) == 0) {
            next++;
        }
        return next;
    }

    private static long buckets(long count) {
        return count > Long.MAX_VALUE / BUCKETS_PER_ELEMENT
                ? Long.MAX_VALUE
                : count * BUCKETS_PER_ELEMENT;
    }

    static void hscan(CommandContext ctx, Args args, ReplyWriter reply) {
        long cursor = cursor(args, 2);
        HashValue hash = Hashes.read(ctx, args, 1);
        if (hash == null) {
            replyNothing(reply);
            return;
        }
        Options options = Options.parse(args, 3, false);
        Walk<HashValue> walk = (from, each) -> hash.scan(from, each::accept);
        replyPairs(
                walk,
                cursor,
                options,
                pair -> options.acceptsName(pair.fieldAddress(), pair.fieldBytes()),
                pair -> HashCommands.replyPair(pair, reply),
                reply);
    }

    static void sscan(CommandContext ctx, Args args, ReplyWriter reply) {
        long cursor = cursor(args, 2);
        SetValue set = Sets.read(ctx, args, 1);
        if (set == null) {
            replyNothing(reply);
            return;
        }
        Options options = Options.parse(args, 3, false);
        var picked = new SetAlgebra.Picked(set);
        Walk<SetMember> walk = (from, each) -> set.scan(from, each::accept);
        long next =
                scan(
                        walk,
                        cursor,
                        options.count,
                        member -> {
                            if (options.acceptsName(member.address(), member.bytes())) {
                                picked.add(member);
                            }
                        });
        reply.array(2);
        reply.bulk(Long.toUnsignedString(next));
        reply.array(picked.count());
        picked.replyMembers(reply);
    }

    static void zscan(CommandContext ctx, Args args, ReplyWriter reply) {
        long cursor = cursor(args, 2);
        SortedSetValue set = SortedSets.read(ctx, args, 1);
        if (set == null) {
            replyNothing(reply);
            return;
        }
        Options options = Options.parse(args, 3, false);
        Walk<SortedSetValue> walk = (from, each) -> set.scan(from, each::accept);
        replyPairs(
                walk,
                cursor,
                options,
                element -> options.acceptsName(element.memberAddress(), element.memberBytes()),
                element -> {
                    reply.bulk(element.memberAddress(), element.memberBytes());
                    // Text in both protocols.
                    reply.bulk(scanText(set.isPacked(), element.score()));
                },
                reply);
    }

    /// {@return a score as it is kept in a listpack, or with all digits: Redis 7.2 still scans large sets as 7.0 does}
    private static byte[] scanText(boolean packed, double score) {
        return packed ? ScoreText.of(score) : DoubleText.of(score);
    }

    private static void replyNothing(ReplyWriter reply) {
        reply.array(2);
        reply.bulk("0");
        reply.array(0);
    }

    /// Shows a part of a collection's elements.
    @FunctionalInterface
    private interface Walk<T> {
        /// {@return the cursor to go on with, 0 at the end}
        long step(long cursor, Consumer<T> each);
    }

    private static <T> long scan(Walk<T> walk, long from, long count, Consumer<T> visitor) {
        var seen = new long[1];
        long cursor = from;
        long buckets = buckets(count);
        do {
            cursor =
                    walk.step(
                            cursor,
                            element -> {
                                seen[0]++;
                                visitor.accept(element);
                            });
        } while (cursor != 0 && --buckets > 0 && seen[0] < count);
        return cursor;
    }

    /// Replies with the elements that match, each of which `writer` makes two replies of.
    private static <T> void replyPairs(
            Walk<T> walk,
            long cursor,
            Options options,
            Predicate<T> matches,
            Consumer<T> writer,
            ReplyWriter reply) {
        // The first round counts, the second replies; nothing changes in between.
        var matching = new int[1];
        long next =
                scan(
                        walk,
                        cursor,
                        options.count,
                        element -> {
                            if (matches.test(element)) {
                                matching[0]++;
                            }
                        });
        reply.array(2);
        reply.bulk(Long.toUnsignedString(next));
        reply.array(matching[0] * 2L);
        scan(
                walk,
                cursor,
                options.count,
                element -> {
                    if (matches.test(element)) {
                        writer.accept(element);
                    }
                });
    }

    /// MATCH, COUNT and TYPE of one command.
    private record Options(long count, @Nullable Glob pattern, @Nullable String type) {
        private static final long COUNT_DEFAULT = 10;

        static Options parse(Args args, int from, boolean takesType) {
            long count = COUNT_DEFAULT;
            Glob pattern = null;
            String type = null;
            for (int i = from; i < args.count(); i += 2) {
                boolean hasValue = i + 1 < args.count();
                if (hasValue && args.is(i, "count")) {
                    count = args.longAt(i + 1);
                    if (count < 1) {
                        throw new CommandException(RespError.SYNTAX);
                    }
                } else if (hasValue && args.is(i, "match")) {
                    pattern = new Glob(args.copy(i + 1));
                } else if (hasValue && takesType && args.is(i, "type")) {
                    type = args.text(i + 1).toLowerCase(Locale.ROOT);
                } else {
                    throw new CommandException(RespError.SYNTAX);
                }
            }
            return new Options(count, pattern, type);
        }

        boolean accepts(long entry) {
            return acceptsName(Entry.key(entry), Entry.keyBytes(entry))
                    && (type == null || type.equals(ValueKind.typeName(Entry.kind(entry))));
        }

        boolean acceptsName(long address, int bytes) {
            return pattern == null || pattern.matchesAll() || pattern.matches(address, bytes);
        }
    }

    /// Reads a cursor as C's `strtoul` does, as Redis takes it: a sign, and nothing at all, are fine.
    private static long cursor(Args args, int argument) {
        // Up to a zero byte, as C reads it.
        byte[] text =
                RespError.quoted(args.copy(argument), args.bytes(argument)).getBytes(ISO_8859_1);
        int at = text.length > 0 && (text[0] == '-' || text[0] == '+') ? 1 : 0;
        boolean valid = at < text.length || text.length == 0;
        long value = 0;
        for (; valid && at < text.length; at++) {
            int digit = text[at] - '0';
            valid =
                    digit >= 0
                            && digit <= 9
                            && (Long.compareUnsigned(value, Long.divideUnsigned(-1, 10)) < 0
                                    || (value == Long.divideUnsigned(-1, 10)
                                            && digit <= Long.remainderUnsigned(-1, 10)));
            value = value * 10 + digit;
        }
        if (!valid) {
            throw new CommandException(RespError.INVALID_CURSOR);
        }
        return text.length > 0 && text[0] == '-' ? -value : value;
    }
}

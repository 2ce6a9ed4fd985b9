// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import dev.dunlin.node.config.Directives;
import dev.dunlin.node.keyspace.ValueKind;
import dev.dunlin.node.offheap.Entry;
import dev.dunlin.node.offheap.Memory;
import dev.dunlin.node.resp.ReplyWriter;
import dev.dunlin.node.resp.RespError;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// LCS: `LCS key1 key2 [LEN] [IDX] [MINMATCHLEN n] [WITHMATCHLEN]`, the longest common subsequence of two strings.
///
/// The lengths of all prefixes' solutions need only the last row; how a solution came about needs one bit for each pair of prefixes, not
/// four bytes as in Redis.
final class LcsCommand {
    private record Text(long address, int bytes) {
        byte at(int index) {
            return Memory.getByte(address + index);
        }
    }

    /// A stretch that both strings share, by its first and last position in each.
    private record Match(int firstA, int lastA, int firstB, int lastB) {
        int length() {
            return lastA - firstA + 1;
        }
    }

    private final Text a;
    private final Text b;

    /// Of each pair of prefixes: whether leaving out the last byte of `a` is better than leaving out that of `b`.
    private final long[] shortenA;

    private int length;

    private LcsCommand(Text a, Text b, boolean needsPath) {
        this.a = a;
        this.b = b;
        long cells = needsPath ? (long) (a.bytes + 1) * (b.bytes + 1) : 0;
        this.shortenA = new long[(int) ((cells + 63) / 64)];
    }

    static void lcs(CommandContext ctx, Args args, ReplyWriter reply) {
        @Nullable Text a = text(ctx, args, 1);
        @Nullable Text b = text(ctx, args, 2);
        if (a == null || b == null) {
            throw new CommandException(RespError.LCS_NO_STRINGS);
        }
        boolean onlyLength = false;
        boolean indexes = false;
        boolean withMatchLength = false;
        long matchLengthMin = 0;
        for (int i = 3; i < args.count(); i++) {
            if (args.is(i, "idx")) {
                indexes = true;
            } else if (args.is(i, "len")) {
                onlyLength = true;
            } else if (args.is(i, "withmatchlen")) {
                withMatchLength = true;
            } else if (args.is(i, "minmatchlen") && i + 1 < args.count()) {
                matchLengthMin = Math.max(0, args.longAt(++i));
            } else {
                throw new CommandException(RespError.SYNTAX);
            }
        }
        if (indexes && onlyLength) {
            throw new CommandException(RespError.LCS_LENGTH_AND_INDEXES);
        }
        long tableBytes = (a.bytes + 1L) * (b.bytes + 1L) * Integer.BYTES;
        long tableBytesMax =
                Math.min(
                        ctx.services().settings().get(Directives.MAX_BULK_BYTES),
                        Integer.MAX_VALUE * 8L);
        if (tableBytes > tableBytesMax) {
            throw new CommandException(RespError.LCS_TOO_LARGE);
        }
        var lcs = new LcsCommand(a, b, !onlyLength);
        lcs.solve(!onlyLength);
        if (onlyLength) {
            reply.integer(lcs.length);
        } else if (indexes) {
            lcs.replyMatches(matchLengthMin, withMatchLength, reply);
        } else {
            lcs.replyText(reply);
        }
    }

    /// {@return the string, an empty one for no key, or null for a key of another type}
    private static @Nullable Text text(CommandContext ctx, Args args, int key) {
        int ref = ctx.read(args, key);
        if (ref == CommandContext.MISSING) {
            return new Text(0, 0);
        }
        long entry = ctx.entry(ref);
        return ValueKind.isString(Entry.kind(entry))
                ? new Text(Entry.value(entry), Entry.valueBytes(entry))
                : null;
    }

    private void solve(boolean keepsPath) {
        int[] row = new int[b.bytes + 1];
        for (int i = 1; i <= a.bytes; i++) {
            int diagonal = 0;
            byte ofA = a.at(i - 1);
            for (int j = 1; j <= b.bytes; j++) {
                int above = row[j];
                int left = row[j - 1];
                if (ofA == b.at(j - 1)) {
                    row[j] = diagonal + 1;
                } else {
                    row[j] = Math.max(above, left);
                    if (keepsPath && above > left) {
                        long cell = cell(i, j);
                        shortenA[(int) (cell >>> 6)] |= 1L << cell;
                    }
                }
                diagonal = above;
            }
        }
        length = row[b.bytes];
    }

    private long cell(int i, int j) {
        return (long) i * (b.bytes + 1) + j;
    }

    /// {@return the matches of the solution, from the strings' ends to their starts, as Redis splits them}
    private List<Match> matches() {
        List<Match> matches = new ArrayList<>();
        Match open = null;
        int i = a.bytes;
        int j = b.bytes;
        while (i > 0 && j > 0) {
            boolean ends;
            if (a.at(i - 1) == b.at(j - 1)) {
                i--;
                j--;
                open =
                        open == null
                                ? new Match(i, i, j, j)
                                : new Match(i, open.lastA, j, open.lastB);
                ends = i == 0 || j == 0;
            } else {
                long cell = cell(i, j);
                if ((shortenA[(int) (cell >>> 6)] & 1L << cell) != 0) {
                    i--;
                } else {
                    j--;
                }
                ends = open != null;
            }
            if (ends && open != null) {
                matches.add(open);
                open = null;
            }
        }
        return matches;
    }

    private void replyMatches(long lengthMin, boolean withLength, ReplyWriter reply) {
        List<Match> matches = matches();
        matches.removeIf(match -> lengthMin != 0 && match.length() < lengthMin);
        reply.map(2);
        reply.bulk("matches");
        reply.array(matches.size());
        for (Match match : matches) {
            reply.array(withLength ? 3 : 2);
            reply.array(2);
            reply.integer(match.firstA);
            reply.integer(match.lastA);
            reply.array(2);
            reply.integer(match.firstB);
            reply.integer(match.lastB);
            if (withLength) {
                reply.integer(match.length());
            }
        }
        reply.bulk("len");
        reply.integer(length);
    }

    private void replyText(ReplyWriter reply) {
        byte[] text = new byte[length];
        List<Match> matches = matches();
        Collections.reverse(matches);
        int at = 0;
        for (Match match : matches) {
            Memory.copyOut(a.address + match.firstA, text, at, match.length());
            at += match.length();
        }
        reply.bulk(text);
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.value;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.dunlin.node.offheap.Memory;
import dev.dunlin.node.resp.Decimal;
import dev.dunlin.node.resp.DoubleParser;
import dev.dunlin.node.resp.ScoreText;

/// A small sorted set as Redis lays it out: a listpack of member, score, member, score, in order.
///
/// A score is an integer element when it is one, else its shortest text, as Redis 7.2 has it.
///
/// Thread: belongs to one thread.
final class PackedScores {
    private final byte[] text = new byte[ScoreText.BYTES_MAX];

    /// Where a member that is stored as an integer is written out.
    private final long digits;

    private long memberAddress;
    private int memberBytes;

    /// @param digits native memory of at least 24 bytes
    PackedScores(long digits) {
        this.digits = digits;
    }

    /// Makes `element` stand for a score.
    void score(ListpackElement element, double score) {
        if (ScoreText.isInteger(score)) {
            element.ofInteger((long) score);
        } else {
            element.ofBytes(text, 0, ScoreText.write(score, text));
        }
    }

    /// {@return the score that a listpack's element is}
    double score(long listpack, int element) {
        if (Listpack.isInteger(listpack, element)) {
            return Listpack.integer(listpack, element);
        }
        // Infinities come as Redis writes them, anything else as Java reads it too.
        long address = Listpack.stringAddress(listpack, element);
        int bytes = Listpack.stringBytes(listpack, element);
        int first = Memory.getByte(address);
        if (first == 'i') {
            return Double.POSITIVE_INFINITY;
        }
        if (first == '-' && Memory.getByte(address + 1) == 'i') {
            return Double.NEGATIVE_INFINITY;
        }
        double simple = DoubleParser.parseShort(address, bytes);
        if (!Double.isNaN(simple)) {
            return simple;
        }
        byte[] copy = new byte[bytes];
        Memory.copyOut(address, copy, 0, bytes);
        return Double.parseDouble(new String(copy, ISO_8859_1));
    }

    /// Looks at the text of a member.
    void member(long listpack, int element) {
        if (Listpack.isInteger(listpack, element)) {
            memberAddress = digits;
            memberBytes =
                    (int) (Decimal.write(digits, Listpack.integer(listpack, element)) - digits);
        } else {
            memberAddress = Listpack.stringAddress(listpack, element);
            memberBytes = Listpack.stringBytes(listpack, element);
        }
    }

    long memberAddress() {
        return memberAddress;
    }

    int memberBytes() {
        return memberBytes;
    }

    /// {@return the first element at or behind a score and a member, which may be the end}
    int place(long listpack, double score, long address, int bytes) {
        int at = Listpack.first(listpack);
        while (!Listpack.isEnd(listpack, at)) {
            int scoreAt = Listpack.next(listpack, at);
            double other = score(listpack, scoreAt);
            if (other > score || (other == score && compare(listpack, at, address, bytes) >= 0)) {
                return at;
            }
            at = Listpack.next(listpack, scoreAt);
        }
        return at;
    }

    /// {@return how many elements lie before a score, those of the same score included or not}
    int rank(long listpack, double score, boolean behindEqual) {
        int rank = 0;
        int at = Listpack.first(listpack);
        while (!Listpack.isEnd(listpack, at)) {
            int scoreAt = Listpack.next(listpack, at);
            double other = score(listpack, scoreAt);
            if (other > score || (other == score && !behindEqual)) {
                return rank;
            }
            rank++;
            at = Listpack.next(listpack, scoreAt);
        }
        return rank;
    }

    /// {@return how many elements lie before a member when only members count, the member itself included or not}
    int rank(long listpack, long address, int bytes, boolean behindEqual) {
        int rank = 0;
        int at = Listpack.first(listpack);
        while (!Listpack.isEnd(listpack, at)) {
            int order = compare(listpack, at, address, bytes);
            if (order > 0 || (order == 0 && !behindEqual)) {
                return rank;
            }
            rank++;
            at = Listpack.next(listpack, Listpack.next(listpack, at));
        }
        return rank;
    }

    private int compare(long listpack, int element, long address, int bytes) {
        member(listpack, element);
        return Memory.compare(memberAddress, memberBytes, address, bytes);
    }
}

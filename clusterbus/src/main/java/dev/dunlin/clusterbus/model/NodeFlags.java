// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.clusterbus.model;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What is said about a node, as a set of bits that is the same in memory, in headers and in gossip.
///
/// The names of the bits are ours; the text form keeps Redis's words, because clients parse it.
public record NodeFlags(int bits) {
    public static final int PRIMARY = 1;
    public static final int REPLICA = 1 << 1;

    /// Suspected by the node that says so.
    public static final int PFAIL = 1 << 2;

    /// Agreed to have failed.
    public static final int FAIL = 1 << 3;

    public static final int MYSELF = 1 << 4;

    /// Its id is still a random one of our own making.
    public static final int HANDSHAKE = 1 << 5;

    public static final int NOADDR = 1 << 6;

    /// The first message to it must be a MEET.
    public static final int MEET = 1 << 7;

    /// May receive a replica by replica migration.
    public static final int MIGRATE_TO = 1 << 8;

    /// A replica that never starts an election by itself.
    public static final int NO_FAILOVER = 1 << 9;

    /// It was seen to understand ping extensions.
    public static final int EXTENSIONS_SUPPORTED = 1 << 10;

    /// It parses light headers of publish messages.
    public static final int LIGHT_PUBLISH = 1 << 11;

    /// No flag at all.
    public static final NodeFlags NONE = new NodeFlags(0);

    private static final int KNOWN = (1 << 12) - 1;

    /// In the order of the text form.
    private static final List<Token> TOKENS =
            List.of(
                    new Token("myself", MYSELF),
                    new Token("master", PRIMARY),
                    new Token("slave", REPLICA),
                    new Token("fail?", PFAIL),
                    new Token("fail", FAIL),
                    new Token("handshake", HANDSHAKE),
                    new Token("noaddr", NOADDR),
                    new Token("nofailover", NO_FAILOVER));

    private static final String NO_FLAGS = "noflags";

    private record Token(String text, int bit) {}

    /// Keeps only the bits that have a meaning here, whatever a peer sent.
    public NodeFlags {
        bits &= KNOWN;
    }

    /// {@return the flags with exactly these bits}
    public static NodeFlags of(int bits) {
        return new NodeFlags(bits);
    }

    /// {@return whether at least one bit of `mask` is set}
    public boolean has(int mask) {
        return (bits & mask) != 0;
    }

    public NodeFlags with(int mask) {
        return (bits | mask) == bits ? this : new NodeFlags(bits | mask);
    }

    public NodeFlags without(int mask) {
        return (bits & mask) == 0 ? this : new NodeFlags(bits & ~mask);
    }

    public boolean isPrimary() {
        return has(PRIMARY);
    }

    public boolean isReplica() {
        return has(REPLICA);
    }

    public boolean isSuspected() {
        return has(PFAIL);
    }

    public boolean isFailed() {
        return has(FAIL);
    }

    public boolean isMyself() {
        return has(MYSELF);
    }

    public boolean isHandshake() {
        return has(HANDSHAKE);
    }

    public boolean hasNoAddress() {
        return has(NOADDR);
    }

    /// {@return the words of `CLUSTER NODES`, comma separated, `noflags` when there are none}
    public String text() {
        var words = new ArrayList<String>();
        for (Token token : TOKENS) {
            if (has(token.bit)) {
                words.add(token.text);
            }
        }
        return words.isEmpty() ? NO_FLAGS : String.join(",", words);
    }

    /// {@return the flags written in `text`, or null when it has a word that does not exist}
    ///
    /// `primary` and `replica` are read like `master` and `slave`.
    public static @Nullable NodeFlags parse(String text) {
        int bits = 0;
        for (String word : text.split(",", -1)) {
            int bit = bit(word);
            if (bit < 0) {
                return null;
            }
            bits |= bit;
        }
        return new NodeFlags(bits);
    }

    private static int bit(String word) {
        for (Token token : TOKENS) {
            if (token.text.equals(word)) {
                return token.bit;
            }
        }
        return switch (word) {
            case "primary" -> PRIMARY;
            case "replica" -> REPLICA;
            case NO_FLAGS -> 0;
            default -> -1;
        };
    }

    @Override
    public String toString() {
        return text();
    }
}

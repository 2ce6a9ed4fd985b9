// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.replication;

import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;
import java.util.random.RandomGenerator;

/// The name of one history of writes: 40 hexadecimal characters.
///
/// Two nodes whose identity and offset are equal hold the same data. Peers compare identities without regard to case, so
/// one is kept in lower case only.
///
/// @param hex 40 lower-case hexadecimal characters
public record ReplicationId(String hex) {
    /// Length of an identity on the wire.
    public static final int CHARACTERS = 40;

    /// Forty zeros: "no history", as INFO prints it and as `replid2` is before the first promotion.
    public static final ReplicationId NONE = new ReplicationId("0".repeat(CHARACTERS));

    public ReplicationId {
        if (!isHex(hex)) {
            throw new IllegalArgumentException("not a replication id: " + hex);
        }
    }

    /// {@return a new identity} A secure generator in production; a seeded one in tests.
    public static ReplicationId random(RandomGenerator random) {
        byte[] bytes = new byte[CHARACTERS / 2];
        random.nextBytes(bytes);
        return new ReplicationId(HexFormat.of().formatHex(bytes));
    }

    /// {@return the identity in `text` in any case, or nothing when it is not one} A peer that sends another length gets
    /// a full sync, as Redis does.
    public static Optional<ReplicationId> parse(String text) {
        String lower = text.toLowerCase(Locale.ROOT);
        return isHex(lower) ? Optional.of(new ReplicationId(lower)) : Optional.empty();
    }

    private static boolean isHex(String text) {
        if (text.length() != CHARACTERS) {
            return false;
        }
        for (int i = 0; i < CHARACTERS; i++) {
            char c = text.charAt(i);
            if ((c < '0' || c > '9') && (c < 'a' || c > 'f')) {
                return false;
            }
        }
        return true;
    }

    @Override
    public String toString() {
        return hex;
    }
}

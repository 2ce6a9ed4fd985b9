// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.controlplane.topology;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/// Short names for long values.
public final class Sha256 {
    private static final int SHORT_BYTES = 6;

    private Sha256() {}

    /// {@return the first twelve hexadecimal characters of the digest of `bytes`}
    public static String shortHex(byte[] bytes) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(bytes);
            return HexFormat.of().formatHex(digest, 0, SHORT_BYTES);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.config;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;

/// The only user there is: `default`, who may do everything, with the password of `requirepass`.
public final class DefaultUser {
    public static final String NAME = "default";

    private DefaultUser() {}

    /// {@return the user as a line of an ACL file}
    public static String line(String password) {
        String secret = password.isEmpty() ? "nopass" : "#" + hash(password);
        return "user default on " + secret + " ~* &* +@all";
    }

    /// {@return whether these words open the door; the time it takes does not tell how much of a password is right}
    ///
    /// @param password what is required, or an empty string when anything will do
    public static boolean accepts(String password, byte[] user, byte[] given) {
        boolean right = MessageDigest.isEqual(password.getBytes(UTF_8), given);
        return Arrays.equals(user, NAME.getBytes(UTF_8)) && (password.isEmpty() || right);
    }

    /// {@return the SHA-256 of a password in hexadecimal, as ACL files hold it}
    public static String hash(String password) {
        try {
            return HexFormat.of()
                    .formatHex(
                            MessageDigest.getInstance("SHA-256").digest(password.getBytes(UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}

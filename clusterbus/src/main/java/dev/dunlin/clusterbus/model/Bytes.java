// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.clusterbus.model;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Arrays;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/// An immutable run of bytes that compares by content, so that records can hold one.
public final class Bytes {
    private static final int SHOWN_MAX = 32;

    private final byte[] content;

    private Bytes(byte[] content) {
        this.content = content;
    }

    /// {@return the content of `bytes`, without a copy: the caller gives the array away}
    public static Bytes wrap(byte[] bytes) {
        return new Bytes(bytes);
    }

    /// {@return the UTF-8 form of `text`}
    public static Bytes of(String text) {
        return new Bytes(text.getBytes(UTF_8));
    }

    public int length() {
        return content.length;
    }

    /// {@return the array itself, for reading only}
    public byte[] array() {
        return content;
    }

    /// {@return the content read as UTF-8}
    public String text() {
        return new String(content, UTF_8);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Bytes bytes && Arrays.equals(content, bytes.content);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(content);
    }

    @Override
    public String toString() {
        int shown = Math.min(content.length, SHOWN_MAX);
        return HexFormat.of().formatHex(content, 0, shown)
                + (shown < content.length ? "... (" + content.length + " bytes)" : "");
    }
}

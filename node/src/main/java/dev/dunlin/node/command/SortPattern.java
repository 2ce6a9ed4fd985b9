// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// The pattern of a BY or GET: `weight_*` names a string, `object_*->field` a field of a hash, `#` is the element itself.
///
/// The star is replaced by the element. Only one before the `->` counts, and an arrow with nothing behind it is a part of the name.
final class SortPattern {
    private final byte[] text;
    private final int star;
    private final int nameEnd;

    SortPattern(byte[] text) {
        this.text = text;
        // Redis reads it as a C string.
        int end = indexOf((byte) 0, 0);
        int limit = end < 0 ? text.length : end;
        int found = indexOf((byte) '*', 0);
        this.star = found >= limit ? -1 : found;
        int arrow = -1;
        for (int i = star + 1; star >= 0 && i + 2 < limit && arrow < 0; i++) {
            arrow = text[i] == '-' && text[i + 1] == '>' ? i : -1;
        }
        this.nameEnd = arrow < 0 ? text.length : arrow;
    }

    private int indexOf(byte wanted, int from) {
        for (int i = from; i < text.length; i++) {
            if (text[i] == wanted) {
                return i;
            }
        }
        return -1;
    }

    boolean hasStar() {
        return star >= 0;
    }

    boolean isElement() {
        return text.length > 0 && text[0] == '#' && (text.length == 1 || text[1] == 0);
    }

    /// {@return the name of the key for an element; only with a star}
    byte[] name(byte[] element) {
        byte[] name = new byte[nameEnd - 1 + element.length];
        System.arraycopy(text, 0, name, 0, star);
        System.arraycopy(element, 0, name, star, element.length);
        System.arraycopy(text, star + 1, name, star + element.length, nameEnd - star - 1);
        return name;
    }

    /// {@return the field of the hash that the key has, or null for a string}
    byte @Nullable [] field() {
        return nameEnd == text.length ? null : Arrays.copyOfRange(text, nameEnd + 2, text.length);
    }
}

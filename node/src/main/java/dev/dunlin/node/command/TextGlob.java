// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import java.util.Locale;

/// A glob-style pattern for names, in any case: `*`, `?`, `[a-z]`, `[^x]`, and `\` before a character that means itself.
///
/// A mismatch goes back to the last `*` only, because an earlier one can match nothing that a later one cannot; so the work is at most
/// the product of both lengths.
final class TextGlob {
    private final String pattern;

    TextGlob(String pattern) {
        this.pattern = pattern.toLowerCase(Locale.ROOT);
    }

    boolean matches(String anyCase) {
        String name = anyCase.toLowerCase(Locale.ROOT);
        int p = 0;
        int n = 0;
        int star = -1;
        int starName = 0;
        while (n < name.length()) {
            int next =
                    p < pattern.length() && pattern.charAt(p) != '*' ? one(p, name.charAt(n)) : -1;
            if (p < pattern.length() && pattern.charAt(p) == '*') {
                star = p++;
                starName = n;
            } else if (next >= 0) {
                p = next;
                n++;
            } else if (star >= 0) {
                p = star + 1;
                n = ++starName;
            } else {
                return false;
            }
        }
        while (p < pattern.length() && pattern.charAt(p) == '*') {
            p++;
        }
        return p == pattern.length();
    }

    /// {@return the position after the element at `p` when it matches `c`, else -1}
    private int one(int p, char c) {
        char element = pattern.charAt(p);
        if (element == '?') {
            return p + 1;
        }
        if (element == '[') {
            return group(p + 1, c);
        }
        int literal = element == '\\' && p + 1 < pattern.length() ? p + 1 : p;
        return pattern.charAt(literal) == c ? literal + 1 : -1;
    }

    private int group(int from, char c) {
        int p = from;
        boolean not = p < pattern.length() && pattern.charAt(p) == '^';
        if (not) {
            p++;
        }
        boolean match = false;
        while (p < pattern.length() && pattern.charAt(p) != ']') {
            if (pattern.charAt(p) == '\\' && p + 1 < pattern.length()) {
                p++;
                match |= pattern.charAt(p) == c;
            } else if (p + 2 < pattern.length() && pattern.charAt(p + 1) == '-') {
                char low = (char) Math.min(pattern.charAt(p), pattern.charAt(p + 2));
                char high = (char) Math.max(pattern.charAt(p), pattern.charAt(p + 2));
                match |= c >= low && c <= high;
                p += 2;
            } else {
                match |= pattern.charAt(p) == c;
            }
            p++;
        }
        return match != not ? Math.min(p + 1, pattern.length()) : -1;
    }
}

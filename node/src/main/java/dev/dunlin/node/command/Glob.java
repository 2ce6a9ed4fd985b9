// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import dev.dunlin.node.offheap.Memory;

/// A pattern with `*`, `?`, `[a-z]`, `[^a]` and `\`, matched exactly as Redis does, its odd cases included.
///
/// An unclosed class ends with the pattern; ranges may be written backwards; `*` alone does not match the empty text; a backslash at the
/// end stands for itself. More than 1,000 stars within each other match nothing.
///
/// Thread: a matcher belongs to one thread.
public final class Glob {
    private static final int NESTING_MAX = 1000;

    private final byte[] pattern;
    private final boolean matchesAll;

    /// Where no star to the left needs to try any further, because the rest matches nowhere.
    private boolean hopeless;

    public Glob(byte[] pattern) {
        this.pattern = pattern;
        this.matchesAll = pattern.length == 1 && pattern[0] == '*';
    }

    /// {@return whether the pattern is just `*`, which callers need not try at all}
    public boolean matchesAll() {
        return matchesAll;
    }

    /// {@return whether the pattern matches all of these bytes}
    public boolean matches(long address, int bytes) {
        hopeless = false;
        return matches(0, address, address + bytes, 0);
    }

    private boolean matches(int from, long text, long end, int nesting) {
        if (nesting > NESTING_MAX) {
            return false;
        }
        int p = from;
        long at = text;
        while (p < pattern.length && at < end) {
            switch (pattern[p]) {
                case '*' -> {
                    return matchesStar(p, at, end, nesting);
                }
                case '?' -> at++;
                case '[' -> {
                    p = matchClass(p, Memory.getByte(at));
                    if (p < 0) {
                        return false;
                    }
                    at++;
                }
                default -> {
                    if (pattern[p] == '\\' && p + 1 < pattern.length) {
                        p++;
                    }
                    if (pattern[p] != Memory.getByte(at)) {
                        return false;
                    }
                    at++;
                }
            }
            p++;
            if (at == end) {
                while (p < pattern.length && pattern[p] == '*') {
                    p++;
                }
                break;
            }
        }
        return p == pattern.length && at == end;
    }

    private boolean matchesStar(int star, long text, long end, int nesting) {
        int p = star;
        while (p + 1 < pattern.length && pattern[p + 1] == '*') {
            p++;
        }
        if (p + 1 == pattern.length) {
            return true;
        }
        for (long at = text; at < end; at++) {
            if (matches(p + 1, at, end, nesting + 1)) {
                return true;
            }
            if (hopeless) {
                return false;
            }
        }
        hopeless = true;
        return false;
    }

    /// {@return the position of the class's last character, or -1 when `c` is not in it}
    private int matchClass(int open, byte c) {
        int p = open + 1;
        boolean negated = p < pattern.length && pattern[p] == '^';
        if (negated) {
            p++;
        }
        boolean match = false;
        while (true) {
            if (p >= pattern.length) {
                p = pattern.length - 1;
                break;
            }
            if (pattern[p] == '\\' && p + 1 < pattern.length) {
                p++;
                match |= pattern[p] == c;
            } else if (pattern[p] == ']') {
                break;
            } else if (p + 2 < pattern.length && pattern[p + 1] == '-') {
                int low = Math.min(pattern[p], pattern[p + 2]);
                int high = Math.max(pattern[p], pattern[p + 2]);
                p += 2;
                match |= c >= low && c <= high;
            } else {
                match |= pattern[p] == c;
            }
            p++;
        }
        return match != negated ? p : -1;
    }
}

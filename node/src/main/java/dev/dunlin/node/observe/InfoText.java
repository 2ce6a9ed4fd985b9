// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.observe;

import java.util.Locale;

/// The text of INFO as it grows: sections with a title, fields with a name.
public final class InfoText {
    private static final String LINE_END = "\r\n";
    private static final long KB = 1024;
    private static final long MB = KB * 1024;
    private static final long GB = MB * 1024;
    private static final long TB = GB * 1024;
    private static final long PB = TB * 1024;

    private final StringBuilder text = new StringBuilder();

    InfoText section(String title) {
        if (!text.isEmpty()) {
            text.append(LINE_END);
        }
        text.append("# ").append(title).append(LINE_END);
        return this;
    }

    InfoText field(String name, long value) {
        text.append(name).append(':').append(value).append(LINE_END);
        return this;
    }

    InfoText field(String name, String value) {
        text.append(name).append(':').append(value).append(LINE_END);
        return this;
    }

    InfoText field(String name, boolean value) {
        return field(name, value ? 1 : 0);
    }

    /// A number with so many digits after the point.
    InfoText field(String name, double value, int digits) {
        return field(name, fixed(value, digits));
    }

    InfoText percent(String name, long part, long whole) {
        return field(name, fixed(whole == 0 ? 0 : part * 100.0 / whole, 2) + "%");
    }

    /// A number of bytes, and again in a form for people under `name_human`.
    InfoText bytes(String name, long value) {
        return field(name, value).field(name + "_human", human(value));
    }

    InfoText lines(String ready) {
        text.append(ready);
        return this;
    }

    /// {@return the number without a fraction that says nothing: `50`, `99.9`}
    static String shortest(double value) {
        String text = Double.toString(value);
        return text.endsWith(".0") ? text.substring(0, text.length() - 2) : text;
    }

    static String fixed(double value, int digits) {
        return String.format(Locale.ROOT, "%." + digits + "f", value);
    }

    /// {@return bytes for people to read, as Redis prints them: `1.50M`}
    public static String human(long bytes) {
        if (bytes < KB) {
            return bytes + "B";
        }
        if (bytes < MB) {
            return fixed((double) bytes / KB, 2) + "K";
        }
        if (bytes < GB) {
            return fixed((double) bytes / MB, 2) + "M";
        }
        if (bytes < TB) {
            return fixed((double) bytes / GB, 2) + "G";
        }
        if (bytes < PB) {
            return fixed((double) bytes / TB, 2) + "T";
        }
        return fixed((double) bytes / PB, 2) + "P";
    }

    @Override
    public String toString() {
        return text.toString();
    }
}

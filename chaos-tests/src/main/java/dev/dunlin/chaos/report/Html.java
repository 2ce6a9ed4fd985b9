// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.chaos.report;

import java.util.Locale;

/// Small pieces of markup. Everything that comes from a server or a file goes through [#escape].
final class Html {
    private Html() {}

    static String escape(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }

    static String pill(Enum<?> word) {
        return "<span class=\"pill " + word.name() + "\">" + word.name() + "</span>";
    }

    /// {@return a number as people write it: no decimals from 10 on, a dash for what was not measured}
    static String number(double value) {
        if (Double.isNaN(value)) {
            return "–";
        }
        boolean whole = value == Math.rint(value) || Math.abs(value) >= 10;
        return String.format(Locale.ROOT, whole ? "%,.0f" : "%.1f", value);
    }

    /// {@return a coordinate, one decimal, point as separator}
    static String at(double value) {
        return String.format(Locale.ROOT, "%.1f", value);
    }
}

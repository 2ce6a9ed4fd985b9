// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;

/// Where a command reads and writes. Data goes to `out`, everything for people's eyes only to `err`.
///
/// @param interactive whether somebody sits there to answer: stdin and stderr are terminals
/// @param outIsTerminal whether stdout is a terminal
/// @param errIsTerminal whether stderr is a terminal
/// @param color whether to use colours: stdout is a terminal and `NO_COLOR` is not set
public record Terminal(
        BufferedReader in,
        PrintStream out,
        PrintStream err,
        boolean interactive,
        boolean outIsTerminal,
        boolean errIsTerminal,
        boolean color) {
    private static final String RESET = "\u001b[0m";

    /// The colours in use, each with one meaning.
    public enum Style {
        GOOD("\u001b[32m"),
        WARN("\u001b[33m"),
        BAD("\u001b[31m"),
        BOLD("\u001b[1m"),
        DIM("\u001b[2m");

        private final String code;

        Style(String code) {
            this.code = code;
        }
    }

    /// {@return `text` in this style, or as it is without colours}
    public String style(Style style, String text) {
        return color ? style.code + text + RESET : text;
    }

    /// Asks on stderr. {@return whether the answer was yes; no answer is no}
    public boolean confirm(String question) {
        err.print(question + " [y/N] ");
        err.flush();
        try {
            String answer = in.readLine();
            return answer != null
                    && (answer.strip().equalsIgnoreCase("y")
                            || answer.strip().equalsIgnoreCase("yes"));
        } catch (IOException _) {
            return false;
        }
    }
}

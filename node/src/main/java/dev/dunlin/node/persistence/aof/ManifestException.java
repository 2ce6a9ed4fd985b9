// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.persistence.aof;

/// A manifest is not as it must be.
public final class ManifestException extends Exception {
    private static final long serialVersionUID = 1L;

    private final int line;
    private final String text;

    /// @param line from 1 on, 0 for the file as a whole
    /// @param text what the line says
    ManifestException(int line, String text, String reason) {
        super(reason);
        this.line = line;
        this.text = text;
    }

    /// {@return why, in a few words}
    public String reason() {
        return String.valueOf(getMessage());
    }

    /// {@return the message as Redis prints it, over several lines}
    public String report() {
        return "\n*** FATAL AOF MANIFEST FILE ERROR ***\n"
                + (line == 0
                        ? ""
                        : "Reading the manifest file, at line " + line + "\n>>> '" + text + "'\n")
                + reason()
                + "\n";
    }

    /// {@return the message in one line}
    public String brief() {
        return line == 0 ? reason() : reason() + " (line " + line + ")";
    }
}

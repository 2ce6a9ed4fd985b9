// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.config;

import dev.dunlin.node.Version;

/// A configuration that a node cannot start with; the message is what the operator gets to read.
public final class ConfigException extends Exception {
    public ConfigException(String message) {
        super(message);
    }

    /// A line that cannot be used, told as redis-server tells it.
    static ConfigException inLine(int number, String line, String reason) {
        return new ConfigException(
                "\n*** FATAL CONFIG FILE ERROR (Dunlin "
                        + Version.DUNLIN
                        + ") ***\nReading the configuration file, at line "
                        + number
                        + "\n>>> '"
                        + line
                        + "'\n"
                        + reason);
    }

    /// A contradiction between lines.
    static ConfigException general(String reason) {
        return new ConfigException(
                "\n*** FATAL CONFIG FILE ERROR (Dunlin " + Version.DUNLIN + ") ***\n" + reason);
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.benchmarks.server;

import java.util.List;

/// A server to measure: a name for the tables, and how it is started.
///
/// @param name 1 to 16 letters, digits, dots or dashes
/// @param command program and first arguments; port and directives follow in redis-server's form
public record ServerSpec(String name, List<String> command) {
    /// Reads `NAME=PROGRAM [ARGUMENT...]`.
    ///
    /// @throws IllegalArgumentException when it is not of that form
    public static ServerSpec parse(String text) {
        int split = text.indexOf('=');
        String name = split < 0 ? "" : text.substring(0, split);
        String command = text.substring(split + 1).strip();
        if (!name.matches("[A-Za-z0-9.-]{1,16}") || command.isEmpty()) {
            throw new IllegalArgumentException(
                    "a server is NAME=COMMAND, such as redis=/usr/bin/redis-server; not " + text);
        }
        return new ServerSpec(name, List.of(command.split(" +")));
    }
}

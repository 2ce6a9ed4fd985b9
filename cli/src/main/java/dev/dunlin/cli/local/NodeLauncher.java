// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.cli.local;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// How a data node is started: a program that takes redis-server's directives.
///
/// @param binary the project's `dunlin-node`, or a redis-server
public record NodeLauncher(Path binary) {
    /// {@return the command line for `count` nodes on consecutive ports, the first at `port`}
    List<String> command(int port, int count, Path directory, long nodeTimeoutMs) {
        var command = new ArrayList<String>();
        command.add(binary.toString());
        directive(command, "--port", Integer.toString(port));
        directive(command, "--bind", "127.0.0.1");
        directive(command, "--dir", directory.toString());
        directive(command, "--daemonize", "no");
        directive(command, "--cluster-enabled", "yes");
        directive(command, "--cluster-config-file", "nodes.conf");
        directive(command, "--cluster-node-timeout", Long.toString(nodeTimeoutMs));
        if (count > 1) {
            directive(command, "--nodes", Integer.toString(count));
        }
        return command;
    }

    private static void directive(List<String> command, String name, String value) {
        command.add(name);
        command.add(value);
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import dev.dunlin.node.resp.ReplyWriter;
import java.util.List;

/// Prints what a container command's HELP subcommand answers.
final class HelpText {
    private HelpText() {}

    /// Replies with the usual first line, these lines, and the lines about HELP itself.
    ///
    /// @param container the command's name in capitals
    static void reply(ReplyWriter reply, String container, List<String> lines) {
        reply.array(lines.size() + 3);
        reply.simple(container + " <subcommand> [<arg> [value] [opt] ...]. Subcommands are:");
        lines.forEach(reply::simple);
        reply.simple("HELP");
        reply.simple("    Prints this help.");
    }
}

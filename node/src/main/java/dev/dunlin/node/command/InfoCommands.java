// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import static dev.dunlin.node.command.Command.command;
import static dev.dunlin.node.command.Flag.LOADING;
import static dev.dunlin.node.command.Flag.STALE;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.dunlin.node.observe.InfoSection;
import dev.dunlin.node.observe.InfoSections;
import dev.dunlin.node.resp.ReplyWriter;
import java.util.ArrayList;
import java.util.List;

/// INFO.
///
/// Thread: handlers run on the node's loop and never block.
public final class InfoCommands {
    private InfoCommands() {}

    /// {@return the family's rows, fresh for each node because a row counts its calls}
    // spotless:off
    static List<Command> table() { return List.of(
        //       name     arity  handler              category     flags
        command("info",    -1,   InfoCommands::info,  "dangerous", LOADING, STALE)); }
    // spotless:on

    private static void info(CommandContext ctx, Args args, ReplyWriter reply) {
        List<String> names = new ArrayList<>();
        for (int i = 1; i < args.count(); i++) {
            names.add(args.text(i));
        }
        String text = InfoSections.text(InfoSection.of(names), new NodeFacts(ctx));
        reply.verbatim("txt", text.getBytes(UTF_8));
    }
}

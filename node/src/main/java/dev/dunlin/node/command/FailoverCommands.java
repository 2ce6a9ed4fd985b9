// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import static dev.dunlin.node.command.Command.command;
import static dev.dunlin.node.command.Flag.ADMIN;
import static dev.dunlin.node.command.Flag.NOSCRIPT;
import static dev.dunlin.node.command.Flag.STALE;

import dev.dunlin.node.replication.Failover;
import dev.dunlin.node.replication.Replication;
import dev.dunlin.node.resp.ReplyWriter;
import dev.dunlin.node.resp.RespError;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// FAILOVER: a primary hands its role to one of its replicas, without losing a write.
///
/// Thread: handlers run on the node's loop and never block.
public final class FailoverCommands {
    private static final RespError IN_CLUSTER =
            RespError.of(
                    "ERR FAILOVER not allowed in cluster mode. Use CLUSTER FAILOVER command"
                            + " instead.");
    private static final RespError NOT_IN_PROGRESS = RespError.of("ERR No failover in progress.");
    private static final RespError BAD_TIMEOUT =
            RespError.of("ERR FAILOVER timeout must be greater than 0");

    private FailoverCommands() {}

    /// {@return the family's rows, fresh for each node because a row counts its calls}
    // spotless:off
    static List<Command> table() { return List.of(
        //       name        arity  handler                     category  flags
        command("failover",   -1,   FailoverCommands::failover, "",       ADMIN, NOSCRIPT, STALE)); }
    // spotless:on

    private static void failover(CommandContext ctx, Args args, ReplyWriter reply) {
        if (ctx.services().clusterEnabled()) {
            throw new CommandException(IN_CLUSTER);
        }
        Replication replication = ctx.services().replication();
        if (args.count() == 2 && args.is(1, "abort")) {
            if (!replication.abortFailover("Failover manually aborted")) {
                throw new CommandException(NOT_IN_PROGRESS);
            }
            reply.ok();
            return;
        }
        Optional<String> refusal = replication.failOver(parse(args));
        if (refusal.isPresent()) {
            throw new CommandException(RespError.of("ERR " + refusal.get()));
        }
        reply.ok();
    }

    private static Failover.Request parse(Args args) {
        long timeoutMs = 0;
        boolean force = false;
        Replication.@Nullable Primary target = null;
        for (int i = 1; i < args.count(); i++) {
            if (args.is(i, "timeout") && i + 1 < args.count() && timeoutMs == 0) {
                timeoutMs = args.longAt(++i);
                if (timeoutMs <= 0) {
                    throw new CommandException(BAD_TIMEOUT);
                }
            } else if (args.is(i, "to") && i + 2 < args.count() && target == null) {
                // A port that cannot be is one that no replica has.
                long port = args.longAt(i + 2);
                target =
                        new Replication.Primary(
                                args.text(i + 1),
                                Math.clamp(port, Integer.MIN_VALUE, Integer.MAX_VALUE));
                i += 2;
            } else if (args.is(i, "force") && !force) {
                force = true;
            } else {
                throw new CommandException(RespError.SYNTAX);
            }
        }
        return new Failover.Request(Optional.ofNullable(target), force, timeoutMs);
    }
}

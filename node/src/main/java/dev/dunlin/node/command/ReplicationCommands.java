// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import static dev.dunlin.node.command.Command.command;
import static dev.dunlin.node.command.Flag.ADMIN;
import static dev.dunlin.node.command.Flag.ALLOW_BUSY;
import static dev.dunlin.node.command.Flag.FAST;
import static dev.dunlin.node.command.Flag.LOADING;
import static dev.dunlin.node.command.Flag.NOSCRIPT;
import static dev.dunlin.node.command.Flag.NO_ASYNC_LOADING;
import static dev.dunlin.node.command.Flag.NO_MULTI;
import static dev.dunlin.node.command.Flag.STALE;

import dev.dunlin.node.replication.Failover;
import dev.dunlin.node.replication.LinkState;
import dev.dunlin.node.replication.ReplicaProgress;
import dev.dunlin.node.replication.ReplicaSession;
import dev.dunlin.node.replication.ReplicaState;
import dev.dunlin.node.replication.Replication;
import dev.dunlin.node.resp.ReplyWriter;
import dev.dunlin.node.resp.RespError;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// REPLICAOF, REPLCONF, PSYNC, SYNC and ROLE.
///
/// Thread: handlers run on the node's loop and never block.
public final class ReplicationCommands {
    private static final RespError NOT_IN_CLUSTER =
            RespError.of("ERR REPLICAOF not allowed in cluster mode.");
    private static final RespError FAILING_OVER =
            RespError.of("ERR REPLICAOF not allowed while failing over.");
    private static final RespError INVALID_PORT = RespError.of("ERR Invalid master port");

    private ReplicationCommands() {}

    /// {@return the family's rows, fresh for each node because a row counts its calls}
    // spotless:off
    static List<Command> table() { return List.of(
        //       name        arity  handler                         category     flags
        command("replicaof",   3,   ReplicationCommands::replicaOf, "",          NO_ASYNC_LOADING, ADMIN, NOSCRIPT, STALE),
        command("slaveof",     3,   ReplicationCommands::replicaOf, "",          NO_ASYNC_LOADING, ADMIN, NOSCRIPT, STALE),
        command("replconf",   -1,   ReplicationCommands::replconf,  "",          ADMIN, NOSCRIPT, LOADING, STALE, ALLOW_BUSY),
        command("psync",      -3,   ReplicationCommands::psync,     "",          NO_ASYNC_LOADING, ADMIN, NO_MULTI, NOSCRIPT),
        command("sync",        1,   ReplicationCommands::sync,      "",          NO_ASYNC_LOADING, ADMIN, NO_MULTI, NOSCRIPT),
        command("role",        1,   ReplicationCommands::role,      "admin dangerous", NOSCRIPT, LOADING, STALE, FAST)); }
    // spotless:on

    private static void replicaOf(CommandContext ctx, Args args, ReplyWriter reply) {
        if (ctx.services().clusterEnabled()) {
            throw new CommandException(NOT_IN_CLUSTER);
        }
        Replication replication = ctx.services().replication();
        if (replication.failoverState() != Failover.State.NONE) {
            throw new CommandException(FAILING_OVER);
        }
        if (args.is(1, "no") && args.is(2, "one")) {
            replication.promote();
            reply.ok();
            return;
        }
        int port = args.intAt(2, 0, 65535, INVALID_PORT);
        String host = args.text(1);
        if (replication.primary().equals(Optional.of(new Replication.Primary(host, port)))) {
            reply.simple("OK Already connected to specified master");
            return;
        }
        replication.follow(host, port);
        reply.ok();
    }

    private static void replconf(CommandContext ctx, Args args, ReplyWriter reply) {
        if (args.count() % 2 == 0) {
            throw new CommandException(RespError.SYNTAX);
        }
        Optional<String> line =
                ctx.services()
                        .replication()
                        .replconf(ctx.client().link().replicaSession(), words(args, 1));
        line.ifPresent(text -> answer(text, reply));
    }

    private static void psync(CommandContext ctx, Args args, ReplyWriter reply) {
        ctx.client().link().flushReplies();
        ReplicaSession session = ctx.client().link().replicaSession();
        Optional<String> error =
                ctx.services()
                        .replication()
                        .psync(
                                session,
                                args.text(1),
                                args.text(2),
                                args.count() > 3 && args.is(3, "failover"));
        attached(ctx, session, error, reply);
    }

    private static void sync(CommandContext ctx, Args args, ReplyWriter reply) {
        ctx.client().link().flushReplies();
        ReplicaSession session = ctx.client().link().replicaSession();
        attached(ctx, session, ctx.services().replication().sync(session), reply);
    }

    private static void attached(
            CommandContext ctx, ReplicaSession session, Optional<String> error, ReplyWriter reply) {
        error.ifPresent(text -> answer(text, reply));
        if (session.attached()) {
            ctx.client().replica(true);
        }
    }

    private static void answer(String line, ReplyWriter reply) {
        if (line.startsWith("-")) {
            reply.error(RespError.of(line.substring(1)));
        } else {
            reply.simple(line.substring(1));
        }
    }

    private static List<String> words(Args args, int from) {
        List<String> words = new ArrayList<>();
        for (int i = from; i < args.count(); i++) {
            words.add(args.text(i));
        }
        return words;
    }

    private static void role(CommandContext ctx, Args args, ReplyWriter reply) {
        Replication replication = ctx.services().replication();
        Optional<Replication.Primary> primary = replication.primary();
        if (primary.isPresent()) {
            reply.array(5);
            reply.bulk("slave");
            reply.bulk(primary.get().host());
            reply.integer(primary.get().port());
            reply.bulk(replication.linkState().roleName());
            reply.integer(
                    replication.linkState() == LinkState.CONNECTED
                            ? replication.log().offset()
                            : -1);
            return;
        }
        List<ReplicaProgress> online =
                replication.acks().replicas().stream()
                        .filter(replica -> replica.state() == ReplicaState.ONLINE)
                        .toList();
        reply.array(3);
        reply.bulk("master");
        reply.integer(replication.log().offset());
        reply.array(online.size());
        for (ReplicaProgress replica : online) {
            reply.array(3);
            reply.bulk(replica.ip());
            reply.bulk(Integer.toString(replica.port()));
            reply.bulk(Long.toString(replica.ackOffset()));
        }
    }
}

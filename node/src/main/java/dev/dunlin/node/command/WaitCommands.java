// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import static dev.dunlin.node.command.Command.command;

import dev.dunlin.node.replication.AckWaits;
import dev.dunlin.node.replication.ReplicaAcks;
import dev.dunlin.node.replication.Replication;
import dev.dunlin.node.resp.ReplyWriter;
import dev.dunlin.node.resp.RespError;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/// WAIT: until so many replicas have the client's writes. WAITAOF (Redis 7.2): until they are on our disk, and on those of so many replicas.
///
/// Thread: handlers run on the node's loop and never block.
public final class WaitCommands {
    private static final RespError WAIT_ON_REPLICA =
            RespError.of(
                    "ERR WAIT cannot be used with replica instances. Please also note that since"
                            + " Redis 4.0 if a replica is configured to be writable (which is not"
                            + " the default) writes to replicas are just local and are not"
                            + " propagated.");
    private static final RespError WAITAOF_ON_REPLICA =
            RespError.of(
                    "ERR WAITAOF cannot be used with replica instances. Please also note that"
                            + " writes to replicas are just local and are not propagated.");
    private static final RespError WITHOUT_FILE =
            RespError.of(
                    "ERR WAITAOF cannot be used when numlocal is set but appendonly is disabled.");
    private static final RespError LOCAL_RANGE =
            RespError.of("ERR value is out of range, value must between 0 and 1");
    private static final RespError BAD_TIMEOUT =
            RespError.of("ERR timeout is not an integer or out of range");
    private static final RespError NEGATIVE_TIMEOUT = RespError.of("ERR timeout is negative");

    private WaitCommands() {}

    /// {@return the family's rows, fresh for each node because a row counts its calls}
    // spotless:off
    static List<Command> table() { return List.of(
        //       name        arity  handler                category      flags
        command("wait",        3,   WaitCommands::waitFor, "connection", Flag.BLOCKING),
        command("waitaof",     4,   WaitCommands::waitaof, "connection", Flag.BLOCKING)); }
    // spotless:on

    /// What is waited for, and what is said of it in the end, come or not.
    private interface Wanted extends AckWaits.Goal {
        void reply(ReplyWriter reply);
    }

    /// `offset` in so many replicas.
    private record InReplicas(Replication replication, long offset, long replicas)
            implements Wanted {
        @Override
        public boolean isReached(ReplicaAcks acks) {
            return acks.countAcked(offset) >= replicas;
        }

        @Override
        public void reply(ReplyWriter reply) {
            reply.integer(replication.acks().countAcked(offset));
        }
    }

    /// `offset` on so many disks.
    private record OnDisks(NodeServices services, long offset, boolean local, long replicas)
            implements Wanted {
        private boolean isHere() {
            return services.appendOnly().syncedOffset() >= offset;
        }

        @Override
        public boolean isReached(ReplicaAcks acks) {
            return (!local || isHere()) && acks.countFsynced(offset) >= replicas;
        }

        @Override
        public void reply(ReplyWriter reply) {
            reply.array(2);
            reply.integer(isHere() ? 1 : 0);
            reply.integer(services.replication().acks().countFsynced(offset));
        }
    }

    private record Waiting(Replication replication, AckWaits.Wait handle, Wanted wanted)
            implements Blocked {
        @Override
        public void cancel() {
            replication.cancelWait(handle);
        }

        @Override
        public boolean endsWithRole() {
            return true;
        }

        @Override
        public Consumer<ReplyWriter> timedOut() {
            return wanted::reply;
        }
    }

    private static void waitFor(CommandContext ctx, Args args, ReplyWriter reply) {
        Replication replication = ctx.services().replication();
        if (replication.isReplica()) {
            throw new CommandException(WAIT_ON_REPLICA);
        }
        long replicas = args.longAt(1);
        long timeoutMs = timeoutMs(args, 2);
        await(
                ctx,
                new InReplicas(replication, ctx.client().logOffset(), replicas),
                timeoutMs,
                reply);
    }

    private static void waitaof(CommandContext ctx, Args args, ReplyWriter reply) {
        long local = args.longAt(1);
        if (local < 0 || local > 1) {
            throw new CommandException(LOCAL_RANGE);
        }
        long replicas = args.longAt(2);
        if (replicas < 0) {
            throw new CommandException(RespError.POSITIVE_RANGE);
        }
        long timeoutMs = timeoutMs(args, 3);
        NodeServices services = ctx.services();
        if (services.replication().isReplica()) {
            throw new CommandException(WAITAOF_ON_REPLICA);
        }
        if (local > 0 && !services.appendOnly().isOn()) {
            throw new CommandException(WITHOUT_FILE);
        }
        await(
                ctx,
                new OnDisks(services, ctx.client().logOffset(), local > 0, replicas),
                timeoutMs,
                reply);
    }

    private static long timeoutMs(Args args, int argument) {
        long timeoutMs = args.longAt(argument, BAD_TIMEOUT);
        if (timeoutMs < 0) {
            throw new CommandException(NEGATIVE_TIMEOUT);
        }
        return timeoutMs;
    }

    /// Replies at once when it is there already, or when nobody may wait; else has the client wait.
    private static void await(
            CommandContext ctx, Wanted wanted, long timeoutMs, ReplyWriter reply) {
        Replication replication = ctx.services().replication();
        if (ctx.inTransaction() || wanted.isReached(replication.acks())) {
            wanted.reply(reply);
            return;
        }
        long deadlineMs =
                timeoutMs == 0 || timeoutMs > Long.MAX_VALUE - ctx.nowMs()
                        ? AckWaits.NEVER
                        : ctx.nowMs() + timeoutMs;
        Client client = ctx.client();
        Optional<AckWaits.Wait> wait =
                replication.waitForAcks(
                        wanted, deadlineMs, () -> client.link().endWait(wanted::reply));
        wait.ifPresent(handle -> client.block(new Waiting(replication, handle, wanted)));
    }
}

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

/// WAITAOF (Redis 7.2): until the client's writes are on our disk, and on the disks of so many replicas.
///
/// Thread: handlers run on the node's loop and never block.
public final class WaitaofCommand {
    private static final RespError ON_REPLICA =
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

    private WaitaofCommand() {}

    /// {@return the family's rows, fresh for each node because a row counts its calls}
    // spotless:off
    static List<Command> table() { return List.of(
        //       name        arity  handler                  category      flags
        command("waitaof",     4,   WaitaofCommand::waitaof, "connection", Flag.BLOCKING)); }
    // spotless:on

    /// What is waited for: `offset` on so many disks.
    private record Wanted(NodeServices services, long offset, boolean local, long replicas)
            implements AckWaits.Goal {
        boolean isHere() {
            return services.appendOnly().syncedOffset() >= offset;
        }

        int elsewhere() {
            return services.replication().acks().countFsynced(offset);
        }

        @Override
        public boolean isReached(ReplicaAcks acks) {
            return (!local || isHere()) && acks.countFsynced(offset) >= replicas;
        }

        void reply(ReplyWriter reply) {
            reply.array(2);
            reply.integer(isHere() ? 1 : 0);
            reply.integer(elsewhere());
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

    private static void waitaof(CommandContext ctx, Args args, ReplyWriter reply) {
        long local = args.longAt(1);
        if (local < 0 || local > 1) {
            throw new CommandException(LOCAL_RANGE);
        }
        long replicas = args.longAt(2);
        if (replicas < 0) {
            throw new CommandException(RespError.POSITIVE_RANGE);
        }
        long timeoutMs = args.longAt(3, BAD_TIMEOUT);
        if (timeoutMs < 0) {
            throw new CommandException(NEGATIVE_TIMEOUT);
        }
        NodeServices services = ctx.services();
        Replication replication = services.replication();
        if (replication.isReplica()) {
            throw new CommandException(ON_REPLICA);
        }
        if (local > 0 && !services.appendOnly().isOn()) {
            throw new CommandException(WITHOUT_FILE);
        }
        Client client = ctx.client();
        var wanted = new Wanted(services, client.logOffset(), local > 0, replicas);
        if (ctx.inTransaction() || wanted.isReached(replication.acks())) {
            wanted.reply(reply);
            return;
        }
        long deadlineMs =
                timeoutMs == 0 || timeoutMs > Long.MAX_VALUE - ctx.nowMs()
                        ? AckWaits.NEVER
                        : ctx.nowMs() + timeoutMs;
        Optional<AckWaits.Wait> wait =
                replication.waitForAcks(
                        wanted, deadlineMs, () -> client.link().endWait(wanted::reply));
        wait.ifPresent(handle -> client.block(new Waiting(replication, handle, wanted)));
    }
}

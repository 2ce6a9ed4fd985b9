// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.server;

import dev.dunlin.node.command.Args;
import dev.dunlin.node.command.Client;
import dev.dunlin.node.command.Command;
import dev.dunlin.node.command.CommandContext;
import dev.dunlin.node.command.CommandRunner;
import dev.dunlin.node.command.CommandTable;
import dev.dunlin.node.command.KeyspaceStats;
import dev.dunlin.node.keyspace.Database;
import dev.dunlin.node.resp.ReplyWriter;
import dev.dunlin.node.resp.RequestParser;
import dev.dunlin.node.resp.Requests;
import io.netty.channel.Channel;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Turns received bytes into executed commands, a batch at a time.
///
/// A batch runs in two phases. First all its requests are parsed, and the index buckets and then the entries that they will need are
/// touched: these loads do not depend on each other, so the processor waits for memory once and not for each. Then the commands run one
/// after the other and find their data in the cache.
///
/// Thread: owned by the node's loop.
final class CommandProcessor {
    private static final Logger LOG = LoggerFactory.getLogger(CommandProcessor.class);

    private final NodeLoop loop;
    private final CommandTable table;
    private final CommandRunner runner;
    private final CommandContext ctx;
    private final KeyspaceStats stats;
    private final ProcessorLimits limits;
    private final ReplyWriter reply;
    private final HeldClients held;
    private final Runnable turnEnd;
    private final ServingGate gate;
    private final Requests requests = new Requests();
    private final Args args;

    // Of each request in the batch: its row, and the hash and slot of its first key.
    private final @Nullable Command[] rows = new Command[Requests.BATCH_MAX];
    private final long[] hashes = new long[Requests.BATCH_MAX];
    private final int[] slots = new int[Requests.BATCH_MAX];

    /// Keeps the touching loads alive.
    private int touched;

    private boolean replying;

    CommandProcessor(
            NodeLoop loop,
            CommandTable table,
            CommandRunner runner,
            Args args,
            KeyspaceStats stats,
            ProcessorLimits limits,
            ReplyWriter reply,
            HeldClients held,
            Runnable turnEnd,
            ServingGate gate) {
        this.loop = loop;
        this.table = table;
        this.runner = runner;
        this.ctx = runner.context();
        this.args = args;
        this.stats = stats;
        this.limits = limits;
        this.reply = reply;
        this.held = held;
        this.turnEnd = turnEnd;
        this.gate = gate;
    }

    /// Runs all complete requests between two addresses, and sends their replies.
    ///
    /// @return the address up to which bytes were consumed
    long process(ClientConnection connection, RequestParser parser, long from, long to) {
        Client client = connection.client();
        loop.turn();
        runner.timing().batchStarted(loop.turnNs());
        replying = true;
        reply.begin(client.resp3());
        long at = from;
        try {
            while (at < to && client.blocked() == null && !client.closeAfterReply()) {
                requests.clear();
                long parsed =
                        parser.parse(
                                requests, at, to, limits.bulkBytesMax(), client.authenticated());
                int count = requests.count();
                if (count == 0) {
                    String error = parser.error();
                    if (error != null) {
                        connection.protocolError(error, reply);
                    }
                    return parsed;
                }
                touch(client, count);
                at = execute(client, count, at, parsed);
                runner.timing().groupEnded(client, loop.nowMs());
            }
            return at;
        } finally {
            replying = false;
            runner.timing().batchEnded();
            turnEnd.run();
            // The loop may have been frozen since the batch began, and the node replaced meanwhile.
            if (gate.isGuarded() && loop.turn() > 0 && !gate.mayServe() && !reply.isEmpty()) {
                connection.withhold(reply, gate.isPrimary());
                held.hold(client);
            } else {
                connection.write(reply);
            }
        }
    }

    private void touch(Client client, int count) {
        Database database = ctx.keyspace().database(client.database());
        int sum = 0;
        for (int i = 0; i < count; i++) {
            int first = requests.firstArgument(i);
            Command row = table.find(requests.address(first), requests.bytes(first));
            rows[i] = row;
            if (row == null || row.firstKey() == 0 || row.firstKey() >= requests.argumentCount(i)) {
                hashes[i] = 0;
                slots[i] = -1;
                continue;
            }
            int key = first + row.firstKey();
            long hash = ctx.keyspace().hash(requests.address(key), requests.bytes(key));
            int slot = args.slotOf(requests.address(key), requests.bytes(key));
            hashes[i] = hash;
            slots[i] = slot;
            if (count > 1) {
                sum += database.touchBucket(slot, hash);
            }
        }
        if (count > 1) {
            for (int i = 0; i < count; i++) {
                if (slots[i] >= 0) {
                    sum += database.touchEntry(slots[i], hashes[i]);
                }
            }
        }
        touched = sum;
    }

    /// {@return the address after the last request that ran}
    private long execute(Client client, int count, long start, long parsed) {
        for (int i = 0; i < count; i++) {
            requests.bindTo(args, i);
            if (slots[i] >= 0) {
                args.know(
                        java.util.Objects.requireNonNull(rows[i]).firstKey(), hashes[i], slots[i]);
            }
            if (!run(client, rows[i])) {
                held.hold(client);
                return i == 0 ? start : requests.end(i - 1);
            }
            if (client.blocked() != null || client.closeAfterReply()) {
                return requests.end(i);
            }
        }
        return parsed;
    }

    private boolean run(Client client, @Nullable Command row) {
        long mark = reply.mark();
        if (!runner.run(client, row, args, loop.nowMs(), reply)) {
            return false;
        }
        if (client.wantsNoReply()) {
            reply.rewind(mark);
        }
        client.commandEnded();
        return true;
    }

    /// Sends a reply that does not come out of a batch of this client.
    void reply(ClientConnection connection, Consumer<ReplyWriter> writer) {
        if (replying) {
            // In the midst of another client's batch: that one's replies must not be mixed with
            // these.
            loop.submit(() -> reply(connection, writer));
            return;
        }
        reply.begin(connection.client().resp3());
        writer.accept(reply);
        connection.write(reply);
    }

    /// Sends what the running batch has replied so far.
    void flush(Channel channel) {
        if (replying && !reply.isEmpty()) {
            reply.finish(channel::write);
            channel.flush();
        }
    }

    /// Holds a client whose replies are withheld once more.
    void holdAgain(Client client) {
        held.hold(client);
    }

    ServingGate gate() {
        return gate;
    }

    /// {@return Unix time in milliseconds}
    long nowMs() {
        return loop.nowMs();
    }

    boolean requiresAuthentication() {
        return limits.requiresAuthentication();
    }

    long queryBufferBytesMax() {
        return limits.queryBufferBytesMax();
    }

    void queryBufferOverrun(Client client) {
        LOG.warn(
                "client closed reason=query_buffer_limit id={} addr={} limit_bytes={}",
                client.id(),
                client.link().peerAddress(),
                limits.queryBufferBytesMax());
    }

    void fault(Client client, Throwable cause) {
        LOG.error(
                "client closed reason=internal_error id={} addr={} touched={}",
                client.id(),
                client.link().peerAddress(),
                touched,
                cause);
    }

    void countReceived(int bytes) {
        stats.reads++;
        stats.bytesReceived += bytes;
    }

    void countSent(long bytes) {
        stats.writes++;
        stats.bytesSent += bytes;
    }
}

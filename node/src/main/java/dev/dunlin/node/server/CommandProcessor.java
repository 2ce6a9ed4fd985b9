// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.server;

import dev.dunlin.node.command.Args;
import dev.dunlin.node.command.Client;
import dev.dunlin.node.command.Command;
import dev.dunlin.node.command.CommandContext;
import dev.dunlin.node.command.CommandRunner;
import dev.dunlin.node.command.CommandTable;
import dev.dunlin.node.command.KeyspaceStats;
import dev.dunlin.node.config.BufferLimits;
import dev.dunlin.node.keyspace.Database;
import dev.dunlin.node.resp.ReplyWriter;
import dev.dunlin.node.resp.RequestParser;
import dev.dunlin.node.resp.Requests;
import io.netty.buffer.ByteBuf;
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
    private final HotSettings settings;
    private final ReplyWriter reply;
    private final HeldClients held;
    private final TurnReplies turn;
    private final ServingGate gate;
    private final ReplySafety safety;
    private final Requests requests = new Requests();
    private final Args args;

    // Of each request in the batch: its row, and the hash and slot of its first key.
    private final @Nullable Command[] rows = new Command[Requests.BATCH_MAX];
    private final long[] hashes = new long[Requests.BATCH_MAX];
    private final int[] slots = new int[Requests.BATCH_MAX];

    /// Keeps the touching loads alive.
    private int touched;

    private boolean replying;

    /// Where the log was before the batch that runs.
    private long batchMark;

    /// Whether the batch has run a command whose reply depends on who owns the keys.
    private boolean ranOnKeys;

    CommandProcessor(
            NodeLoop loop,
            CommandTable table,
            CommandRunner runner,
            Args args,
            KeyspaceStats stats,
            HotSettings settings,
            ReplyWriter reply,
            HeldClients held,
            TurnReplies turn,
            ServingGate gate,
            ReplySafety safety) {
        this.loop = loop;
        this.table = table;
        this.runner = runner;
        this.ctx = runner.context();
        this.args = args;
        this.stats = stats;
        this.settings = settings;
        this.reply = reply;
        this.held = held;
        this.turn = turn;
        this.gate = gate;
        this.safety = safety;
    }

    /// Runs all complete requests between two addresses, and sends their replies.
    ///
    /// @return the address up to which bytes were consumed
    long process(ClientConnection connection, RequestParser parser, long from, long to) {
        Client client = connection.client();
        loop.turn();
        settings.refresh();
        runner.timing().batchStarted(loop.turnNs());
        boolean vouched = vouches();
        batchMark = safety.mark();
        replying = true;
        ranOnKeys = false;
        reply.begin(client.resp3());
        long at = from;
        try {
            while (at < to && connection.takesCommands()) {
                requests.clear();
                long parsed =
                        parser.parse(
                                requests,
                                at,
                                to,
                                settings.bulkBytesMax(),
                                client.authenticated() || !settings.requiresAuthentication());
                int count = requests.count();
                if (count == 0) {
                    String error = parser.error();
                    if (error != null) {
                        connection.protocolError(error, reply);
                    }
                    return parsed;
                }
                touch(client, count);
                at = execute(connection, count, at, parsed);
                runner.timing().groupEnded(client, loop.nowMs());
            }
            return at;
        } finally {
            replying = false;
            runner.timing().batchEnded();
            // Replies that say nothing about keys leave in any case: how is a node without a lease?
            connection.queue(reply, vouched && ranOnKeys, safety.dependence(batchMark), turn);
            turn.commandsRan();
        }
    }

    /// Looks up all rows and hashes all keys, then touches the memory that they will need.
    ///
    /// The touching loops hold nothing else, so that the processor has as many of their loads under way at once as it can.
    private void touch(Client client, int count) {
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
            hashes[i] = ctx.keyspace().hash(requests.address(key), requests.bytes(key));
            slots[i] = args.slotOf(requests.address(key), requests.bytes(key));
        }
        if (count == 1) {
            return;
        }
        Database database = ctx.keyspace().database(client.database());
        int sum = 0;
        for (int i = 0; i < count; i++) {
            if (slots[i] >= 0) {
                sum += database.touchBucket(slots[i], hashes[i]);
            }
        }
        for (int i = 0; i < count; i++) {
            if (slots[i] >= 0) {
                sum += database.touchEntry(slots[i], hashes[i]);
            }
        }
        touched = sum;
    }

    /// {@return the address after the last request that ran}
    private long execute(ClientConnection connection, int count, long start, long parsed) {
        Client client = connection.client();
        boolean limited = settings.outputBuffer().hardBytes() > 0;
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
            if (limited && connection.limitOutput(reply.writtenBytes())) {
                reply.finish(ByteBuf::release);
            }
            if (!connection.takesCommands()) {
                return requests.end(i);
            }
        }
        return parsed;
    }

    private boolean run(Client client, @Nullable Command row) {
        if (!runner.run(client, row, args, loop.nowMs(), reply)) {
            return false;
        }
        Command ran = client.lastCommand();
        ranOnKeys |= ran != null && ran.concernsKeys();
        if (client.blocked() == null) {
            client.commandEnded();
        }
        return true;
    }

    /// Sends a reply that does not come out of a batch of this client.
    void reply(ClientConnection connection, Consumer<ReplyWriter> writer) {
        // In the midst of another client's batch, that one's replies must not be mixed with these.
        outsideBatches(() -> {
            reply.begin(connection.client().resp3());
            writer.accept(reply);
            connection.queue(reply, vouches(), safety.dependence(safety.mark()), turn);
        });
    }

    /// Runs `task` when no client's batch is running: at once, or after the one that runs now.
    void outsideBatches(Runnable task) {
        if (replying) {
            loop.submit(() -> {
                loop.turn();
                outsideBatches(task);
            });
        } else {
            task.run();
        }
    }

    /// {@return whether what is replied now is said by a primary under its lease}
    private boolean vouches() {
        return gate.isGuarded() && gate.isPrimary() && gate.mayServe();
    }

    /// Gives the connection whose batch runs what it has been replied so far.
    void takeReplies(ClientConnection connection) {
        if (replying && !reply.isEmpty()) {
            connection.queue(reply, false, safety.dependence(batchMark), turn);
        }
    }

    ServingGate gate() {
        return gate;
    }

    ReplySafety safety() {
        return safety;
    }

    /// {@return Unix time in milliseconds}
    long nowMs() {
        return loop.nowMs();
    }

    boolean requiresAuthentication() {
        settings.refresh();
        return settings.requiresAuthentication();
    }

    long queryBufferBytesMax() {
        return settings.queryBufferBytesMax();
    }

    void queryBufferOverrun(Client client) {
        LOG.warn(
                "client closed reason=query_buffer_limit id={} addr={} limit_bytes={}",
                client.id(),
                client.link().peerAddress(),
                settings.queryBufferBytesMax());
    }

    BufferLimits.Limit outputLimit() {
        return settings.outputBuffer();
    }

    void outputBufferOverrun(Client client, long pendingBytes) {
        LOG.warn(
                "client closed reason=output_buffer_limit id={} addr={} pending_bytes={}",
                client.id(),
                client.link().peerAddress(),
                pendingBytes);
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

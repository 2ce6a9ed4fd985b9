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
import dev.dunlin.node.keyspace.KeysAhead;
import dev.dunlin.node.resp.ReplyWriter;
import dev.dunlin.node.resp.RequestParser;
import dev.dunlin.node.resp.Requests;
import io.netty.buffer.ByteBuf;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Turns received bytes into executed commands, a batch at a time.
///
/// A batch runs in two phases. First all its requests are parsed, and the memory that they will need is loaded ([KeysAhead]). Then the
/// commands run one after the other and find their data in the cache. A batch is what one client has sent in a pipeline, or what several
/// clients have sent in one turn of the loop ([TurnReads]); the clock and the settings are read once for it.
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
    private final TurnReads reads;
    private final TurnReplies turn;
    private final ServingGate gate;
    private final ReplySafety safety;
    private final ClientMemory clientMemory;
    private final Requests requests = new Requests();
    private final Args args;

    // Of each request in the batch: its row, and the hash and slot of its first key.
    private final @Nullable Command[] rows = new Command[Requests.BATCH_MAX];
    private final long[] hashes = new long[Requests.BATCH_MAX];
    private final int[] slots = new int[Requests.BATCH_MAX];
    private final Database[] databases = new Database[Requests.BATCH_MAX];
    private final KeysAhead ahead;

    // Of each client in a batch of several: its connection, how far its bytes were parsed, and the
    // number of its last request, plus one.
    private final ClientConnection[] sources = new ClientConnection[Requests.BATCH_MAX];
    private final long[] parsedTo = new long[Requests.BATCH_MAX];
    private final int[] lastRequest = new int[Requests.BATCH_MAX];

    private boolean replying;

    /// Where the log was before the commands of the client that runs.
    private long batchMark;

    // Of the client whose commands run: whether a primary under its lease runs them, and whether
    // one was among them whose reply depends on
    // who owns the keys.

    private boolean vouched;
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
            ReplySafety safety,
            ClientMemory clientMemory) {
        this.loop = loop;
        this.table = table;
        this.runner = runner;
        this.ctx = runner.context();
        this.ahead = new KeysAhead(ctx.keyspace(), Requests.BATCH_MAX);
        this.args = args;
        this.stats = stats;
        this.settings = settings;
        this.reply = reply;
        this.held = held;
        this.reads = new TurnReads(loop, this::processTogether);
        this.turn = turn;
        this.gate = gate;
        this.safety = safety;
        this.clientMemory = clientMemory;
    }

    /// Runs all complete requests between two addresses, and sends their replies.
    ///
    /// @return the address up to which bytes were consumed
    long process(ClientConnection connection, RequestParser parser, long from, long to) {
        Client client = connection.client();
        beginBatch();
        beginReplies(client);
        long at = from;
        try {
            while (at < to && connection.takesCommands()) {
                requests.clear();
                long parsed = parse(client, parser, at, to);
                int count = requests.count();
                if (count == 0) {
                    String error = parser.error();
                    if (error != null) {
                        connection.protocolError(error, reply);
                    }
                    return parsed;
                }
                look(client, 0, count);
                lookAhead(count);
                at = execute(connection, 0, count, at, parsed);
                runner.timing().groupEnded(loop.nowMs());
            }
            return at;
        } finally {
            endBatch();
            queueReplies(connection);
        }
    }

    /// Takes note that a connection holds bytes to be run at the end of the turn, together with those of others.
    void gather(ClientConnection connection) {
        reads.add(connection);
    }

    /// Runs what these connections have received, in batches of all of them.
    private void processTogether(List<ClientConnection> connections) {
        int next = 0;
        while (next < connections.size()) {
            int clients = 0;
            beginBatch();
            try {
                for (; next < connections.size() && takesMore(clients); next++) {
                    ClientConnection connection = connections.get(next);
                    if (connection.takesArrived()) {
                        int before = requests.count();
                        sources[clients] = connection;
                        parsedTo[clients] = connection.parseArrived(this);
                        lastRequest[clients++] = requests.count();
                        look(connection.client(), before, requests.count());
                    }
                }
                lookAhead(requests.count());
                runTogether(clients);
            } finally {
                endBatch();
                for (int i = 0; i < clients; i++) {
                    // What did not fit, is not complete, or is no request at all.
                    processRemaining(sources[i]);
                }
            }
        }
    }

    private void processRemaining(ClientConnection connection) {
        try {
            connection.processRemaining();
        } catch (Throwable e) {
            // One client's misfortune is not the others'.
            fault(connection.client(), e);
            connection.close();
        }
    }

    /// {@return whether there is room for one more client in the batch; those whose requests are not complete take room as well}
    private boolean takesMore(int clients) {
        return clients < Requests.BATCH_MAX && !requests.isFull();
    }

    private void runTogether(int clients) {
        int first = 0;
        for (int i = 0; i < clients; i++) {
            ClientConnection connection = sources[i];
            beginReplies(connection.client());
            long consumed = connection.arrivedFrom();
            try {
                if (connection.takesCommands()) {
                    consumed = execute(connection, first, lastRequest[i], consumed, parsedTo[i]);
                }
            } catch (Throwable e) {
                // One client's misfortune is not the others'.
                fault(connection.client(), e);
                connection.close();
            }
            connection.consumedArrived(consumed);
            queueReplies(connection);
            first = lastRequest[i];
        }
        if (clients > 0) {
            runner.timing().groupEnded(loop.nowMs());
        }
    }

    /// Parses one more client's requests into the batch.
    ///
    /// @return the address up to which all is covered by complete requests
    long parse(Client client, RequestParser parser, long from, long to) {
        return parser.parse(
                requests,
                from,
                to,
                settings.bulkBytesMax(),
                client.authenticated() || !settings.requiresAuthentication());
    }

    private void beginBatch() {
        loop.turn();
        settings.refresh();
        runner.timing().batchStarted(loop.turnNs());
        replying = true;
    }

    private void endBatch() {
        replying = false;
        requests.clear();
        runner.timing().batchEnded();
    }

    private void beginReplies(Client client) {
        vouched = vouches();
        batchMark = safety.mark();
        ranOnKeys = false;
        reply.begin(client.resp3());
    }

    private void queueReplies(ClientConnection connection) {
        // Replies that say nothing about keys leave in any case: how is a node without a lease?
        connection.queue(reply, vouched && ranOnKeys, safety.dependence(batchMark), turn);
        turn.commandsRan();
    }

    /// Looks up the rows of a client's requests and hashes their keys.
    private void look(Client client, int from, int to) {
        Database database = ctx.keyspace().database(client.database());
        for (int i = from; i < to; i++) {
            databases[i] = database;
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
    }

    /// Has the memory loaded that the requests will need; a single one has nothing to do meanwhile.
    private void lookAhead(int count) {
        if (count == 1) {
            return;
        }
        for (int i = 0; i < count; i++) {
            if (slots[i] >= 0) {
                ahead.add(databases[i], slots[i], hashes[i]);
            }
        }
        ahead.load();
    }

    /// Runs the requests from `first` to `end` of the batch.
    ///
    /// @return the address after the last request that ran
    private long execute(ClientConnection connection, int first, int end, long start, long parsed) {
        Client client = connection.client();
        boolean limited = settings.outputBuffer().hardBytes() > 0;
        for (int i = first; i < end; i++) {
            requests.bindTo(args, i);
            if (slots[i] >= 0) {
                args.know(
                        java.util.Objects.requireNonNull(rows[i]).firstKey(), hashes[i], slots[i]);
            }
            if (!run(client, rows[i])) {
                held.hold(client);
                return i == first ? start : requests.end(i - 1);
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
                "client closed reason=internal_error id={} addr={}",
                client.id(),
                client.link().peerAddress(),
                cause);
    }

    void countReceived(int bytes) {
        stats.reads++;
        stats.bytesReceived += bytes;
    }

    /// A client has sent bytes that no command has consumed yet.
    void countWaiting(long bytes) {
        clientMemory.grew(bytes);
        turn.commandsRan();
    }

    void countSent(long bytes) {
        clientMemory.grew(bytes);
        stats.writes++;
        stats.bytesSent += bytes;
    }
}

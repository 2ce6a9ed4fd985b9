// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.clusterbus.sim;

import dev.dunlin.clusterbus.engine.Event;
import dev.dunlin.clusterbus.engine.LinkId;
import dev.dunlin.clusterbus.wire.BusMessage;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/// TCP as far as it matters: each connection keeps the order of its messages in each direction, delays them, may break, and
/// holds them back while its direction is cut. A killed process resets its connections and refuses new ones, a frozen one
/// accepts and says nothing, a machine without power says nothing at all.
final class SimNetwork {
    private static final long CONNECT_TIMEOUT_MICROS = 2_000_000;
    private static final long SYN_RETRY_MICROS = 250_000;
    private static final long RETRANSMIT_MICROS_MAX = 400_000;
    private static final Object FIN = new Object();

    private final SimClock clock;
    private final SplittableRandom random;

    /// Directed: bit `to` of `cuts[from]`.
    private final List<BitSet> cuts = new ArrayList<>();

    private final LinkedHashSet<Connection> connections = new LinkedHashSet<>();
    private long nextInboundSerial = 1;

    /// Chance per million that a sent message breaks its connection.
    int breaksPerMillion;

    long delayMicrosMin = 100;
    long delayMicrosMax = 1_500;

    SimNetwork(SimClock clock, SplittableRandom random) {
        this.clock = clock;
        this.random = random;
    }

    void addNode() {
        cuts.add(new BitSet());
    }

    /// What `from` says does not reach `to` any more; the other direction is not touched.
    void cut(int from, int to) {
        cuts.get(from).set(to);
    }

    void heal(int from, int to) {
        cuts.get(from).clear(to);
        flush();
    }

    void healAll() {
        cuts.forEach(BitSet::clear);
        flush();
    }

    boolean isCut(int from, int to) {
        return cuts.get(from).get(to);
    }

    /// Sends on what was held back and need not be any more.
    void flush() {
        for (Connection connection : List.copyOf(connections)) {
            connection.up.flush();
            connection.down.flush();
        }
    }

    /// `client` opens a connection to `server`.
    void connect(SimNode client, LinkId link, SimNode server) {
        var connection = new Connection(client, link, server);
        connections.add(connection);
        connection.tryConnect(clock.nowMicros() + CONNECT_TIMEOUT_MICROS);
    }

    void send(SimNode from, LinkId link, BusMessage message) {
        Connection connection = from.connections.get(link);
        if (connection == null) {
            return;
        }
        if (breaksPerMillion > 0 && random.nextInt(1_000_000) < breaksPerMillion) {
            connection.breakNow();
            return;
        }
        connection.streamFrom(from).put(message);
    }

    /// `node` closes its end.
    void disconnect(SimNode node, LinkId link) {
        Connection connection = node.connections.get(link);
        if (connection != null) {
            connection.closeEnd(node);
        }
    }

    /// The process of `node` is gone; its machine, if it has power, says so to whoever can hear it.
    void processDied(SimNode node) {
        for (Connection connection : List.copyOf(node.connections.values())) {
            connection.closeEnd(node);
        }
    }

    private long delayMicros() {
        return random.nextLong(delayMicrosMin, delayMicrosMax + 1);
    }

    /// One direction of a connection.
    private final class Stream {
        private final Connection connection;
        private final SimNode from;
        private final SimNode to;
        private final ArrayDeque<Object> held = new ArrayDeque<>();
        private long lastArrivalMicros;

        Stream(Connection connection, SimNode from, SimNode to) {
            this.connection = connection;
            this.from = from;
            this.to = to;
        }

        private boolean isHeld() {
            return isCut(from.index, to.index) || to.powerless;
        }

        void put(Object item) {
            if (held.isEmpty() && !isHeld()) {
                schedule(item, delayMicros());
            } else {
                held.add(item);
            }
        }

        private void schedule(Object item, long delayMicros) {
            lastArrivalMicros = Math.max(lastArrivalMicros, clock.nowMicros() + delayMicros);
            clock.at(lastArrivalMicros, () -> arrive(item));
        }

        private void arrive(Object item) {
            if (!held.isEmpty() || isHeld()) {
                held.add(item);
            } else if (item instanceof BusMessage message) {
                if (connection.endOpen(to)) {
                    to.deliver(new Event.Received(connection.linkOf(to), message, clock.nowMs()));
                } else if (connection.endOpen(from)) {
                    // Nobody there knows this connection any more.
                    connection.streamFrom(to).put(FIN);
                }
            } else {
                connection.peerClosed(to);
            }
        }

        void flush() {
            if (held.isEmpty() || isHeld()) {
                return;
            }
            long delayMicros = random.nextLong(RETRANSMIT_MICROS_MAX);
            while (!held.isEmpty()) {
                schedule(held.removeFirst(), delayMicros);
            }
        }
    }

    /// One TCP connection, from the first SYN on.
    final class Connection {
        private final SimNode client;
        private final LinkId clientLink;
        private final SimNode server;
        private final Stream up;
        private final Stream down;
        private @Nullable LinkId serverLink;
        private boolean clientOpen = true;
        private boolean serverOpen;

        Connection(SimNode client, LinkId clientLink, SimNode server) {
            this.client = client;
            this.clientLink = clientLink;
            this.server = server;
            this.up = new Stream(this, client, server);
            this.down = new Stream(this, server, client);
            client.connections.put(clientLink, this);
        }

        private Stream streamFrom(SimNode from) {
            return from.index == client.index ? up : down;
        }

        private LinkId linkOf(SimNode node) {
            return node.index == client.index ? clientLink : Objects.requireNonNull(serverLink);
        }

        private boolean endOpen(SimNode node) {
            return node.index == client.index ? clientOpen : serverOpen;
        }

        private void tryConnect(long deadlineMicros) {
            if (!clientOpen) {
                return;
            }
            boolean silent =
                    isCut(client.index, server.index)
                            || isCut(server.index, client.index)
                            || server.powerless;
            if (!silent) {
                clock.after(2 * delayMicros(), this::answered);
            } else if (clock.nowMicros() >= deadlineMicros) {
                fail(false);
            } else {
                clock.after(SYN_RETRY_MICROS, () -> tryConnect(deadlineMicros));
            }
        }

        private void answered() {
            if (!clientOpen) {
                return;
            }
            if (!server.running) {
                fail(true);
                return;
            }
            LinkId accepted = LinkId.inbound(nextInboundSerial++);
            serverLink = accepted;
            serverOpen = true;
            server.connections.put(accepted, this);
            server.deliver(new Event.Accepted(accepted, client.ip, server.ip, clock.nowMs()));
            client.deliver(new Event.Connected(clientLink, clock.nowMs()));
        }

        private void fail(boolean refused) {
            closed(client);
            connections.remove(this);
            client.deliver(new Event.ConnectFailed(clientLink, refused, clock.nowMs()));
        }

        private void closeEnd(SimNode node) {
            closed(node);
            if (serverLink == null || (!clientOpen && !serverOpen)) {
                connections.remove(this);
            } else if (!node.powerless) {
                streamFrom(node).put(FIN);
            }
        }

        /// The other end closed, and this end hears of it.
        private void peerClosed(SimNode node) {
            if (endOpen(node)) {
                LinkId link = linkOf(node);
                closed(node);
                connections.remove(this);
                node.deliver(new Event.LinkClosed(link, true, clock.nowMs()));
            }
        }

        private void breakNow() {
            for (SimNode node : List.of(client, server)) {
                if (endOpen(node)) {
                    LinkId link = linkOf(node);
                    closed(node);
                    node.deliver(new Event.LinkClosed(link, random.nextBoolean(), clock.nowMs()));
                }
            }
            connections.remove(this);
        }

        private void closed(SimNode node) {
            if (node.index == client.index) {
                clientOpen = false;
                client.connections.remove(clientLink);
            } else {
                serverOpen = false;
                if (serverLink != null) {
                    server.connections.remove(serverLink);
                }
            }
        }
    }
}

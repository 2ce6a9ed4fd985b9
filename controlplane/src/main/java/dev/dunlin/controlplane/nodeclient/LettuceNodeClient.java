// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.controlplane.nodeclient;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.dunlin.clusterbus.model.NodeId;
import dev.dunlin.clusterbus.model.SlotSet;
import dev.dunlin.controlplane.nodeclient.NodeException.Reason;
import dev.dunlin.controlplane.topology.ClusterNode;
import dev.dunlin.controlplane.topology.HostPort;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.output.ByteArrayOutput;
import io.lettuce.core.output.CommandOutput;
import io.lettuce.core.output.IntegerOutput;
import io.lettuce.core.output.StatusOutput;
import io.lettuce.core.output.ValueListOutput;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import io.lettuce.core.protocol.ProtocolKeyword;
import io.lettuce.core.protocol.ProtocolVersion;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.DefaultClientResources;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/// The node client over Lettuce: one connection per node, kept until it breaks.
///
/// A connection that failed or timed out is closed, and whoever asks next makes a new one, because a late reply would be
/// taken for that of the next command. Lettuce's own reconnecting is off: what to do after a failure is decided by the steps.
public final class LettuceNodeClient implements NodeClient {
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(2);
    private static final Duration COMMAND_TIMEOUT = Duration.ofSeconds(5);

    /// Added to the time limit a node applies itself, so that its own answer comes first.
    private static final Duration ANSWER_MARGIN = Duration.ofSeconds(5);

    /// Commands in flight when a question is asked slot by slot.
    private static final int PIPELINE_COMMANDS_MAX = 1_000;

    private static final int QUEUE_COMMANDS_MAX = 20_000;

    /// RESTORE and DUMP take ASKING before them on the same connection; so does nothing else here.
    private static final ByteArrayCodec CODEC = ByteArrayCodec.INSTANCE;

    private final ClientResources resources;
    private final RedisClient client;
    private final Map<HostPort, CompletableFuture<StatefulRedisConnection<byte[], byte[]>>>
            connections = new ConcurrentHashMap<>();

    public LettuceNodeClient() {
        resources =
                DefaultClientResources.builder()
                        .ioThreadPoolSize(2)
                        .computationThreadPoolSize(2)
                        .build();
        client = RedisClient.create(resources);
        client.setOptions(
                ClientOptions.builder()
                        .autoReconnect(false)
                        .protocolVersion(ProtocolVersion.RESP2)
                        .requestQueueSize(QUEUE_COMMANDS_MAX)
                        .disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS)
                        .socketOptions(
                                SocketOptions.builder().connectTimeout(CONNECT_TIMEOUT).build())
                        .build());
    }

    @Override
    public List<ClusterNode> clusterNodes(HostPort node) throws NodeException {
        String text = text(node, cluster("NODES"));
        try {
            return ClusterNodesParser.parse(text);
        } catch (IllegalArgumentException e) {
            throw new NodeException(node, Reason.MALFORMED, String.valueOf(e.getMessage()));
        }
    }

    @Override
    public Map<String, String> clusterInfo(HostPort node) throws NodeException {
        return lines(text(node, cluster("INFO")));
    }

    @Override
    public Map<String, String> info(HostPort node) throws NodeException {
        return lines(
                new String(
                        orEmpty(ask(node, CommandType.INFO, new ByteArrayOutput<>(CODEC), args())),
                        UTF_8));
    }

    @Override
    public void addSlots(HostPort node, SlotSet slots) throws NodeException {
        var args = cluster("ADDSLOTS");
        slots.forEach(args::add);
        status(node, args);
    }

    @Override
    public void setConfigEpoch(HostPort node, long epoch) throws NodeException {
        status(node, cluster("SET-CONFIG-EPOCH").add(epoch));
    }

    @Override
    public void meet(HostPort node, HostPort peer, int busPort) throws NodeException {
        String address;
        try {
            // MEET takes numeric addresses only.
            address = InetAddress.getByName(peer.host()).getHostAddress();
        } catch (UnknownHostException _) {
            throw new NodeException(peer, Reason.UNREACHABLE, "unknown host " + peer.host());
        }
        status(node, cluster("MEET").add(address).add(peer.port()).add(busPort));
    }

    @Override
    public void forget(HostPort node, NodeId forgotten) throws NodeException {
        status(node, cluster("FORGET").add(forgotten.value()));
    }

    @Override
    public void replicate(HostPort node, NodeId primary) throws NodeException {
        status(node, cluster("REPLICATE").add(primary.value()));
    }

    @Override
    public void resetSoft(HostPort node) throws NodeException {
        status(node, cluster("RESET").add("SOFT"));
    }

    @Override
    public void failover(HostPort replica, FailoverMode mode) throws NodeException {
        var args = cluster("FAILOVER");
        if (mode == FailoverMode.FORCE) {
            args.add("FORCE");
        }
        status(replica, args);
    }

    @Override
    public void setSlot(HostPort node, int slot, SlotState state) throws NodeException {
        status(node, setSlot(slot, state));
    }

    @Override
    public List<NodeException> setSlotEverywhere(
            Collection<HostPort> nodes, int slot, SlotState state) {
        record Sent(
                HostPort node,
                StatefulRedisConnection<byte[], byte[]> connection,
                RedisFuture<String> future) {}
        var sent = new ArrayList<Sent>();
        var failures = new ArrayList<NodeException>();
        for (HostPort node : nodes) {
            try {
                var connection = connection(node);
                sent.add(
                        new Sent(
                                node,
                                connection,
                                send(
                                        node,
                                        connection,
                                        CommandType.CLUSTER,
                                        new StatusOutput<>(CODEC),
                                        setSlot(slot, state))));
            } catch (NodeException e) {
                failures.add(e);
            }
        }
        for (Sent one : sent) {
            try {
                await(one.node(), one.connection(), one.future(), COMMAND_TIMEOUT);
            } catch (NodeException e) {
                failures.add(e);
            }
        }
        return failures;
    }

    private static CommandArgs<byte[], byte[]> setSlot(int slot, SlotState state) {
        var args = cluster("SETSLOT").add(slot);
        switch (state) {
            case SlotState.Importing(NodeId source) -> args.add("IMPORTING").add(source.value());
            case SlotState.Migrating(NodeId target) -> args.add("MIGRATING").add(target.value());
            case SlotState.Owned(NodeId owner) -> args.add("NODE").add(owner.value());
            case SlotState.Stable() -> args.add("STABLE");
        }
        return args;
    }

    @Override
    public List<byte[]> keysInSlot(HostPort node, int slot, int count) throws NodeException {
        return ask(
                node,
                CommandType.CLUSTER,
                new ValueListOutput<>(CODEC),
                cluster("GETKEYSINSLOT").add(slot).add(count));
    }

    @Override
    public long countKeys(HostPort node, SlotSet slots) throws NodeException {
        var connection = connection(node);
        long keys = 0;
        int slot = slots.next(0);
        while (slot >= 0) {
            var futures = new ArrayList<RedisFuture<Long>>();
            for (;
                    slot >= 0 && futures.size() < PIPELINE_COMMANDS_MAX;
                    slot = slots.next(slot + 1)) {
                futures.add(
                        send(
                                node,
                                connection,
                                CommandType.CLUSTER,
                                new IntegerOutput<>(CODEC),
                                cluster("COUNTKEYSINSLOT").add(slot)));
            }
            for (var future : futures) {
                keys += await(node, connection, future, COMMAND_TIMEOUT);
            }
        }
        return keys;
    }

    @Override
    public void migrate(
            HostPort node, HostPort target, List<byte[]> keys, boolean replace, Duration timeout)
            throws NodeException {
        var args =
                args().add(target.host()).add(target.port()).add("").add(0).add(timeout.toMillis());
        if (replace) {
            args.add("REPLACE");
        }
        args.add("KEYS");
        keys.forEach(args::add);
        var connection = connection(node);
        var future = send(node, connection, CommandType.MIGRATE, new StatusOutput<>(CODEC), args);
        await(node, connection, future, timeout.plus(ANSWER_MARGIN));
    }

    @Override
    public List<byte[]> dump(HostPort node, List<byte[]> keys) throws NodeException {
        // One at a time: ASKING counts for the very next command of the connection, which other
        // threads share.
        var values = new ArrayList<byte[]>(keys.size());
        var connection = connection(node);
        for (byte[] key : keys) {
            RedisFuture<String> asking;
            RedisFuture<byte[]> dumped;
            synchronized (connection) {
                asking =
                        send(
                                node,
                                connection,
                                CommandType.ASKING,
                                new StatusOutput<>(CODEC),
                                args());
                dumped =
                        send(
                                node,
                                connection,
                                CommandType.DUMP,
                                new ByteArrayOutput<>(CODEC),
                                args().add(key));
            }
            await(node, connection, asking, COMMAND_TIMEOUT);
            values.add(orEmpty(await(node, connection, dumped, COMMAND_TIMEOUT)));
        }
        return values;
    }

    @Override
    public void close() {
        connections.clear();
        client.shutdown(Duration.ZERO, CONNECT_TIMEOUT);
        resources
                .shutdown(0, CONNECT_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)
                .awaitUninterruptibly();
    }

    private static CommandArgs<byte[], byte[]> args() {
        return new CommandArgs<>(CODEC);
    }

    private static CommandArgs<byte[], byte[]> cluster(String subcommand) {
        return args().add(subcommand);
    }

    private void status(HostPort node, CommandArgs<byte[], byte[]> args) throws NodeException {
        ask(node, CommandType.CLUSTER, new StatusOutput<>(CODEC), args);
    }

    private String text(HostPort node, CommandArgs<byte[], byte[]> args) throws NodeException {
        return new String(
                orEmpty(ask(node, CommandType.CLUSTER, new ByteArrayOutput<>(CODEC), args)), UTF_8);
    }

    private static byte[] orEmpty(byte @Nullable [] bytes) {
        return bytes == null ? new byte[0] : bytes;
    }

    private static Map<String, String> lines(String text) {
        var fields = new HashMap<String, String>();
        for (String line : text.split("\r?\n", -1)) {
            int colon = line.indexOf(':');
            if (colon > 0 && !line.startsWith("#")) {
                fields.put(line.substring(0, colon), line.substring(colon + 1));
            }
        }
        return fields;
    }

    private <T> T ask(
            HostPort node,
            ProtocolKeyword command,
            CommandOutput<byte[], byte[], T> output,
            CommandArgs<byte[], byte[]> args)
            throws NodeException {
        var connection = connection(node);
        return await(
                node, connection, send(node, connection, command, output, args), COMMAND_TIMEOUT);
    }

    /// {@return the connection to the node, which all who ask it at the same time share}
    private StatefulRedisConnection<byte[], byte[]> connection(HostPort node) throws NodeException {
        var connecting =
                connections.compute(
                        node, (_, known) -> known != null && isGood(known) ? known : connect(node));
        try {
            return connecting.get(
                    CONNECT_TIMEOUT.plus(COMMAND_TIMEOUT).toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException _) {
            throw new NodeException(node, Reason.UNREACHABLE, "no connection in time");
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw new NodeException(node, Reason.UNREACHABLE, "interrupted while connecting");
        } catch (ExecutionException e) {
            throw new NodeException(node, Reason.UNREACHABLE, rootText(e));
        }
    }

    private static boolean isGood(
            CompletableFuture<StatefulRedisConnection<byte[], byte[]>> connecting) {
        return switch (connecting.state()) {
            case RUNNING -> true;
            case SUCCESS -> connecting.resultNow().isOpen();
            case FAILED, CANCELLED -> false;
        };
    }

    private CompletableFuture<StatefulRedisConnection<byte[], byte[]>> connect(HostPort node) {
        try {
            return client.connectAsync(
                            CODEC,
                            RedisURI.builder()
                                    .withHost(node.host())
                                    .withPort(node.port())
                                    .withTimeout(COMMAND_TIMEOUT)
                                    .build())
                    .toCompletableFuture();
        } catch (RedisException | IllegalStateException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private <T> RedisFuture<T> send(
            HostPort node,
            StatefulRedisConnection<byte[], byte[]> connection,
            ProtocolKeyword command,
            CommandOutput<byte[], byte[], T> output,
            CommandArgs<byte[], byte[]> args)
            throws NodeException {
        try {
            return connection.async().dispatch(command, output, args);
        } catch (RedisException e) {
            connection.close();
            throw new NodeException(node, Reason.UNREACHABLE, rootText(e));
        }
    }

    private <T> T await(
            HostPort node,
            StatefulRedisConnection<byte[], byte[]> connection,
            RedisFuture<T> future,
            Duration timeout)
            throws NodeException {
        try {
            return future.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException _) {
            connection.close();
            throw new NodeException(
                    node, Reason.TIMEOUT, "no answer in " + timeout.toMillis() + " ms");
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            connection.close();
            throw new NodeException(node, Reason.TIMEOUT, "interrupted while waiting");
        } catch (ExecutionException e) {
            Throwable cause = e.getCause();
            if (cause instanceof RedisCommandExecutionException) {
                throw NodeException.replied(node, String.valueOf(cause.getMessage()));
            }
            connection.close();
            throw new NodeException(node, Reason.UNREACHABLE, rootText(e));
        }
    }

    private static String rootText(Throwable error) {
        Throwable root = error;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        String text = root.getMessage();
        return text == null ? root.getClass().getSimpleName() : text;
    }
}

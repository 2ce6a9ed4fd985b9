// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.chaos.cluster;

import dev.dunlin.chaos.client.Outcome;
import dev.dunlin.chaos.client.RawRespClient;
import dev.dunlin.chaos.client.Reply;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Asks one node about itself. Never part of judged traffic; bound to an address that no fault cuts off.
///
/// Thread: one owner.
public final class NodeProbe implements AutoCloseable {
    /// The client group that stays connected to everyone.
    public static final String GROUP = "observer";

    /// A node that answers later than this counts as silent.
    static final Duration TIMEOUT = Duration.ofSeconds(1);

    private final ChaosNode node;
    private final RawRespClient client;

    NodeProbe(ChaosNode node, @Nullable InetAddress localAddress, Duration timeout) {
        this.node = node;
        this.client = new RawRespClient(node.address(), localAddress, timeout);
    }

    /// {@return the node}
    public ChaosNode node() {
        return node;
    }

    /// {@return the reply's text when the command succeeded}
    public Optional<String> ask(String... command) {
        return client.invoke(command) instanceof Outcome.Ok(Reply reply)
                ? Optional.of(reply.asText())
                : Optional.empty();
    }

    /// {@return the raw outcome of a command}
    public Outcome invoke(String... command) {
        return client.invoke(command);
    }

    /// {@return the cluster as this node sees it; empty when it does not answer}
    public List<NodeLine> nodes() {
        return ask("CLUSTER", "NODES").map(NodeLine::parse).orElse(List.of());
    }

    /// {@return this node's own line; empty when it does not answer}
    public Optional<NodeLine> myself() {
        return nodes().stream().filter(NodeLine::isMyself).findFirst();
    }

    /// {@return the value of a `name:value` line of INFO or CLUSTER INFO; empty when absent}
    public Optional<String> field(String name, String... command) {
        return ask(command).stream()
                .flatMap(String::lines)
                .filter(line -> line.startsWith(name + ":"))
                .map(line -> line.substring(name.length() + 1).strip())
                .findFirst();
    }

    @Override
    public void close() {
        client.close();
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.chaos.workload;

import dev.dunlin.chaos.client.JudgedClient;
import dev.dunlin.chaos.client.KeyClient;
import dev.dunlin.chaos.client.Outcome;
import dev.dunlin.chaos.client.RawRespClient;
import dev.dunlin.chaos.cluster.ChaosNode;
import dev.dunlin.chaos.cluster.Cluster;
import dev.dunlin.chaos.history.Recorder;
import java.net.InetAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A client of one shard that learns from redirections and dead ends where to send its *next* operation. It never sends one twice.
///
/// Thread: one owner.
public final class FollowingClient implements KeyClient {
    private final Cluster cluster;
    private final Recorder recorder;
    private final @Nullable InetAddress localAddress;
    private final Duration timeout;
    private final List<ChaosNode> members;
    private final Map<String, JudgedClient> clients = new HashMap<>();
    private String target;

    /// A client of `shard` that binds to the address of `group`.
    public FollowingClient(
            Cluster cluster, Recorder recorder, int shard, String group, Duration timeout) {
        this.cluster = cluster;
        this.recorder = recorder;
        this.localAddress = cluster.environment().clientAddress(group);
        this.timeout = timeout;
        this.members = cluster.shard(shard);
        this.target = members.getFirst().name();
    }

    @Override
    public Outcome write(String key, String value) {
        return learn(client().write(key, value));
    }

    @Override
    public Outcome read(String key) {
        return learn(client().read(key));
    }

    /// {@return the node that gets the next operation}
    public String target() {
        return target;
    }

    @Override
    public void close() {
        clients.values().forEach(JudgedClient::close);
    }

    private JudgedClient client() {
        return clients.computeIfAbsent(
                target,
                name ->
                        new JudgedClient(
                                recorder,
                                new RawRespClient(
                                        cluster.node(name).address(), localAddress, timeout),
                                name));
    }

    private Outcome learn(Outcome outcome) {
        switch (outcome) {
            case Outcome.Ok _ -> {}
            case Outcome.Fail(String reason) -> target = movedTo(reason).orElseGet(this::next);
            case Outcome.Info _ -> target = next();
        }
        return outcome;
    }

    private Optional<String> movedTo(String reason) {
        String[] words = reason.split(" ", -1);
        return words.length == 3 && words[0].equals("MOVED")
                ? cluster.nameAt(words[2])
                : Optional.empty();
    }

    private String next() {
        int current = members.indexOf(cluster.node(target));
        return members.get((current + 1) % members.size()).name();
    }
}

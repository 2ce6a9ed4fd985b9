// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.dunlin.node.Node;
import dev.dunlin.node.config.Directives;
import dev.dunlin.node.config.Settings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/// A node of ours and a real server, with a client each, of which either may replicate the other. Ended by [#close].
final class NodeAndRedis implements AutoCloseable {
    private static final long DEADLINE_NS = TimeUnit.SECONDS.toNanos(60);

    final RespConnection ours;
    final RespConnection theirs;

    private final Node node;
    private final ReferenceServer redis;

    private NodeAndRedis(Node node, ReferenceServer redis) throws IOException {
        this.node = node;
        this.redis = redis;
        this.ours = new RespConnection(node.port());
        this.theirs = new RespConnection(redis.port());
    }

    static NodeAndRedis start(Path folder) throws Exception {
        assumeTrue(ReferenceServer.isInstalled(), "redis-server is not installed");
        var redis =
                ReferenceServer.start(
                        folder, "--repl-diskless-sync", "yes", "--repl-diskless-sync-delay", "0");
        var settings = new Settings();
        settings.set(Directives.PORT, 0);
        settings.set(Directives.BIND, List.of("127.0.0.1"));
        settings.set(Directives.IO_TRANSPORT, "nio");
        settings.set(Directives.ENABLE_DEBUG_COMMAND, "yes");
        settings.set(Directives.REPL_DISKLESS_SYNC_DELAY, 0);
        settings.set(Directives.DIR, folder.toString());
        return new NodeAndRedis(Node.start(settings, () -> {}), redis);
    }

    /// {@return the client of the other server}
    RespConnection other(RespConnection client) {
        return client == ours ? theirs : ours;
    }

    /// {@return another client of the same server, for the caller to close}
    RespConnection another(RespConnection client) throws IOException {
        return new RespConnection(client == ours ? node.port() : redis.port());
    }

    /// Has the other server replicate that of this client.
    void replicate(RespConnection primary) throws IOException {
        int port = primary == ours ? node.port() : redis.port();
        other(primary).call("REPLICAOF", "127.0.0.1", "" + port);
    }

    /// Waits until both hold the same.
    void awaitSameData(RespConnection primary, long seed) throws IOException {
        long deadlineNs = System.nanoTime() + DEADLINE_NS;
        String expected;
        String actual;
        do {
            expected = primary.call("DEBUG", "DIGEST").text();
            actual = other(primary).call("DEBUG", "DIGEST").text();
        } while (!actual.equals(expected) && System.nanoTime() < deadlineNs);
        if (!actual.equals(expected)) {
            // Keys that are equal would only hide the others.
            Map<String, String> ofReplica = values(other(primary));
            Map<String, String> ofPrimary = values(primary);
            Set<Map.Entry<String, String>> equal = new HashSet<>(ofReplica.entrySet());
            equal.retainAll(ofPrimary.entrySet());
            ofReplica.entrySet().removeAll(equal);
            ofPrimary.entrySet().removeAll(equal);
            assertThat(ofReplica).as("-Dseed=%d", seed).isEqualTo(ofPrimary);
        }
        assertThat(actual).as("-Dseed=%d", seed).isEqualTo(expected);
    }

    /// {@return each key of the first database with what can be said of its value}
    private static Map<String, String> values(RespConnection client) throws IOException {
        var values = new TreeMap<String, String>();
        for (Reply key : client.call("KEYS", "*").elements()) {
            String name = key.string();
            String type = client.call("TYPE", name).text();
            values.put(
                    name,
                    client.call("DEBUG", "DIGEST-VALUE", name)
                            + " "
                            + client.call(DifferentialTest.content(type, name)));
        }
        return values;
    }

    @Override
    public void close() throws IOException {
        ours.close();
        theirs.close();
        node.close();
        redis.close();
    }
}

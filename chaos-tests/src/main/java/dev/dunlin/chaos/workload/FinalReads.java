// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.chaos.workload;

import dev.dunlin.chaos.client.Outcome;
import dev.dunlin.chaos.cluster.Cluster;
import dev.dunlin.chaos.history.Event;
import dev.dunlin.chaos.history.History;
import dev.dunlin.chaos.history.Operation;
import dev.dunlin.chaos.history.Recorder;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Set;

/// Reads every key that was ever acknowledged, from the primary of the healed cluster, into the same history.
public final class FinalReads {
    private static final int ATTEMPTS_MAX = 5;
    private static final String GROUP = "final";

    private FinalReads() {}

    /// Reads all keys; a key that cannot be read stays without a final read, which the checkers notice.
    public static void run(Cluster cluster, Recorder recorder) {
        History before = recorder.history();
        recorder.record(
                Event.OBSERVER,
                Event.Kind.INFO,
                Event.FINAL_READS,
                "all",
                null,
                "-",
                "cluster has settled");
        for (int shard = 0; shard < cluster.settings().primaries(); shard++) {
            Set<String> keys = new LinkedHashSet<>();
            for (Operation operation : before.operations()) {
                if (operation.write()
                        && operation.ok()
                        && operation.key().startsWith(cluster.tag(shard))) {
                    keys.add(operation.key());
                }
            }
            try (var client =
                    new FollowingClient(cluster, recorder, shard, GROUP, Duration.ofSeconds(2))) {
                for (String key : keys) {
                    read(client, key);
                }
            }
        }
    }

    /// Each attempt is an operation of its own: nothing that was judged is sent twice.
    private static void read(FollowingClient client, String key) {
        for (int attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
            if (client.read(key) instanceof Outcome.Ok) {
                return;
            }
        }
    }
}

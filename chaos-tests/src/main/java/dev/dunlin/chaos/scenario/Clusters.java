// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.chaos.scenario;

import dev.dunlin.chaos.HarnessException;
import dev.dunlin.chaos.cluster.Cluster;
import dev.dunlin.chaos.cluster.Environment;
import dev.dunlin.chaos.cluster.Environments;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The clusters that runs take place in, one for each server at a time.
///
/// Forming one takes longer than most runs, so a cluster may serve several; only one that came out of its last run healed
/// does. It is then older: epochs have grown, roles have changed hands, code is warm. A run in which a promise was broken leaves its
/// cluster to nobody.
///
/// Thread: one owner.
public final class Clusters implements AutoCloseable {
    private static final Duration RENEWING = Duration.ofSeconds(30);

    private final int runsEach;
    private final Map<Key, Stand> stands = new HashMap<>();

    /// Clusters that serve at most `runsEach` runs each.
    public Clusters(int runsEach) {
        this.runsEach = runsEach;
    }

    private record Key(String server, String environment) {
        static Key of(RunPlan plan) {
            return new Key(plan.server().executable().toString(), plan.environment());
        }
    }

    /// A place for one run: an environment and, once it is formed, the cluster in it.
    static final class Stand implements AutoCloseable {
        private final Environment environment;
        private @Nullable Cluster cluster;
        private int runs;

        Stand(Environment environment) {
            this.environment = environment;
        }

        Environment environment() {
            return environment;
        }

        /// {@return the cluster, formed now or renewed}
        Cluster cluster(RunPlan plan) {
            Cluster current = cluster;
            runs++;
            if (current == null) {
                current = Cluster.form(environment, plan.server(), plan.settings());
                cluster = current;
            }
            return current;
        }

        @Override
        public void close() {
            environment.close();
        }
    }

    /// {@return a place for this run}
    Stand take(RunPlan plan) {
        Stand waiting = stands.remove(Key.of(plan));
        if (waiting != null) {
            return waiting;
        }
        return new Stand(Environments.open(plan.environment()));
    }

    /// Takes a place back after its run, for the next one or to be removed.
    void giveBack(RunPlan plan, Stand stand, boolean healed) {
        Cluster cluster = stand.cluster;
        if (!healed || cluster == null || stand.runs >= runsEach) {
            stand.close();
            return;
        }
        try {
            cluster.renew(RENEWING);
        } catch (HarnessException _) {
            // A cluster that one run has worn out is not the next one's business, which gets a new
            // one; that it settled was
            // judged already.
            stand.close();
            return;
        }
        stands.put(Key.of(plan), stand);
    }

    @Override
    public void close() {
        stands.values().forEach(Stand::close);
        stands.clear();
    }
}

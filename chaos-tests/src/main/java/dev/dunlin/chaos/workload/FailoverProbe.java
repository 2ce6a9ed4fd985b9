// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.chaos.workload;

import dev.dunlin.chaos.client.JudgedClient;
import dev.dunlin.chaos.history.Recorder;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;

/// Asks one replica to accept a write every 5 ms, whatever it answered before, until it does: that moment ends the failover.
///
/// Keys are `TAGp:NODE:SEQ`.
public final class FailoverProbe implements Workers.Body {
    private static final double PER_SECOND = 200;
    private static final long NEVER = -1;

    private final JudgedClient client;
    private final Recorder recorder;
    private final String tag;
    private final AtomicLong firstOkNs = new AtomicLong(NEVER);

    /// A probe that owns `client`.
    public FailoverProbe(JudgedClient client, Recorder recorder, String tag) {
        this.client = client;
        this.recorder = recorder;
        this.tag = tag;
    }

    /// {@return whether the replica has accepted a write}
    public boolean accepted() {
        return firstOkNs.get() != NEVER;
    }

    /// {@return when the first accepted write was acknowledged, nanoseconds of the history; -1 before that}
    public long firstOkNs() {
        return firstOkNs.get();
    }

    /// {@return the replica's name}
    public String node() {
        return client.node();
    }

    @Override
    public void run(BooleanSupplier stopped) {
        var pace = new Pace(PER_SECOND);
        try (client) {
            for (long sequence = 0; !stopped.getAsBoolean() && !accepted(); sequence++) {
                pace.await();
                String suffix = client.node() + ":" + sequence;
                if (client.write(tag + "p:" + suffix, suffix).isOk()) {
                    firstOkNs.set(recorder.nowNs());
                }
            }
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.observe;

import java.util.HexFormat;
import java.util.random.RandomGenerator;

/// What a node remembers about its own life: when it started, how fast it goes, what was slow.
///
/// Thread: owned by the node's loop.
public final class Observation {
    private static final int RUN_ID_BYTES = 20;

    private final String runId;
    private final long startMs;
    private final String transport;
    private final RateSampler commands = new RateSampler();
    private final RateSampler received = new RateSampler();
    private final RateSampler sent = new RateSampler();
    private final Slowlog slowlog = new Slowlog();
    private final LatencyMonitor latency = new LatencyMonitor();
    private long peakBytes;
    private long startupBytes = -1;

    /// @param transport what sockets are watched with
    /// @param startMs Unix time in milliseconds
    public Observation(String transport, long startMs, RandomGenerator random) {
        this.transport = transport;
        this.startMs = startMs;
        byte[] id = new byte[RUN_ID_BYTES];
        random.nextBytes(id);
        this.runId = HexFormat.of().formatHex(id);
    }

    /// Looks at counters that only rise; at each tick.
    public void sample(
            long nowMs, long commandsSoFar, long bytesReceived, long bytesSent, long usedBytes) {
        commands.sample(commandsSoFar, nowMs);
        received.sample(bytesReceived, nowMs);
        sent.sample(bytesSent, nowMs);
        if (startupBytes < 0) {
            startupBytes = usedBytes;
        }
        notePeak(usedBytes);
    }

    /// Notes how much memory is used, for the peak.
    public void notePeak(long usedBytes) {
        peakBytes = Math.max(peakBytes, usedBytes);
    }

    /// Forgets what CONFIG RESETSTAT forgets.
    public void reset(long usedBytes) {
        peakBytes = usedBytes;
    }

    /// {@return 40 hexadecimal digits, different at each start}
    public String runId() {
        return runId;
    }

    /// {@return the slow commands}
    public Slowlog slowlog() {
        return slowlog;
    }

    /// {@return what has kept the node from serving}
    public LatencyMonitor latency() {
        return latency;
    }

    public long startMs() {
        return startMs;
    }

    public String transport() {
        return transport;
    }

    /// {@return the most memory that was used so far, in bytes}
    public long peakBytes() {
        return peakBytes;
    }

    /// {@return the memory that was used when the node had started, in bytes}
    public long startupBytes() {
        return Math.max(0, startupBytes);
    }

    public double commandsPerSecond() {
        return commands.perSecond();
    }

    /// {@return bytes received per second}
    public double receivedPerSecond() {
        return received.perSecond();
    }

    /// {@return bytes sent per second}
    public double sentPerSecond() {
        return sent.perSecond();
    }
}

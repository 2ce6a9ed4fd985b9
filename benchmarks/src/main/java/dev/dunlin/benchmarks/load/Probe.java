// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.benchmarks.load;

import dev.dunlin.benchmarks.os.Poller;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import org.HdrHistogram.Histogram;

/// A client that sends one PING each millisecond whether or not the last one was answered.
///
/// Each latency counts from the moment the PING was due, so a server that stalls for 50 ms is seen by fifty PINGs, and a generator
/// that was late itself does not hide it. At most [#IN_FLIGHT_MAX] PINGs wait at a time; a longer stall fails the run.
final class Probe {
    static final int IN_FLIGHT_MAX = 1 << 16;
    private static final long PERIOD_NANOS = 1_000_000;
    private static final long LATENCY_MAX_NANOS = 120_000_000_000L;
    private static final byte[] PING = "*1\r\n$4\r\nPING\r\n".getBytes(StandardCharsets.US_ASCII);

    private final Poller poller;
    private final int fd;
    private final MemorySegment request;
    private final ReplyReader replies = new ReplyReader("+", ReplyReader.ANY_LENGTH);
    private final Histogram latencies = new Histogram(LATENCY_MAX_NANOS, 3);
    private final long[] due = new long[IN_FLIGHT_MAX];
    private long sent;
    private long answered;
    private long nextDueNanos;
    private long latestSendNanos;

    Probe(Poller poller, int port, int token) throws IOException {
        this.poller = poller;
        request = poller.allocate(PING.length);
        MemorySegment.copy(PING, 0, request, ValueLayout.JAVA_BYTE, 0, PING.length);
        fd = poller.connect(port, token);
    }

    /// The first PING is due at `nowNanos`.
    void begin(long nowNanos) {
        nextDueNanos = nowNanos;
    }

    /// Sends what is due by now.
    void sendDue(long nowNanos) throws IOException {
        while (nextDueNanos - nowNanos <= 0) {
            if (sent - answered == IN_FLIGHT_MAX) {
                throw new IOException("no PING was answered for " + IN_FLIGHT_MAX + " ms");
            }
            if (poller.send(fd, request, 0, PING.length) != PING.length) {
                // Far more than IN_FLIGHT_MAX PINGs fit into a socket buffer, so this is no slow
                // server.
                throw new IOException("a PING did not fit into the socket buffer");
            }
            latestSendNanos = Math.max(latestSendNanos, nowNanos - nextDueNanos);
            due[(int) (sent++ & (IN_FLIGHT_MAX - 1))] = nextDueNanos;
            nextDueNanos += PERIOD_NANOS;
        }
    }

    void onInput(MemorySegment input, int bytes, long nowNanos) throws IOException {
        int ended = replies.read(input, bytes);
        for (int i = 0; i < ended; i++) {
            if (answered == sent) {
                throw new WrongReply("more replies than PINGs");
            }
            long latency = nowNanos - due[(int) (answered++ & (IN_FLIGHT_MAX - 1))];
            latencies.recordValue(Math.min(latency, LATENCY_MAX_NANOS));
        }
    }

    boolean isIdle() {
        return sent == answered;
    }

    ProbeResult result() {
        return new ProbeResult(latencies.copy(), latestSendNanos);
    }

    int fd() {
        return fd;
    }

    void close() {
        poller.disconnect(fd);
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.clusterbus.transport;

import dev.dunlin.clusterbus.wire.DecodeFailure;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/// Counts what went wrong on links. Thread: any.
public final class LinkStats {
    private final Map<DecodeFailure, LongAdder> decodeFailures = new EnumMap<>(DecodeFailure.class);
    private final LongAdder ignoredParts = new LongAdder();
    private final LongAdder sendBufferExceeded = new LongAdder();
    private final LongAdder inboundRefused = new LongAdder();
    private final LongAdder partialFramesExceeded = new LongAdder();

    /// Starts at zero.
    public LinkStats() {
        for (DecodeFailure reason : DecodeFailure.values()) {
            decodeFailures.put(reason, new LongAdder());
        }
    }

    void decodeFailed(DecodeFailure reason) {
        adder(reason).increment();
    }

    void partsIgnored(int count) {
        ignoredParts.add(count);
    }

    void sendBufferWasExceeded() {
        sendBufferExceeded.increment();
    }

    void inboundWasRefused() {
        inboundRefused.increment();
    }

    void partialFramesWereExceeded() {
        partialFramesExceeded.increment();
    }

    /// {@return how many frames were rejected for `reason`}
    public long decodeFailures(DecodeFailure reason) {
        return adder(reason).sum();
    }

    private LongAdder adder(DecodeFailure reason) {
        LongAdder adder = decodeFailures.get(reason);
        if (adder == null) {
            throw new IllegalStateException("a counter per reason: " + reason);
        }
        return adder;
    }

    /// {@return how many gossip sections and extensions were left out of messages that were good otherwise}
    public long ignoredParts() {
        return ignoredParts.sum();
    }

    /// {@return how many links were closed for a full send buffer (`total_cluster_links_buffer_limit_exceeded`)}
    public long sendBufferExceeded() {
        return sendBufferExceeded.sum();
    }

    /// {@return how many connections were closed because there were too many}
    public long inboundRefused() {
        return inboundRefused.sum();
    }

    /// {@return how many links were closed because half frames took too much memory}
    public long partialFramesExceeded() {
        return partialFramesExceeded.sum();
    }
}

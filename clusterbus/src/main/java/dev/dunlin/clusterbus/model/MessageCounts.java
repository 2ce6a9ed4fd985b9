// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.clusterbus.model;

/// How many bus messages of each type were sent and received, by the type's number on the wire.
public final class MessageCounts {
    /// Numbers 0 to 10 are in use.
    public static final int TYPES = 11;

    /// Nothing was sent yet.
    public static final MessageCounts ZERO = new MessageCounts(new long[TYPES], new long[TYPES]);

    private final long[] sent;
    private final long[] received;

    /// Copies both arrays.
    public MessageCounts(long[] sent, long[] received) {
        Invariant.check(sent.length == TYPES && received.length == TYPES, "a count per type");
        this.sent = sent.clone();
        this.received = received.clone();
    }

    public long sent(int type) {
        return sent[type];
    }

    public long received(int type) {
        return received[type];
    }
}

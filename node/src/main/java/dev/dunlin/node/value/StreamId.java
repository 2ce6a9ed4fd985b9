// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.value;

import static java.nio.charset.StandardCharsets.US_ASCII;

/// The id of an entry of a stream: milliseconds and a sequence number, both without sign.
///
/// Mutable, so that who works with ids keeps a few of them and allocates none.
///
/// Thread: belongs to one thread.
public final class StreamId {
    private long ms;
    private long seq;

    public long ms() {
        return ms;
    }

    public long seq() {
        return seq;
    }

    public StreamId set(long milliseconds, long sequence) {
        ms = milliseconds;
        seq = sequence;
        return this;
    }

    public StreamId set(StreamId other) {
        return set(other.ms, other.seq);
    }

    /// The lowest id, which no entry can have.
    public StreamId setMin() {
        return set(0, 0);
    }

    /// The highest id.
    public StreamId setMax() {
        return set(-1, -1);
    }

    public boolean isMin() {
        return (ms | seq) == 0;
    }

    public boolean isMax() {
        return (ms & seq) == -1;
    }

    /// Becomes the id behind.
    ///
    /// @return false when there is none; then this is the lowest
    public boolean increment() {
        seq++;
        if (seq == 0) {
            ms++;
            return ms != 0;
        }
        return true;
    }

    /// Becomes the id before.
    ///
    /// @return false when there is none; then this is the highest
    public boolean decrement() {
        seq--;
        if (seq == -1) {
            ms--;
            return ms != -1;
        }
        return true;
    }

    /// {@return below, at or above 0, as this is before, the same as, or behind another}
    public int comparedTo(long milliseconds, long sequence) {
        return compare(ms, seq, milliseconds, sequence);
    }

    public int comparedTo(StreamId other) {
        return compare(ms, seq, other.ms, other.seq);
    }

    /// {@return below, at or above 0, as the left one is before, the same as, or behind the right one}
    public static int compare(long leftMs, long leftSeq, long rightMs, long rightSeq) {
        int order = Long.compareUnsigned(leftMs, rightMs);
        return order != 0 ? order : Long.compareUnsigned(leftSeq, rightSeq);
    }

    /// {@return the text of an id}
    public static byte[] text(long milliseconds, long sequence) {
        return (Long.toUnsignedString(milliseconds) + "-" + Long.toUnsignedString(sequence))
                .getBytes(US_ASCII);
    }

    @Override
    public String toString() {
        return Long.toUnsignedString(ms) + "-" + Long.toUnsignedString(seq);
    }
}

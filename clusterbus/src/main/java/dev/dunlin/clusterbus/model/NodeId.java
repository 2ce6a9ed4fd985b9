// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.clusterbus.model;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// The name of a cluster member, chosen by itself once and kept in nodes.conf.
///
/// Forty characters out of `0-9a-z`, without terminator on the wire. The order is bytewise, which the rules for epoch
/// collisions and election ties depend on.
public record NodeId(String value) implements Comparable<NodeId> {
    /// Length of an id on the wire.
    public static final int BYTES = Ids.BYTES;

    /// Throws `IllegalArgumentException` when `value` is not an id; use [#parse] for input from outside.
    public NodeId {
        if (!Ids.valid(value)) {
            throw new IllegalArgumentException("not an id: " + value);
        }
    }

    /// {@return the id written in `text`, or null when it is none}
    public static @Nullable NodeId parse(String text) {
        return Ids.valid(text) ? new NodeId(text) : null;
    }

    /// {@return forty hexadecimal characters drawn from `random`}
    public static NodeId random(RandomGenerator random) {
        return new NodeId(Ids.random(random));
    }

    /// {@return the forty bytes of the wire form}
    public byte[] toBytes() {
        return value.getBytes(ISO_8859_1);
    }

    /// By hand, because a record's own is linked at run time, and tables of 16384 slots are compared at every change.
    @Override
    public boolean equals(@Nullable Object other) {
        return this == other || (other instanceof NodeId(String text) && value.equals(text));
    }

    @Override
    public int hashCode() {
        return value.hashCode();
    }

    @Override
    public int compareTo(NodeId other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.clusterbus.model;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// The name of a shard, that is of one primary with its replicas (Redis 7.2 and later announce it).
///
/// Forty characters out of `0-9a-z`, without terminator on the wire. The order is bytewise, which the rules for epoch
/// collisions and election ties depend on.
public record ShardId(String value) implements Comparable<ShardId> {
    /// Length of an id on the wire.
    public static final int BYTES = Ids.BYTES;

    /// Throws `IllegalArgumentException` when `value` is not an id; use [#parse] for input from outside.
    public ShardId {
        if (!Ids.valid(value)) {
            throw new IllegalArgumentException("not an id: " + value);
        }
    }

    /// {@return the id written in `text`, or null when it is none}
    public static @Nullable ShardId parse(String text) {
        return Ids.valid(text) ? new ShardId(text) : null;
    }

    /// {@return forty hexadecimal characters drawn from `random`}
    public static ShardId random(RandomGenerator random) {
        return new ShardId(Ids.random(random));
    }

    /// {@return the forty bytes of the wire form}
    public byte[] toBytes() {
        return value.getBytes(ISO_8859_1);
    }

    @Override
    public int compareTo(ShardId other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}

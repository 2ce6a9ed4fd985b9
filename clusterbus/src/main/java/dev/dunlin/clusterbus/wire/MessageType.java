// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.clusterbus.wire;

import org.jspecify.annotations.Nullable;

/// The kinds of bus messages we give a meaning to, with their number on the wire and their name in `CLUSTER INFO`.
public enum MessageType {
    PING("ping"),
    PONG("pong"),
    MEET("meet"),
    FAIL("fail"),
    PUBLISH("publish"),
    FAILOVER_AUTH_REQUEST("auth-req"),
    FAILOVER_AUTH_ACK("auth-ack"),
    UPDATE("update"),
    MFSTART("mfstart"),
    MODULE("module"),
    PUBLISHSHARD("publishshard");

    private static final MessageType[] VALUES = values();

    private final String statsName;

    MessageType(String statsName) {
        this.statsName = statsName;
    }

    /// {@return the number on the wire}
    @SuppressWarnings(
            "EnumOrdinal") // The constants are listed in the order of the protocol's numbers.
    public int code() {
        return ordinal();
    }

    /// {@return the part of the field name in `CLUSTER INFO`, as in `cluster_stats_messages_auth-req_sent`}
    public String statsName() {
        return statsName;
    }

    /// {@return the type with this number, or null}
    public static @Nullable MessageType ofCode(int code) {
        return code >= 0 && code < VALUES.length ? VALUES[code] : null;
    }
}

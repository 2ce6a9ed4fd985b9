// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.clusterbus.wire;

/// Where things are in a frame. Integers are big-endian and unsigned; offsets count from the first byte of the part.
///
/// ```
/// 0          2256                 2256 + 104 * count
/// | header   | gossip entry ...   | extension ...        PING, PONG, MEET
/// | header   | body by type                              everything else
/// 0          16
/// | light    | publish body                              PUBLISH, PUBLISHSHARD to peers that asked for it
/// ```
final class FrameLayout {
    /// `RCmb`.
    static final int SIGNATURE = 0x52436d62;

    static final int VERSION = 1;

    // The part that both headers share.
    static final int SIGNATURE_AT = 0;
    static final int TOTAL_LENGTH_AT = 4;
    static final int VERSION_AT = 8;
    static final int TYPE_AT = 12;

    /// As much of a frame as is needed to know how long it may be.
    static final int PREFIX_BYTES = 14;

    /// Bit of the type field that says that the header is a light one.
    static final int LIGHT = 0x8000;

    static final int LIGHT_HEADER_BYTES = 16;

    // The normal header.
    static final int PORT_AT = 10;
    static final int COUNT_AT = 14;
    static final int CURRENT_EPOCH_AT = 16;
    static final int CONFIG_EPOCH_AT = 24;
    static final int OFFSET_AT = 32;
    static final int SENDER_AT = 40;
    static final int SLOTS_AT = 80;
    static final int PRIMARY_AT = 2128;
    static final int IP_AT = 2168;
    static final int EXTENSIONS_AT = 2214;
    static final int SECONDARY_PORT_AT = 2246;
    static final int BUS_PORT_AT = 2248;
    static final int FLAGS_AT = 2250;
    static final int STATE_AT = 2252;
    static final int MESSAGE_FLAGS_AT = 2253;
    static final int HEADER_BYTES = 2256;

    static final int STATE_OK = 0;
    static final int STATE_FAIL = 1;

    static final int ID_BYTES = 40;
    static final int IP_BYTES = 46;

    // One gossip entry.
    static final int GOSSIP_PING_SENT_AT = 40;
    static final int GOSSIP_PONG_RECEIVED_AT = 44;
    static final int GOSSIP_IP_AT = 48;
    static final int GOSSIP_PORT_AT = 94;
    static final int GOSSIP_BUS_PORT_AT = 96;
    static final int GOSSIP_FLAGS_AT = 98;
    static final int GOSSIP_SECONDARY_PORT_AT = 100;
    static final int GOSSIP_BYTES = 104;

    // One extension.
    static final int EXTENSION_LENGTH_AT = 0;
    static final int EXTENSION_TYPE_AT = 4;
    static final int EXTENSION_HEADER_BYTES = 8;
    static final int EXTENSION_ALIGNMENT = 8;

    // UPDATE, after the header.
    static final int UPDATE_NODE_AT = 8;
    static final int UPDATE_SLOTS_AT = 48;
    static final int UPDATE_BYTES = 2096;

    // PUBLISH and PUBLISHSHARD, after either header.
    static final int PUBLISH_PAYLOAD_LENGTH_AT = 4;
    static final int PUBLISH_BYTES_AT = 8;

    private FrameLayout() {}
}

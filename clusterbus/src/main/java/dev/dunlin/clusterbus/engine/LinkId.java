// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.clusterbus.engine;

/// One TCP connection of the bus, never reused for another one.
///
/// @param inbound whether the peer opened it; the driver numbers those, the engine numbers the others
/// @param serial unique among the links of its direction
public record LinkId(boolean inbound, long serial) {
    public static LinkId inbound(long serial) {
        return new LinkId(true, serial);
    }

    static LinkId outbound(long serial) {
        return new LinkId(false, serial);
    }

    @Override
    public String toString() {
        return (inbound ? "in-" : "out-") + serial;
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.clusterbus.model;

import org.jspecify.annotations.Nullable;

/// Where a node is reached.
///
/// @param ip numeric address, empty when it is not known
/// @param port client port; the TLS port in a cluster that speaks TLS on its bus
/// @param busPort port of the cluster bus
/// @param secondaryPort the other client port (TLS in a plaintext cluster, plaintext in a TLS cluster), 0 when there is none
/// @param hostname announced name, null when there is none; never resolved by the bus
public record NodeAddress(
        String ip, int port, int busPort, int secondaryPort, @Nullable String hostname) {
    /// Longest numeric address: the wire field has 46 bytes, one of them for the terminator.
    public static final int IP_LENGTH_MAX = 45;

    /// Longest announced name.
    public static final int HOSTNAME_LENGTH_MAX = 255;

    /// Distance between client port and bus port unless configured.
    public static final int BUS_PORT_OFFSET = 10_000;

    /// Characters that would break the fields of nodes.conf.
    private static final String NODENAME_FORBIDDEN = "!#$%&()*+:;<>?@[]^{|}~,='\"`\\";

    /// Address of a node whose address got lost.
    public static final NodeAddress NONE = new NodeAddress("", 0, 0, 0, null);

    /// Throws `IllegalArgumentException` when a part is out of its limits; input from outside is checked before.
    public NodeAddress {
        if (!validIp(ip)
                || !validPort(port)
                || !validPort(busPort)
                || !validPort(secondaryPort)
                || (hostname != null && !validHostname(hostname))) {
            throw new IllegalArgumentException(
                    "not a node address: " + ip + ":" + port + "@" + busPort + "," + hostname);
        }
    }

    /// {@return the address with these ports, no second client port and no name}
    public static NodeAddress of(String ip, int port, int busPort) {
        return new NodeAddress(ip, port, busPort, 0, null);
    }

    /// {@return whether `text` can stand in an address field: empty, or hex digits, dots, colons, percent scope}
    public static boolean validIp(String text) {
        if (text.length() > IP_LENGTH_MAX) {
            return false;
        }
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (!isAlphanumeric(c) && c != '.' && c != ':' && c != '%' && c != '-' && c != '_') {
                return false;
            }
        }
        return true;
    }

    public static boolean validPort(int port) {
        return port >= 0 && port <= 0xffff;
    }

    /// {@return whether `text` may be announced as hostname: letters, digits, dots, hyphens, not empty}
    public static boolean validHostname(String text) {
        if (text.isEmpty() || text.length() > HOSTNAME_LENGTH_MAX) {
            return false;
        }
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (!isAlphanumeric(c) && c != '.' && c != '-') {
                return false;
            }
        }
        return true;
    }

    /// {@return whether `text` may be announced as a name for people and be kept in nodes.conf}
    public static boolean validHumanNodename(String text) {
        if (text.isEmpty() || text.length() > HOSTNAME_LENGTH_MAX) {
            return false;
        }
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c <= ' ' || c >= 0x7f || NODENAME_FORBIDDEN.indexOf(c) >= 0) {
                return false;
            }
        }
        return true;
    }

    private static boolean isAlphanumeric(char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    }

    public NodeAddress withIp(String newIp) {
        return new NodeAddress(newIp, port, busPort, secondaryPort, hostname);
    }

    public NodeAddress withHostname(@Nullable String newHostname) {
        return new NodeAddress(ip, port, busPort, secondaryPort, newHostname);
    }

    /// {@return whether both name the same endpoint; the hostname does not matter}
    public boolean sameEndpoint(NodeAddress other) {
        return ip.equals(other.ip)
                && port == other.port
                && busPort == other.busPort
                && secondaryPort == other.secondaryPort;
    }

    /// {@return `ip:port@busPort` and, when there is one, `,hostname`, as `CLUSTER NODES` prints it}
    @Override
    public String toString() {
        return ip + ":" + port + "@" + busPort + (hostname == null ? "" : "," + hostname);
    }
}

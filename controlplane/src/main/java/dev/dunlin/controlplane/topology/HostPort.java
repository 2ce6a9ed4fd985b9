// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.controlplane.topology;

import org.jspecify.annotations.Nullable;

/// Where a node listens for clients.
///
/// @param host a name or a numeric address; an IPv6 address without brackets
/// @param port 1 to 65535
public record HostPort(String host, int port) implements Comparable<HostPort> {
    private static final int HOST_LENGTH_MAX = 255;

    /// Throws `IllegalArgumentException` for an empty host or an impossible port; use [#parse] for input from outside.
    public HostPort {
        if (host.isEmpty() || host.length() > HOST_LENGTH_MAX || port < 1 || port > 0xffff) {
            throw new IllegalArgumentException("not HOST:PORT: " + host + ":" + port);
        }
    }

    /// {@return the address written as `HOST:PORT`, split at the last colon, or null when it is none}
    public static @Nullable HostPort parse(String text) {
        int colon = text.lastIndexOf(':');
        if (colon < 1 || colon > HOST_LENGTH_MAX || text.length() - colon > 6) {
            return null;
        }
        String host = text.substring(0, colon);
        if (host.length() > 2 && host.startsWith("[") && host.endsWith("]")) {
            host = host.substring(1, host.length() - 1);
        }
        if (host.chars().anyMatch(c -> c <= ' ' || c == '/' || c == '@' || c == ',' || c > '~')) {
            return null;
        }
        try {
            int port = Integer.parseInt(text, colon + 1, text.length(), 10);
            return port < 1 || port > 0xffff ? null : new HostPort(host, port);
        } catch (NumberFormatException _) {
            return null;
        }
    }

    @Override
    public int compareTo(HostPort other) {
        int byHost = host.compareTo(other.host);
        return byHost != 0 ? byHost : Integer.compare(port, other.port);
    }

    @Override
    public String toString() {
        return host.indexOf(':') < 0 ? host + ":" + port : "[" + host + "]:" + port;
    }
}

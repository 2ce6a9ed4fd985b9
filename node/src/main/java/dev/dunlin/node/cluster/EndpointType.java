// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.cluster;

import dev.dunlin.clusterbus.model.NodeView;

/// What a redirect names a node by (`cluster-preferred-endpoint-type`).
public enum EndpointType {
    IP,
    HOSTNAME,
    UNKNOWN_ENDPOINT;

    /// {@return the type that a setting's value names}
    static EndpointType parse(String value) {
        return switch (value) {
            case "hostname" -> HOSTNAME;
            case "unknown-endpoint" -> UNKNOWN_ENDPOINT;
            default -> IP;
        };
    }

    /// {@return the node's endpoint; empty tells the client to stay with the address it uses}
    String of(NodeView node) {
        return switch (this) {
            case IP -> node.address().ip();
            case HOSTNAME -> {
                String hostname = node.address().hostname();
                yield hostname == null || hostname.isEmpty() ? "?" : hostname;
            }
            case UNKNOWN_ENDPOINT -> "";
        };
    }
}

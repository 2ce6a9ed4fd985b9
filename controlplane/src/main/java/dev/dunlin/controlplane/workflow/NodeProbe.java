// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.controlplane.workflow;

import dev.dunlin.clusterbus.model.NodeId;
import dev.dunlin.clusterbus.model.SlotSet;
import dev.dunlin.controlplane.nodeclient.NodeClient;
import dev.dunlin.controlplane.nodeclient.NodeException;
import dev.dunlin.controlplane.topology.ClusterNode;
import dev.dunlin.controlplane.topology.HostPort;

/// What a node that shall join says of itself.
///
/// @param knownNodes how many nodes it knows, itself included
/// @param keys how many keys it holds
/// @param slots how many slots it owns
public record NodeProbe(
        HostPort address, NodeId id, int busPort, int knownNodes, long keys, int slots) {
    /// {@return what the node at `address` says}
    ///
    /// Throws [Refused] when it does not answer or is no cluster node.
    public static NodeProbe of(NodeClient client, HostPort address) throws Refused {
        try {
            var view = client.clusterNodes(address);
            ClusterNode self =
                    view.stream()
                            .filter(node -> node.flags().isMyself())
                            .findFirst()
                            .orElseThrow(() ->
                                    new Refused(
                                            Refused.Code.PRECONDITION,
                                            address + " does not list itself",
                                            "clusterctl check"));
            long keys = client.countKeys(address, SlotSet.ALL);
            return new NodeProbe(
                    address, self.id(), self.busPort(), view.size(), keys, self.slots().count());
        } catch (NodeException e) {
            if (e.text().contains("cluster support disabled")) {
                throw new Refused(
                        Refused.Code.PRECONDITION,
                        address + " runs without cluster support",
                        "restart it with cluster-enabled yes");
            }
            throw new Refused(
                    Refused.Code.UNREACHABLE,
                    "no answer from " + e.text(),
                    "redis-cli -h " + address.host() + " -p " + address.port() + " ping");
        }
    }

    /// Throws [Refused] unless the node is empty and alone, so that joining can destroy nothing.
    void requireEmpty() throws Refused {
        String what = null;
        if (knownNodes > 1) {
            what = "belongs to a cluster of " + knownNodes + " nodes";
        } else if (keys > 0) {
            what = "holds " + keys + " keys";
        } else if (slots > 0) {
            what = "owns " + slots + " slots";
        }
        if (what != null) {
            throw new Refused(
                    Refused.Code.PRECONDITION,
                    address + " is not empty: it " + what,
                    "redis-cli -h "
                            + address.host()
                            + " -p "
                            + address.port()
                            + " cluster reset (after saving what you need)");
        }
    }

    Step.Member member() {
        return new Step.Member(id, address, busPort);
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.cli.local;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What is known about a local cluster, as it lies in `cluster.json`.
///
/// @param version of this shape
/// @param portBase port of the first node; the others follow
/// @param nodeTimeoutMs `cluster-node-timeout` of every node
/// @param inProcess whether one process hosts all nodes
/// @param created whether the nodes have been made one cluster
/// @param processes the nodes in order of their ports, and the control plane
@JsonIgnoreProperties(ignoreUnknown = true)
public record ClusterState(
        int version,
        int shards,
        int replicas,
        int portBase,
        int controlPort,
        long nodeTimeoutMs,
        boolean inProcess,
        boolean created,
        List<ManagedProcess> processes) {
    /// The shape written by this version.
    public static final int VERSION = 1;

    /// Copies the list.
    public ClusterState {
        processes = List.copyOf(processes);
    }

    /// {@return the processes that host nodes}
    public List<ManagedProcess> nodeProcesses() {
        return processes.stream()
                .filter(process -> process.kind() == ManagedProcess.Kind.NODE)
                .toList();
    }

    /// {@return the ports of all nodes}
    public List<Integer> nodePorts() {
        var ports = new ArrayList<Integer>();
        for (ManagedProcess process : nodeProcesses()) {
            for (int i = 0; i < process.ports(); i++) {
                ports.add(process.port() + i);
            }
        }
        return ports;
    }

    /// {@return the process that hosts the node at this port}
    public Optional<ManagedProcess> hostOf(int port) {
        return nodeProcesses().stream()
                .filter(p -> port >= p.port() && port < p.port() + p.ports())
                .findFirst();
    }

    ClusterState with(ManagedProcess changed) {
        var list = new ArrayList<ManagedProcess>();
        boolean found = false;
        for (ManagedProcess process : processes) {
            boolean same = process.name().equals(changed.name());
            list.add(same ? changed : process);
            found |= same;
        }
        if (!found) {
            list.add(changed);
        }
        return withProcesses(list);
    }

    ClusterState without(String name) {
        return withProcesses(
                processes.stream().filter(process -> !process.name().equals(name)).toList());
    }

    ClusterState withProcesses(List<ManagedProcess> changed) {
        return new ClusterState(
                version,
                shards,
                replicas,
                portBase,
                controlPort,
                nodeTimeoutMs,
                inProcess,
                created,
                changed);
    }

    ClusterState withCreated() {
        return new ClusterState(
                version,
                shards,
                replicas,
                portBase,
                controlPort,
                nodeTimeoutMs,
                inProcess,
                true,
                processes);
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.chaos.cluster;

import java.net.InetAddress;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Where nodes run and what can be done to the wires between them.
///
/// Whatever an environment creates is listed in its [RunDirectory] before it exists, is removed by [#close], and
/// by a watchdog process if this JVM dies first.
public interface Environment extends AutoCloseable {
    /// {@return its name for reports: `process` or `netns`}
    String name();

    /// {@return the faults it can inject}
    Set<FaultKind> faults();

    /// Creates a node, not yet started.
    ///
    /// @param name unique within the run
    ChaosNode createNode(String name, ServerUnderTest server, ClusterSettings settings);

    /// {@return the nodes created so far}
    List<ChaosNode> nodes();

    /// {@return the local address that clients of `group` bind to, created on first use; null when the environment
    /// cannot tell clients apart}
    @Nullable InetAddress clientAddress(String group);

    /// Drops exactly these links from now on and restores all others. An empty set heals everything. Idempotent;
    /// returns when the rules are in place.
    void cut(Set<Link> links);

    /// Stops every node and removes everything.
    @Override
    void close();
}

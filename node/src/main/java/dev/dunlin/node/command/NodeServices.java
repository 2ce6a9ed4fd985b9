// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import dev.dunlin.node.cluster.ClusterMember;
import dev.dunlin.node.config.Settings;
import dev.dunlin.node.observe.Observation;
import dev.dunlin.node.replication.Replication;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/// The parts of a node that commands reach besides the keyspace.
///
/// Thread: called on the node's loop.
public interface NodeServices {
    KeyspaceStats stats();

    /// {@return whether this node deletes keys whose time has passed; a replica leaves that to its primary}
    boolean mayExpire();

    /// {@return the node's role, log, replicas and link to its primary}
    Replication replication();

    /// {@return what carries keys to other nodes}
    Migrator migrator();

    /// {@return the node's seat in its cluster, or null when it stands alone}
    @Nullable ClusterMember cluster();

    /// {@return whether the node belongs to a cluster}
    boolean clusterEnabled();

    /// {@return all connected clients}
    Collection<Client> clients();

    CommandTable commands();

    /// {@return the values of all directives}
    Settings settings();

    /// {@return what the node remembers about its own life}
    Observation observation();

    /// Pauses clients as CLIENT PAUSE does; a longer pause wins over a shorter one, and all commands over writes.
    ///
    /// @param untilMs Unix time in milliseconds
    void pauseClients(long untilMs, boolean onlyWrites);

    /// Ends a pause of [#pauseClients].
    void unpauseClients();

    /// Runs `task` on the loop after `delayMs`, in a turn of its own.
    ///
    /// @return what calls it off
    Timer after(long delayMs, Runnable task);

    /// Something that is due later.
    @FunctionalInterface
    interface Timer {
        /// It is not to happen any more.
        void cancel();
    }

    /// Gives free memory back to the system, in turns of its own.
    void purgeMemory();

    /// {@return the data set on disk}
    Persistence persistence();

    /// {@return the append-only file}
    AppendOnly appendOnly();

    /// {@return how the node ends}
    Shutdown shutdown();

    /// {@return the port that clients connect to}
    int port();

    /// {@return whether a data set is being loaded}
    boolean isLoading();
}

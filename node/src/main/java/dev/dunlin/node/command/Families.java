// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import java.util.List;

/// All command families of a node.
public final class Families {
    private Families() {}

    /// {@return each family's table}
    public static List<List<Command>> all() {
        return List.of(
                StringCommands.table(),
                BitmapCommands.table(),
                HyperLogLogCommands.table(),
                HashCommands.table(),
                HashExpiryCommands.table(),
                SetCommands.table(),
                ListCommands.table(),
                BlockingListCommands.table(),
                SortedSetCommands.table(),
                BlockingSortedSetCommands.table(),
                SortCommands.table(),
                GeoCommands.table(),
                StreamCommands.table(),
                KeyCommands.table(),
                ExpiryCommands.table(),
                ScanCommands.table(),
                ObjectCommands.table(),
                DatabaseCommands.table(),
                TransactionCommands.table(),
                ConnectionCommands.table(),
                ClientCommands.table(),
                AclCommands.table(),
                InfoCommands.table(),
                CommandCommands.table(),
                ServerCommands.table(),
                PersistenceCommands.table(),
                AppendOnlyCommands.table(),
                WaitCommands.table(),
                ShutdownCommands.table(),
                FailoverCommands.table(),
                SlowlogCommands.table(),
                LatencyCommands.table(),
                MemoryCommands.table(),
                ConfigCommands.table(),
                DebugCommands.table(),
                ClusterCommands.table(),
                ReplicationCommands.table(),
                MigrationCommands.table());
    }
}

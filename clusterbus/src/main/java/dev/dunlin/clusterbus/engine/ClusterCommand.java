// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.clusterbus.engine;

import dev.dunlin.clusterbus.model.SlotRange;
import java.util.List;

/// The CLUSTER subcommands that change or ask the engine's state, with the facts about the data set that a rule needs.
///
/// Arguments were checked for form (numbers, ranges) by the caller; a node is named as the client named it, because error
/// texts repeat that.
public sealed interface ClusterCommand {
    /// CLUSTER MEET. `ip` is numeric; `busPort` is `port + 10000` when the client gave none.
    record Meet(String ip, int port, int busPort) implements ClusterCommand {}

    /// CLUSTER ADDSLOTS and ADDSLOTSRANGE, arguments in order.
    record AddSlots(List<SlotRange> ranges) implements ClusterCommand {}

    /// CLUSTER DELSLOTS and DELSLOTSRANGE, arguments in order.
    record DelSlots(List<SlotRange> ranges) implements ClusterCommand {}

    /// CLUSTER FLUSHSLOTS.
    record FlushSlots(boolean databaseEmpty) implements ClusterCommand {}

    /// CLUSTER SETSLOT slot MIGRATING id.
    record SetSlotMigrating(int slot, String node) implements ClusterCommand {}

    /// CLUSTER SETSLOT slot IMPORTING id.
    record SetSlotImporting(int slot, String node) implements ClusterCommand {}

    /// CLUSTER SETSLOT slot STABLE.
    record SetSlotStable(int slot) implements ClusterCommand {}

    /// CLUSTER SETSLOT slot NODE id.
    ///
    /// @param keysInSlot how many keys this node holds in `slot`
    record SetSlotNode(int slot, String node, long keysInSlot) implements ClusterCommand {}

    /// CLUSTER BUMPEPOCH.
    record BumpEpoch() implements ClusterCommand {}

    /// CLUSTER SET-CONFIG-EPOCH.
    record SetConfigEpoch(long epoch) implements ClusterCommand {}

    /// CLUSTER FORGET.
    record Forget(String node) implements ClusterCommand {}

    /// CLUSTER REPLICATE.
    record Replicate(String node, boolean databaseEmpty) implements ClusterCommand {}

    /// CLUSTER RESET.
    record Reset(boolean hard, boolean databaseEmpty) implements ClusterCommand {}

    /// CLUSTER FAILOVER.
    record Failover(FailoverMode mode) implements ClusterCommand {}

    /// CLUSTER COUNT-FAILURE-REPORTS.
    record CountFailureReports(String node) implements ClusterCommand {}

    /// CLUSTER SAVECONFIG.
    record SaveConfig() implements ClusterCommand {}

    /// The three forms of CLUSTER FAILOVER.
    enum FailoverMode {
        /// Agreed with the primary: nothing is lost.
        COORDINATED,
        /// Elected, but without the primary.
        FORCE,
        /// Without an election.
        TAKEOVER
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.clusterbus.engine;

import dev.dunlin.clusterbus.model.SlotRange;
import dev.dunlin.clusterbus.model.SlotSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The CLUSTER subcommands about slots: ADDSLOTS, DELSLOTS, FLUSHSLOTS, SETSLOT.
///
/// None of them asks other nodes; the epochs decide later whose word counts. Error texts are Redis's.
final class SlotCommands {
    private final Core core;
    private final Epochs epochs;
    private final Roles roles;
    private final Heartbeats heartbeats;

    SlotCommands(Core core, Epochs epochs, Roles roles, Heartbeats heartbeats) {
        this.core = core;
        this.epochs = epochs;
        this.roles = roles;
        this.heartbeats = heartbeats;
    }

    CommandResult addSlots(ClusterCommand.AddSlots command) {
        var slots = SlotSet.builder();
        CommandResult refusal = collect(command.ranges(), slots, true);
        if (refusal != null) {
            return refusal;
        }
        slots.build()
                .forEach(slot -> {
                    core.table.importing.remove(slot);
                    core.table.bind(slot, core.myself());
                });
        return changed();
    }

    CommandResult delSlots(ClusterCommand.DelSlots command) {
        var slots = SlotSet.builder();
        CommandResult refusal = collect(command.ranges(), slots, false);
        if (refusal != null) {
            return refusal;
        }
        slots.build().forEach(core.table::unbind);
        return changed();
    }

    /// All or nothing: the first slot that does not fit refuses the whole command.
    private @Nullable CommandResult collect(
            List<SlotRange> ranges, SlotSet.Builder slots, boolean add) {
        for (SlotRange range : ranges) {
            for (int slot = range.first(); slot <= range.last(); slot++) {
                boolean bound = core.table.owner(slot) != null;
                if (add && bound) {
                    return CommandResult.error("Slot " + slot + " is already busy");
                }
                if (!add && !bound) {
                    return CommandResult.error("Slot " + slot + " is already unassigned");
                }
                if (slots.contains(slot)) {
                    return CommandResult.error("Slot " + slot + " specified multiple times");
                }
                slots.add(slot);
            }
        }
        return null;
    }

    CommandResult flushSlots(ClusterCommand.FlushSlots command) {
        if (!command.databaseEmpty()) {
            return CommandResult.error("DB must be empty to perform CLUSTER FLUSHSLOTS.");
        }
        core.table.unbindAll(core.myself());
        return changed();
    }

    CommandResult migrating(ClusterCommand.SetSlotMigrating command) {
        if (core.myself().isReplica()) {
            return onlyPrimaries();
        }
        if (core.table.owner(command.slot()) != core.myself()) {
            return CommandResult.error("I'm not the owner of hash slot " + command.slot());
        }
        Node target = core.table.find(command.node());
        if (target == null) {
            return CommandResult.error("I don't know about node " + command.node());
        }
        if (target.isReplica()) {
            return CommandResult.error("Target node is not a master");
        }
        core.table.migrating.put(command.slot(), target);
        return changed();
    }

    CommandResult importing(ClusterCommand.SetSlotImporting command) {
        if (core.myself().isReplica()) {
            return onlyPrimaries();
        }
        if (core.table.owner(command.slot()) == core.myself()) {
            return CommandResult.error("I'm already the owner of hash slot " + command.slot());
        }
        Node source = core.table.find(command.node());
        if (source == null) {
            return CommandResult.error("I don't know about node " + command.node());
        }
        if (source.isReplica()) {
            return CommandResult.error("Target node is not a master");
        }
        core.table.importing.put(command.slot(), source);
        return changed();
    }

    CommandResult stable(ClusterCommand.SetSlotStable command) {
        if (core.myself().isReplica()) {
            return onlyPrimaries();
        }
        core.table.importing.remove(command.slot());
        core.table.migrating.remove(command.slot());
        return changed();
    }

    CommandResult assign(ClusterCommand.SetSlotNode command) {
        Node myself = core.myself();
        if (myself.isReplica()) {
            return onlyPrimaries();
        }
        int slot = command.slot();
        Node target = core.table.find(command.node());
        if (target == null) {
            return CommandResult.error("Unknown node " + command.node());
        }
        if (target.isReplica()) {
            return CommandResult.error("Target node is not a master");
        }
        boolean wasMine = core.table.owner(slot) == myself;
        if (wasMine && target != myself && command.keysInSlot() != 0) {
            return CommandResult.error(
                    "Can't assign hashslot "
                            + slot
                            + " to a different node while I still hold keys for this hash slot.");
        }
        if (command.keysInSlot() == 0) {
            core.table.migrating.remove(slot);
        }
        core.table.bind(slot, target);
        if (wasMine
                && target != myself
                && myself.slotCount() == 0
                && core.config.allowReplicaMigration()) {
            roles.replicate(target);
            core.outbox.saveAndSync();
        }
        if (target == myself && core.table.importing.remove(slot) != null) {
            // The new epoch is what lets our claim win over the source's, everywhere.
            if (!epochs.bump()) {
                heartbeats.announceToAll();
            }
        }
        return changed();
    }

    private static CommandResult onlyPrimaries() {
        return CommandResult.error("Please use SETSLOT only with masters.");
    }

    private CommandResult changed() {
        core.outbox.save();
        core.topologyChanged();
        return CommandResult.OK;
    }
}

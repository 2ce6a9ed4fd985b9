// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.controlplane.workflow;

import dev.dunlin.clusterbus.model.NodeId;
import dev.dunlin.controlplane.topology.Sha256;
import java.nio.charset.StandardCharsets;
import java.util.List;

/// What would be done, in which order, to which arrangement of the cluster.
///
/// The same request to the same arrangement makes the same plan with the same hash.
///
/// @param fingerprint of the arrangement it was made for; the plan is refused when that has changed
/// @param keysToMove keys in the slots that move, as counted when the plan was made
public record Plan(
        Kind kind,
        String fingerprint,
        List<Step> steps,
        List<ShardChange> shards,
        List<String> warnings,
        long keysToMove,
        String hash) {
    /// Copies the lists.
    public Plan {
        steps = List.copyOf(steps);
        shards = List.copyOf(shards);
        warnings = List.copyOf(warnings);
    }

    /// Which verb it carries out.
    public enum Kind {
        CREATE_CLUSTER,
        ADD_NODE,
        REMOVE_NODE,
        REBALANCE_SLOTS,
        MIGRATE_SLOTS,
        FAILOVER
    }

    /// What becomes of one shard.
    public record ShardChange(NodeId primary, String address, int slotsBefore, int slotsAfter) {}

    /// {@return the plan with its hash}
    public static Plan of(
            Kind kind,
            String fingerprint,
            List<Step> steps,
            List<ShardChange> shards,
            List<String> warnings,
            long keysToMove) {
        String text =
                kind + "\n" + fingerprint + "\n" + JournalCodec.write(steps.toArray(Step[]::new));
        String hash = Sha256.shortHex(text.getBytes(StandardCharsets.UTF_8));
        return new Plan(kind, fingerprint, steps, shards, warnings, keysToMove, hash);
    }

    /// {@return its name, which follows from the hash}
    public String id() {
        return "plan-" + hash;
    }

    /// {@return the steps that move slots}
    public List<Step.MoveSlots> moves() {
        return steps.stream()
                .filter(Step.MoveSlots.class::isInstance)
                .map(Step.MoveSlots.class::cast)
                .toList();
    }

    public int slotsToMove() {
        return moves().stream().mapToInt(move -> move.slots().count()).sum();
    }
}

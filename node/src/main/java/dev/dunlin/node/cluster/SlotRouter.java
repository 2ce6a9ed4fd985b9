// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.cluster;

import dev.dunlin.clusterbus.model.ClusterView;
import dev.dunlin.clusterbus.model.NodeId;
import dev.dunlin.clusterbus.model.NodeView;
import dev.dunlin.node.resp.RespError;
import org.jspecify.annotations.Nullable;

/// Decides who serves a command with keys: this node, or an error that tells the client where to go.
///
/// The rules and their order are those of `getNodeByQuery` in Redis 7.0 with Valkey 8's additions for replicas: unbound slot, several
/// slots, cluster down, then the states of a slot that is being moved, then ownership.
///
/// Pure: what it needs to know of the keys comes with the question.
final class SlotRouter {
    /// What is asked.
    ///
    /// @param slot of the first key
    /// @param sameSlot whether all keys are in it
    /// @param keys how many different keys there are
    /// @param missing how many of them this node does not have; only looked at for slots that are being moved
    /// @param write whether any of the commands may write
    /// @param migrate whether the command is MIGRATE, which must run where keys are half gone
    /// @param asking whether the client has said ASKING, or the command implies it
    /// @param readOnly whether the client has said READONLY
    record Question(
            int slot,
            boolean sameSlot,
            int keys,
            int missing,
            boolean write,
            boolean migrate,
            boolean asking,
            boolean readOnly) {}

    /// How redirects name nodes, and what is served while the cluster is down.
    record Options(EndpointType endpointType, boolean readsWhenDown) {}

    private SlotRouter() {}

    /// {@return the error for the client, or null when this node serves the command}
    static @Nullable RespError refusal(ClusterView view, Question question, Options options) {
        int slot = question.slot;
        NodeView owner = view.ownerOf(slot);
        if (owner == null) {
            return RespError.SLOT_NOT_SERVED;
        }
        if (!question.sameSlot) {
            return RespError.CROSS_SLOT;
        }
        if (!view.health().ok()) {
            if (!options.readsWhenDown) {
                return RespError.CLUSTER_DOWN;
            }
            if (question.write) {
                return RespError.CLUSTER_DOWN_READS_ONLY;
            }
        }
        boolean mine = owner.id().equals(view.myself());
        NodeView primary = view.myPrimary();
        boolean ofMyPrimary = primary != null && owner.id().equals(primary.id());
        NodeId movingTo = mine ? view.migrating().get(slot) : null;
        NodeId comingFrom = movingTo == null ? view.importing().get(slot) : null;
        if (movingTo != null || comingFrom != null) {
            if (question.migrate) {
                return null;
            }
        }
        if (movingTo != null && question.missing > 0) {
            NodeView target = view.node(movingTo);
            return question.missing < question.keys || target == null
                    ? RespError.TRY_AGAIN
                    : redirect("ASK", slot, target, options);
        }
        if (comingFrom != null && question.asking) {
            return question.keys > 1 && question.missing > 0 ? RespError.TRY_AGAIN : null;
        }
        if (ofMyPrimary && question.readOnly && !question.write) {
            return null;
        }
        return mine ? null : redirect("MOVED", slot, owner, options);
    }

    /// {@return `MOVED` or `ASK` to this node}
    static RespError redirect(String kind, int slot, NodeView target, Options options) {
        return RespError.of(
                kind
                        + " "
                        + slot
                        + " "
                        + options.endpointType.of(target)
                        + ":"
                        + target.address().port());
    }
}

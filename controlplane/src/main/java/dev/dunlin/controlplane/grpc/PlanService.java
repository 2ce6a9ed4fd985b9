// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.controlplane.grpc;

import dev.dunlin.clusterbus.model.Slot;
import dev.dunlin.clusterbus.model.SlotRange;
import dev.dunlin.clusterbus.model.SlotSet;
import dev.dunlin.controlplane.v1.GetPlanRequest;
import dev.dunlin.controlplane.v1.Plan;
import dev.dunlin.controlplane.v1.PlanServiceGrpc;
import dev.dunlin.controlplane.v1.ProposePlanRequest;
import dev.dunlin.controlplane.v1.RebalanceGoal;
import dev.dunlin.controlplane.v1.ReshardGoal;
import dev.dunlin.controlplane.workflow.Changes;
import dev.dunlin.controlplane.workflow.Refused;
import io.grpc.stub.StreamObserver;
import java.util.HashMap;
import java.util.List;

/// `PlanService` of the API.
public final class PlanService extends PlanServiceGrpc.PlanServiceImplBase {
    private final Changes changes;

    public PlanService(Changes changes) {
        this.changes = changes;
    }

    @Override
    public void propose(ProposePlanRequest request, StreamObserver<Plan> observer) {
        Replies.unary(observer, () -> ProtoMapper.plan(plan(request)));
    }

    private dev.dunlin.controlplane.workflow.Plan plan(ProposePlanRequest request) throws Refused {
        return switch (request.getGoalCase()) {
            case RESHARD -> reshard(request.getReshard());
            case REBALANCE -> rebalance(request.getRebalance());
            case GOAL_NOT_SET ->
                    throw new Refused(
                            Refused.Code.INVALID, "the plan needs a goal", "clusterctl --help");
        };
    }

    private dev.dunlin.controlplane.workflow.Plan reshard(ReshardGoal goal) throws Refused {
        return changes.reshard(
                goal.getSourcesList(),
                goal.getTarget(),
                goal.getSlotCount(),
                slots(goal.getSlotsList()));
    }

    private dev.dunlin.controlplane.workflow.Plan rebalance(RebalanceGoal goal) throws Refused {
        var weights = new HashMap<String, Double>();
        goal.getWeightsList().forEach(weight -> weights.put(weight.getNode(), weight.getWeight()));
        return changes.rebalance(
                weights,
                goal.hasThreshold() ? goal.getThreshold() : Changes.THRESHOLD_DEFAULT,
                goal.getSkipEmpty());
    }

    private static SlotSet slots(List<dev.dunlin.controlplane.v1.SlotRange> ranges) throws Refused {
        var slots = SlotSet.builder();
        for (var range : ranges) {
            if (!Slot.valid(range.getFirst())
                    || !Slot.valid(range.getLast())
                    || range.getFirst() > range.getLast()) {
                throw new Refused(
                        Refused.Code.INVALID,
                        "not a slot range: " + range.getFirst() + "-" + range.getLast(),
                        "clusterctl reshard --help");
            }
            slots.add(new SlotRange(range.getFirst(), range.getLast()));
        }
        return slots.build();
    }

    @Override
    public void get(GetPlanRequest request, StreamObserver<Plan> observer) {
        Replies.unary(observer, () -> ProtoMapper.plan(changes.plan(request.getPlanId())));
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.controlplane.grpc;

import dev.dunlin.controlplane.v1.ChangeOptions;
import dev.dunlin.controlplane.v1.ChangeResponse;
import dev.dunlin.controlplane.workflow.Changes;
import dev.dunlin.controlplane.workflow.Plan;
import dev.dunlin.controlplane.workflow.Refused;

/// What all changes have in common: plan, and unless it is a dry run, start.
final class ChangeCalls {
    private ChangeCalls() {}

    /// Makes the plan of one change.
    @FunctionalInterface
    interface Planning {
        Plan plan() throws Refused;
    }

    static ChangeResponse run(Changes changes, ChangeOptions options, Planning planning)
            throws Refused {
        if (!options.getExpectedFingerprint().isEmpty()) {
            changes.requireFingerprint(options.getExpectedFingerprint());
        }
        Plan plan = planning.plan();
        var response = ChangeResponse.newBuilder().setPlan(ProtoMapper.plan(plan));
        if (!options.getDryRun()) {
            var workflow =
                    changes.start(
                            plan,
                            options.getRequestId(),
                            options.getReason(),
                            options.getSlotsPerSecondMax());
            response.setWorkflow(ProtoMapper.workflow(workflow.status()));
        }
        return response.build();
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.controlplane.workflow;

/// Why a workflow failed.
///
/// @param code for programs
/// @param text what failed
/// @param stateNow in which state that left the cluster
/// @param nextCommand the command to go on with; `WORKFLOW` in it stands for the workflow's id
public record Failure(String code, String text, String stateNow, String nextCommand) {
    private static final String ID = "WORKFLOW";

    /// {@return the failure with the workflow's id in its command}
    Failure of(String workflowId) {
        return new Failure(code, text, stateNow, nextCommand.replace(ID, workflowId));
    }

    /// Leaves a step that cannot be carried out.
    static final class StepFailed extends Exception {
        private final transient Failure failure;

        StepFailed(String code, String text, String stateNow, String nextCommand) {
            super(text);
            this.failure = new Failure(code, text, stateNow, nextCommand);
        }

        Failure failure() {
            return failure;
        }
    }

    /// Leaves a step because the workflow was cancelled; the step has cleaned up.
    static final class StepCancelled extends Exception {}
}

// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.controlplane.workflow;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// The plans proposed last. Making the same plan again costs nothing, so they need not outlive the process.
///
/// Thread: any.
public final class PlanBook {
    private static final int PLANS_MAX = 64;

    private final Map<String, Plan> plans =
            new LinkedHashMap<>() {
                @Override
                protected boolean removeEldestEntry(Map.Entry<String, Plan> eldest) {
                    return size() > PLANS_MAX;
                }
            };

    /// {@return `plan`, kept from now on}
    public synchronized Plan keep(Plan plan) {
        plans.remove(plan.id());
        plans.put(plan.id(), plan);
        return plan;
    }

    /// {@return the plan with this id}
    public synchronized Optional<Plan> find(String id) {
        return Optional.ofNullable(plans.get(id));
    }
}

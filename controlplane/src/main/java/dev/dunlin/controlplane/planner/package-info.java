// SPDX-License-Identifier: Apache-2.0
/// Where slots and replicas should go. Pure: the same input gives the same plan.
@NullMarked
package dev.dunlin.controlplane.planner;

import org.jspecify.annotations.NullMarked;

// SPDX-License-Identifier: Apache-2.0
/// Faults with a measured start and completion, each with an idempotent heal.
@NullMarked
package dev.dunlin.chaos.nemesis;

import org.jspecify.annotations.NullMarked;

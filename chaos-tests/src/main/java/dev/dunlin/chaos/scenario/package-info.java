// SPDX-License-Identifier: Apache-2.0
/// Named experiments: topology, traffic, faults, claims, and what stock Redis is known to lose.
@NullMarked
package dev.dunlin.chaos.scenario;

import org.jspecify.annotations.NullMarked;

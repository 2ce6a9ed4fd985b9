// SPDX-License-Identifier: Apache-2.0
/// What is wrong with a cluster, and what to do about it. Pure: a snapshot in, findings out.
@NullMarked
package dev.dunlin.controlplane.health;

import org.jspecify.annotations.NullMarked;

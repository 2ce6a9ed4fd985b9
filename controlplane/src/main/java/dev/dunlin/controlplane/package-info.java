// SPDX-License-Identifier: Apache-2.0
/// The control plane: plans changes to a cluster and runs them, crash-proof, one step at a time.
@NullMarked
package dev.dunlin.controlplane;

import org.jspecify.annotations.NullMarked;

// SPDX-License-Identifier: Apache-2.0
/// The cluster as the control plane sees it: immutable values, no I/O.
@NullMarked
package dev.dunlin.controlplane.topology;

import org.jspecify.annotations.NullMarked;

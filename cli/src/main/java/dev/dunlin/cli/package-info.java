// SPDX-License-Identifier: Apache-2.0
/// clusterctl, the command line of the control plane.
@NullMarked
package dev.dunlin.cli;

import org.jspecify.annotations.NullMarked;

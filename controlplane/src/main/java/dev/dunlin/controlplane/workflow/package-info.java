// SPDX-License-Identifier: Apache-2.0
/// Plans, and how they are run, journalled, resumed, cancelled and reported.
@NullMarked
package dev.dunlin.controlplane.workflow;

import org.jspecify.annotations.NullMarked;

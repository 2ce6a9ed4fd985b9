// SPDX-License-Identifier: Apache-2.0
/// One class per proto service. They translate and decide nothing.
@NullMarked
package dev.dunlin.controlplane.grpc;

import org.jspecify.annotations.NullMarked;

// SPDX-License-Identifier: Apache-2.0
/// Connections of the cluster bus: bytes in, messages out, limits kept. Nothing in here knows a rule of the cluster.
@NullMarked
package dev.dunlin.clusterbus.transport;

import org.jspecify.annotations.NullMarked;

// SPDX-License-Identifier: Apache-2.0
/// Boots real clusters: processes on loopback, or processes in network namespaces, behind one interface.
@NullMarked
package dev.dunlin.chaos.cluster;

import org.jspecify.annotations.NullMarked;

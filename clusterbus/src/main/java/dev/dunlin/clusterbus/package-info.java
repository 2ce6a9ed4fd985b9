// SPDX-License-Identifier: Apache-2.0
/// A node's seat in the cluster: [dev.dunlin.clusterbus.ClusterBus] runs the rules of `engine` over the links of `transport`
/// and keeps their memory in `store`.
@NullMarked
package dev.dunlin.clusterbus;

import org.jspecify.annotations.NullMarked;

// SPDX-License-Identifier: Apache-2.0
/// The cluster's rules as a pure state machine: [dev.dunlin.clusterbus.engine.ClusterEngine] takes events and returns
/// effects.
///
/// Nothing in here reads a clock, a file or a socket, starts a thread, draws unseeded randomness or iterates an unordered
/// collection, so a run is repeated exactly from its events and its seed. One file states one rule; the facts behind the
/// rules are those of the Redis cluster specification, and where Valkey 8 does better without another node noticing, we do
/// as Valkey does. What we do on top of both is told in [dev.dunlin.clusterbus.engine.WriteLease],
/// [dev.dunlin.clusterbus.engine.FailureDetection] and [dev.dunlin.clusterbus.engine.FailoverElection].
@NullMarked
package dev.dunlin.clusterbus.engine;

import org.jspecify.annotations.NullMarked;

// SPDX-License-Identifier: Apache-2.0
/// Whole clusters in virtual time.
///
/// [dev.dunlin.clusterbus.sim.SimCluster] runs the engines that production runs, over a network, clocks and disks that obey a
/// seed, and checks [dev.dunlin.clusterbus.sim.ClusterInvariants] after every step. The default build runs a few hundred
/// seeds; thousands are run, and one is repeated with the whole story printed, by
///
/// ```
/// mvn -pl clusterbus test -Dtest=SimulationTest -Dsurefire.failIfNoSpecifiedTests=false -Dtest.jvm.options="-Xmx1g -Dsim.seeds=10000"
/// mvn -pl clusterbus test -Dtest=SimulationTest -Dtest.jvm.options="-Xmx1g -Dseed=42 -Dsim.verbose=true"
/// ```
@NullMarked
package dev.dunlin.clusterbus.sim;

import org.jspecify.annotations.NullMarked;

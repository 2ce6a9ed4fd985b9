// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.chaos.cluster;

import java.util.Map;
import java.util.concurrent.CountDownLatch;

/// A program that opens an environment with one frozen node, says so, and waits to be killed.
final class OrphanMaker {
    private OrphanMaker() {}

    /// Prints `READY <pid of the node> <folder of the node>`.
    public static void main(String[] args) throws InterruptedException {
        Environment environment = Environments.open(args[0]);
        ChaosNode node =
                environment.createNode(
                        "n1", ServerUnderTest.redis(), new ClusterSettings(3, 1, 1000, Map.of()));
        node.start();
        node.pause();
        System.out.println("READY " + node.pid() + " " + node.dir());
        System.out.flush();
        new CountDownLatch(1).await();
    }
}

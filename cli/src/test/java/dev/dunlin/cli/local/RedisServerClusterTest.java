// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.cli.local;

import java.nio.file.Path;

/// The contract with redis-server as nodes: the reference that defines what the protocol means.
class RedisServerClusterTest extends LocalClusterContract {
    @Override
    Path nodeBinary(Path directory) {
        return Path.of("/usr/bin/redis-server");
    }

    @Override
    boolean nodesCloseSlotsTheyLost() {
        return false;
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.cli.local;

import java.io.IOException;
import java.nio.file.Path;

/// The contract with our own nodes.
class DunlinClusterTest extends LocalClusterContract {
    @Override
    Path nodeBinary(Path directory) throws IOException {
        return DunlinNode.program(directory);
    }

    @Override
    boolean nodesCloseSlotsTheyLost() {
        return true;
    }
}

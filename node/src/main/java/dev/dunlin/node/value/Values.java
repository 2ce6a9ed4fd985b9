// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.value;

import dev.dunlin.node.keyspace.Keyspace;

/// What works on the values of a keyspace, a flyweight for each type.
///
/// Thread: owned by the node's loop.
public final class Values {
    private final HashValue hashes;

    public Values(Keyspace keyspace) {
        this.hashes = new HashValue(keyspace);
    }

    public HashValue hashes() {
        return hashes;
    }
}

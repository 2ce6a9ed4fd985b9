// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.persistence.rdb;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/// Files that a real redis-server saved, for tests of other packages.
public final class RdbFiles {
    private RdbFiles() {}

    /// {@return all of them}
    public static List<byte[]> all() throws IOException {
        List<byte[]> files = new ArrayList<>();
        for (String name : List.of("empty", "strings", "hashes", "all-types", "lfu", "lru")) {
            files.add(RdbText.file(name));
        }
        return files;
    }

    /// {@return a file with some damage}
    public static byte[] mutate(byte[] file, Random random) {
        return Mutations.mutate(file, random);
    }
}

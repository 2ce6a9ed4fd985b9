// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What the process does about threads of the JVM.
@Timeout(60)
class CompilerThreadsTest {
    @TempDir private Path dir;

    @Test
    void givenNode_whenItServes_thenItsLoopGoesBeforeTheCompilers() throws IOException {
        try (var node = new ServerProcess(ServerProcess.Kind.DUNLIN, dir, 1000)) {
            TestNodes.await("it serves", 30, node::answers);
            TestNodes.await("compilers give way", 10, () -> compilersAre(node, 10));
            assertThat(node.nicenessOf("node-")).isNotEmpty().allMatch(nice -> nice == 0);
        }
    }

    private static boolean compilersAre(ServerProcess node, int niceness) {
        try {
            var compilers = node.nicenessOf("C1 Compiler");
            return !compilers.isEmpty() && compilers.stream().allMatch(nice -> nice == niceness);
        } catch (IOException gone) {
            throw new UncheckedIOException(gone);
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node;

import dev.dunlin.node.offheap.CLibrary;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The threads of the JVM that compile methods. Where a node has but one core, they share it with the node's loop, and with equal rights
/// each takes it for up to 8 ms at a time, which clients see as waits.
///
/// The JVM's own option for this (`CompilerThreadPriority`) does nothing without another one that warns every user but root.
///
/// Thread: any.
final class CompilerThreads {
    /// A tenth of a core beside a loop that wants it all, the whole core beside one that does not.
    private static final int NICENESS = 10;

    private static final int PRIO_PROCESS = 0;
    private static final Path THREADS = Path.of("/proc/self/task");
    private static final Logger LOG = LoggerFactory.getLogger(CompilerThreads.class);

    private CompilerThreads() {}

    /// Makes them give way to all others, if this is Linux. Those that the JVM starts later come from these and do the same.
    ///
    /// Not before the data set is loaded: until then nobody waits for the loop, and what is compiled makes the loading fast.
    static void giveWay() {
        if (!Files.isDirectory(THREADS)) {
            return;
        }
        int changed = 0;
        try (DirectoryStream<Path> threads = Files.newDirectoryStream(THREADS)) {
            CLibrary.Function setPriority = CLibrary.function("setpriority");
            for (Path thread : threads) {
                if (compiles(thread)) {
                    int id = Integer.parseInt(thread.getFileName().toString());
                    if ((int) setPriority.call(PRIO_PROCESS, id, NICENESS) == 0) {
                        changed++;
                    }
                }
            }
        } catch (IOException | LinkageError refused) {
            LOG.warn("Compiler threads keep their priority, so clients may wait for them", refused);
        }
        LOG.debug("compiler threads give way threads={} niceness={}", changed, NICENESS);
    }

    /// By its name, which the kernel cuts to 15 characters.
    private static boolean compiles(Path thread) {
        try {
            String name = Files.readString(thread.resolve("comm"));
            return name.startsWith("C1 Compiler") || name.startsWith("C2 Compiler");
        } catch (IOException ended) {
            return false;
        }
    }
}

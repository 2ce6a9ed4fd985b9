// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.cli.local;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.stream.Collectors;

/// The node as it was just built, as a program to start: from the test's own class path, so that whatever phase Maven is
/// in, no package and no build of the launcher is needed.
final class DunlinNode {
    private static final String FLAGS =
            "-XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xms32m -Xmx128m -XX:-UsePerfData"
                    + " --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow";

    private DunlinNode() {}

    /// Writes the program into `directory`.
    static Path program(Path directory) throws IOException {
        String classPath =
                Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
                        .filter(entry -> !entry.endsWith("test-classes"))
                        .collect(Collectors.joining(File.pathSeparator));
        classPath += File.pathSeparator + System.getProperty("node.natives");
        Path java = Path.of(System.getProperty("java.home"), "bin", "java");
        Path program = directory.resolve("dunlin-node");
        Files.writeString(
                program,
                "#!/bin/sh\nexec '"
                        + java
                        + "' "
                        + FLAGS
                        + " -cp '"
                        + classPath
                        + "' dev.dunlin.node.Main \"$@\"\n");
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));
        return program;
    }
}

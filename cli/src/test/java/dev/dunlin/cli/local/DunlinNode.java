// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.cli.local;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/// The node as it was just built, as a program to start: from its classes, so that whatever phase Maven ends in, no package
/// and no build of the launcher is needed.
final class DunlinNode {
    private static final String FLAGS =
            "-XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xms32m -Xmx128m -XX:-UsePerfData"
                    + " --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow";

    private DunlinNode() {}

    /// Writes the program into `directory`.
    static Path program(Path directory) throws IOException {
        Path target = Path.of("..", "node", "target").toAbsolutePath().normalize();
        String classPath =
                target.resolve("classes")
                        + File.pathSeparator
                        + Files.readString(target.resolve("class-path.txt")).strip();
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

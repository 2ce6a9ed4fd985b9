// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.cli.command;

import dev.dunlin.cli.output.OutputFormat;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// Options that every command has.
class LocalOptions {
    @Option(
            names = "--dir",
            paramLabel = "DIR",
            description =
                    "Directory of the local cluster. Default: $DUNLIN_DIR, else that of this project,"
                            + " which is .dunlin/cluster below its root.")
    @Nullable Path directory;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FORMAT",
            defaultValue = "table",
            description = "table, json or yaml. Default: ${DEFAULT-VALUE}.")
    OutputFormat output = OutputFormat.TABLE;
}

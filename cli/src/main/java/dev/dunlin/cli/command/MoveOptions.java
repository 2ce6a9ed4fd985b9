// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.cli.command;

import picocli.CommandLine.Option;

/// Options of every change that moves slots.
final class MoveOptions extends ChangeOptions {
    @Option(
            names = "--slots-per-second",
            paramLabel = "N",
            description =
                    "Move no faster than this. Default: no limit. See clusterctl workflow limit.")
    int slotsPerSecond;

    @Override
    int slotsPerSecondMax() {
        return slotsPerSecond;
    }
}

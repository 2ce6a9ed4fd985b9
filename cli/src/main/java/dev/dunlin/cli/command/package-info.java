// SPDX-License-Identifier: Apache-2.0
/// One class per subcommand of clusterctl.
@NullMarked
package dev.dunlin.cli.command;

import org.jspecify.annotations.NullMarked;

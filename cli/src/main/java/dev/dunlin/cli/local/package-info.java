// SPDX-License-Identifier: Apache-2.0
/// The cluster that clusterctl up runs on this machine: its directory and its processes.
@NullMarked
package dev.dunlin.cli.local;

import org.jspecify.annotations.NullMarked;

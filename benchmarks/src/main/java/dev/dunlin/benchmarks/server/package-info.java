// SPDX-License-Identifier: Apache-2.0
/// The servers under test: how one is named, started, asked and stopped.
@NullMarked
package dev.dunlin.benchmarks.server;

import org.jspecify.annotations.NullMarked;

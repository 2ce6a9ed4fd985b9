// SPDX-License-Identifier: Apache-2.0
/// The tests: interleaved rounds, discarded samples, medians, and the tables and files they end in.
@NullMarked
package dev.dunlin.benchmarks.run;

import org.jspecify.annotations.NullMarked;

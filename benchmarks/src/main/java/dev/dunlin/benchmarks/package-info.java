// SPDX-License-Identifier: Apache-2.0
/// Servers measured side by side in one run; `micro` holds the JMH benchmarks of single structures.
@NullMarked
package dev.dunlin.benchmarks;

import org.jspecify.annotations.NullMarked;

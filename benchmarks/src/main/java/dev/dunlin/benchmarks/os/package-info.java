// SPDX-License-Identifier: Apache-2.0
/// The machine underneath: the kernel's socket calls, cores, and what `/proc` tells of processes. Linux only.
@NullMarked
package dev.dunlin.benchmarks.os;

import org.jspecify.annotations.NullMarked;

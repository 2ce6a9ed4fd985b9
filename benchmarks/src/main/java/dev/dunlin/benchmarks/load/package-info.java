// SPDX-License-Identifier: Apache-2.0
/// The load generator: one thread, epoll, requests encoded once and patched in place, every reply checked.
@NullMarked
package dev.dunlin.benchmarks.load;

import org.jspecify.annotations.NullMarked;

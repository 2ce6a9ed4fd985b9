// SPDX-License-Identifier: Apache-2.0
/// The words every module shares: ids, slots, flags, addresses, and the state a node keeps on disk.
///
/// Everything here is an immutable value (builders excepted, and named so) without I/O, clock or thread.
@NullMarked
package dev.dunlin.clusterbus.model;

import org.jspecify.annotations.NullMarked;

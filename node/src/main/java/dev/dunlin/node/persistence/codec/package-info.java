// SPDX-License-Identifier: Apache-2.0
/// Byte-level codecs that the persistence formats are built of: checksum and compression.
///
/// Pure functions over bytes: no I/O, no state shared between calls.
@NullMarked
package dev.dunlin.node.persistence.codec;

import org.jspecify.annotations.NullMarked;

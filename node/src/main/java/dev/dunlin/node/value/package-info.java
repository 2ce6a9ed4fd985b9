// SPDX-License-Identifier: Apache-2.0
/// Typed values and their encodings in native memory.
@NullMarked
package dev.dunlin.node.value;

import org.jspecify.annotations.NullMarked;

// SPDX-License-Identifier: Apache-2.0
/// Who has to go when memory is short: keys by eight policies, clients by what they take.
///
/// Rules only: clocks and limits are passed in, and what is decided here is carried out elsewhere.
@NullMarked
package dev.dunlin.node.eviction;

import org.jspecify.annotations.NullMarked;

// SPDX-License-Identifier: Apache-2.0
/// Decides from a history alone whether a promise was kept.
@NullMarked
package dev.dunlin.chaos.checker;

import org.jspecify.annotations.NullMarked;

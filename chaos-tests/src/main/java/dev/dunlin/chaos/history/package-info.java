// SPDX-License-Identifier: Apache-2.0
/// What happened, in one total order: events, the file they are kept in, and its validator.
@NullMarked
package dev.dunlin.chaos.history;

import org.jspecify.annotations.NullMarked;

// SPDX-License-Identifier: Apache-2.0
/// One node that dies again and again under load: what it promised against what it comes back with.
@NullMarked
package dev.dunlin.chaos.crash;

import org.jspecify.annotations.NullMarked;

// SPDX-License-Identifier: Apache-2.0
/// Chaos and consistency tests: a real cluster, a real fault, and a verdict from what clients saw.
@NullMarked
package dev.dunlin.chaos;

import org.jspecify.annotations.NullMarked;

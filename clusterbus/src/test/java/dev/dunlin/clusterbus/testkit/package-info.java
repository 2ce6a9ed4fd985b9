// SPDX-License-Identifier: Apache-2.0
/// What the tests of this module share: seeded loops, random values, real Redis processes.
@NullMarked
package dev.dunlin.clusterbus.testkit;

import org.jspecify.annotations.NullMarked;

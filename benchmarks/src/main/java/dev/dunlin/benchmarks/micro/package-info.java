// SPDX-License-Identifier: Apache-2.0
/// JMH benchmarks of single structures, one class per question. Built always, run by hand.
@NullMarked
package dev.dunlin.benchmarks.micro;

import org.jspecify.annotations.NullMarked;

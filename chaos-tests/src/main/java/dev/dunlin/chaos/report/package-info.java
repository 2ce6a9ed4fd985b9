// SPDX-License-Identifier: Apache-2.0
/// What people look at: one HTML page, a JSON summary, and lines on the console.
@NullMarked
package dev.dunlin.chaos.report;

import org.jspecify.annotations.NullMarked;

// SPDX-License-Identifier: Apache-2.0
/// Traffic that is judged afterwards, and the observers that only look.
@NullMarked
package dev.dunlin.chaos.workload;

import org.jspecify.annotations.NullMarked;

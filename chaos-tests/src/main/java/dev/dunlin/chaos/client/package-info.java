// SPDX-License-Identifier: Apache-2.0
/// One socket, explicit routing, no retries: what a judged operation goes through.
@NullMarked
package dev.dunlin.chaos.client;

import org.jspecify.annotations.NullMarked;

// SPDX-License-Identifier: Apache-2.0
/// Extensions that may follow the gossip section of a PING, PONG or MEET.
@NullMarked
package dev.dunlin.clusterbus.wire.ext;

import org.jspecify.annotations.NullMarked;

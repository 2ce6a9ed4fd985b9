// SPDX-License-Identifier: Apache-2.0
/// The messages of the cluster bus as values, and the codec between them and bytes.
///
/// Only [dev.dunlin.clusterbus.wire.BusCodec] knows offsets and Netty's buffers; the messages are plain records.
@NullMarked
package dev.dunlin.clusterbus.wire;

import org.jspecify.annotations.NullMarked;

// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.clusterbus.wire;

/// A message whose body has no meaning for us (module messages among them); its header counts like any other.
///
/// @param type number on the wire
public record Unknown(BusHeader header, int type) implements BusMessage.Headed {}

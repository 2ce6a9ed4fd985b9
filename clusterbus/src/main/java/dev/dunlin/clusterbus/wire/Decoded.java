// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.clusterbus.wire;

/// What became of a frame.
public sealed interface Decoded {
    /// A message.
    ///
    /// @param ignoredParts how many parts were left out as malformed while the rest is good: a gossip section with a bad
    ///     entry, an extension with a bad text
    record Received(BusMessage message, int ignoredParts) implements Decoded {}

    /// No message.
    record Rejected(DecodeFailure reason) implements Decoded {}
}

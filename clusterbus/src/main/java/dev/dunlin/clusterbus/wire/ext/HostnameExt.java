// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.clusterbus.wire.ext;

/// The sender's announced hostname. When a message has none, the sender has no hostname.
public record HostnameExt(String hostname) implements PingExtension {}

// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.chaos.cluster;

/// One direction between two parties; a party is a node's name or a client group's name.
///
/// @param from who sends
/// @param to who would hear it
public record Link(String from, String to) {}

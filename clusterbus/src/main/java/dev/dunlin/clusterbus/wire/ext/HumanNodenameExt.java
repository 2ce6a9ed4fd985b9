// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.clusterbus.wire.ext;

/// A name of the sender for people to read (Redis 7.2 and later).
public record HumanNodenameExt(String nodename) implements PingExtension {}

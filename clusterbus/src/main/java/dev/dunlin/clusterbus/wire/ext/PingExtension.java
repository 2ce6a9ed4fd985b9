// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.clusterbus.wire.ext;

/// One extension of a PING, PONG or MEET.
public sealed interface PingExtension
        permits HostnameExt, HumanNodenameExt, ForgottenNodeExt, ShardIdExt {}

// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.clusterbus.wire;

import dev.dunlin.clusterbus.model.Bytes;

/// What a client published: to be delivered to local subscribers, never forwarded.
public record PublishBody(Bytes channel, Bytes payload) {}

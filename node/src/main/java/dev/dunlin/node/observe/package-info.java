// SPDX-License-Identifier: Apache-2.0
/// What a node tells about itself: INFO, the slow log, latency events.
///
/// Text and records only: facts are collected by whoever asks, so that everything here is tested without a node.
@NullMarked
package dev.dunlin.node.observe;

import org.jspecify.annotations.NullMarked;

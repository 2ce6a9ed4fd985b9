// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.benchmarks.load;

import org.HdrHistogram.Histogram;

/// What a client saw that sent one PING each millisecond.
///
/// @param latenciesNanos time from the moment each PING was due to its reply
/// @param latestSendNanos how late the generator itself once was, so that its own pauses are not taken for the server's
public record ProbeResult(Histogram latenciesNanos, long latestSendNanos) {}

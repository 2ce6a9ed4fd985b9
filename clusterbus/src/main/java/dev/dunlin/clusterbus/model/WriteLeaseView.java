// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.clusterbus.model;

/// Until when a primary may serve, in the engine's time.
///
/// @param validUntilMs first instant at which nothing may be served any more; [#ALWAYS] when no other primary has a say
/// @param confirmedSinceMs a majority has answered pings that were sent at this time or later. A data loop that finds out it
///     was frozen until some instant waits for a lease that was confirmed later than that; [#ALWAYS] when none is needed
public record WriteLeaseView(long validUntilMs, long confirmedSinceMs) {
    /// No limit.
    public static final long ALWAYS = Long.MAX_VALUE;

    /// Nothing may be served.
    public static final WriteLeaseView NONE = new WriteLeaseView(0, 0);

    /// The lease of a primary that needs no one's agreement.
    public static final WriteLeaseView UNLIMITED = new WriteLeaseView(ALWAYS, ALWAYS);

    /// {@return whether the lease holds at `nowMs`}
    public boolean validAt(long nowMs) {
        return nowMs < validUntilMs;
    }
}

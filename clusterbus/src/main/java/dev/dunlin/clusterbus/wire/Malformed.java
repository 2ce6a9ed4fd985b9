// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.clusterbus.wire;

/// Carries the reason from where it is found to [BusCodec#decode], the only place that catches it.
final class Malformed extends Exception {
    private final DecodeFailure reason;

    Malformed(DecodeFailure reason) {
        // Without stack trace: garbage may come in at line rate.
        super(reason.name(), null, false, false);
        this.reason = reason;
    }

    DecodeFailure reason() {
        return reason;
    }
}

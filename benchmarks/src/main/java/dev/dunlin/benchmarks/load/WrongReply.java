// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.benchmarks.load;

import java.io.IOException;

/// The server answered something that makes the whole measurement worthless; the run stops.
public final class WrongReply extends IOException {
    /// @param message what came and what was due
    public WrongReply(String message) {
        super(message);
    }
}

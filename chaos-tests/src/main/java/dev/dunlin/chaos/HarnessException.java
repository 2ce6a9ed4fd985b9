// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.chaos;

/// The experiment could not be carried out, so it says nothing about the server under test.
///
/// Always ends in the verdict HARNESS, never in a pass.
public final class HarnessException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /// A failure described by `message`.
    public HarnessException(String message) {
        super(message);
    }

    /// A failure described by `message`, with its cause.
    public HarnessException(String message, Throwable cause) {
        super(message, cause);
    }
}

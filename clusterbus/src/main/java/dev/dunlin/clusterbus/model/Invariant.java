// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.clusterbus.model;

/// What must hold, checked always. A broken invariant is our own mistake, so it stops the node instead of being handled.
public final class Invariant {
    private Invariant() {}

    /// Throws [Broken] unless `condition` holds. `message` says what should have been true.
    public static void check(boolean condition, String message) {
        if (!condition) {
            throw new Broken(message);
        }
    }

    /// As [#check(boolean, String)], with the offending value, which is only turned into text on failure.
    public static void check(boolean condition, String message, Object value) {
        if (!condition) {
            throw new Broken(message + ": " + value);
        }
    }

    /// Thrown when an invariant does not hold; nobody may catch it to go on.
    public static final class Broken extends IllegalStateException {
        Broken(String message) {
            super(message);
        }
    }
}

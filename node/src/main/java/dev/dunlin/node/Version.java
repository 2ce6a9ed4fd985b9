// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node;

/// Which Dunlin this is, and which Redis it stands for.
public final class Version {
    public static final String DUNLIN = "0.1.0";

    /// The Redis whose commands and replies clients may expect.
    public static final String REDIS = "7.2.4";

    private Version() {}
}

// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.chaos.client;

/// Whoever can write and read a key with a judged outcome.
public interface KeyClient extends AutoCloseable {
    /// Writes a value that is unique for its key.
    Outcome write(String key, String value);

    /// Reads a key.
    Outcome read(String key);

    @Override
    void close();
}

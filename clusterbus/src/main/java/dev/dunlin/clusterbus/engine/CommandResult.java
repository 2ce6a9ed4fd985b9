// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.clusterbus.engine;

/// What a [ClusterCommand] answers its client.
public sealed interface CommandResult {
    /// `+OK`.
    record Ok() implements CommandResult {}

    /// An integer reply.
    record Count(long value) implements CommandResult {}

    /// A simple string other than `OK`.
    record Text(String text) implements CommandResult {}

    /// An error: the line after `-`, byte-equal to Redis's.
    record Refused(String text) implements CommandResult {}

    /// The only [Ok] anyone needs.
    Ok OK = new Ok();

    /// {@return an error with the code `ERR`}
    static Refused error(String text) {
        return new Refused("ERR " + text);
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.chaos.history;

import org.jspecify.annotations.Nullable;

/// A client's operation: an invocation together with what became of it.
///
/// @param index index of the invocation
/// @param process client process
/// @param write true for a write, false for a read
/// @param key the key
/// @param value the value written, or read; null where a read found nothing or has no result
/// @param node the node it was sent to
/// @param invokeNs before the first byte was sent
/// @param completeNs after the reply was read; [#OPEN] when unknown
/// @param kind OK, FAIL or INFO
/// @param detail error text; may be null
public record Operation(
        long index,
        int process,
        boolean write,
        String key,
        @Nullable String value,
        String node,
        long invokeNs,
        long completeNs,
        Event.Kind kind,
        @Nullable String detail) {
    /// The completion time of an operation that may still take effect.
    public static final long OPEN = Long.MAX_VALUE;

    /// {@return whether it was acknowledged}
    public boolean ok() {
        return kind == Event.Kind.OK;
    }

    /// {@return whether this operation was over before `other` began}
    public boolean precedes(Operation other) {
        return completeNs < other.invokeNs;
    }
}

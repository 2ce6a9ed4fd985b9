// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.chaos.client;

import java.util.List;

/// One RESP2 reply.
public sealed interface Reply {
    /// A status line such as `OK`.
    record Simple(String text) implements Reply {}

    /// An error line, without the leading `-`.
    record Failure(String text) implements Reply {}

    /// An integer.
    record Int(long value) implements Reply {}

    /// A bulk string, read as UTF-8.
    record Bulk(String text) implements Reply {}

    /// A null bulk string or null array.
    record Nil() implements Reply {}

    /// An array of replies.
    record Array(List<Reply> items) implements Reply {}

    /// {@return the text of a status, bulk or error reply; otherwise the record's own description}
    default String asText() {
        return switch (this) {
            case Simple(String text) -> text;
            case Bulk(String text) -> text;
            case Failure(String text) -> text;
            case Int(long value) -> Long.toString(value);
            case Nil() -> "(nil)";
            case Array(List<Reply> items) -> items.toString();
        };
    }
}

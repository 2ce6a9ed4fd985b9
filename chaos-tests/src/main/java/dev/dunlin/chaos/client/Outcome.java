// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.chaos.client;

import java.util.Set;

/// What a client may conclude about one operation.
///
/// The distinction carries the whole suite: a *fail* must never become visible, an *info* may or may not, for ever.
public sealed interface Outcome {
    /// The reply was read and is a success.
    record Ok(Reply reply) implements Outcome {}

    /// The operation was definitely not executed.
    record Fail(String reason) implements Outcome {}

    /// Unknown: it may have been executed, may be executed later, or never.
    record Info(String reason) implements Outcome {}

    /// Error prefixes that a server sends only when it refused before executing.
    Set<String> REFUSALS =
            Set.of(
                    "MOVED",
                    "ASK",
                    "CLUSTERDOWN",
                    "MASTERDOWN",
                    "LOADING",
                    "READONLY",
                    "OOM",
                    "MISCONF",
                    "NOREPLICAS",
                    "TRYAGAIN",
                    "CROSSSLOT",
                    "NOAUTH",
                    "EXECABORT");

    /// {@return the outcome that a complete reply proves}
    static Outcome ofReply(Reply reply) {
        return switch (reply) {
            case Reply.Failure(String text) ->
                    REFUSALS.contains(prefix(text)) ? new Fail(text) : new Info(text);
            case Reply.Simple _, Reply.Int _, Reply.Bulk _, Reply.Nil _, Reply.Array _ ->
                    new Ok(reply);
        };
    }

    /// {@return whether the operation succeeded}
    default boolean isOk() {
        return this instanceof Ok;
    }

    private static String prefix(String error) {
        int space = error.indexOf(' ');
        return space < 0 ? error : error.substring(0, space);
    }
}

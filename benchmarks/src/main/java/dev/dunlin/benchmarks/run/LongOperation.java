// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.benchmarks.run;

import dev.dunlin.benchmarks.load.Command;
import java.util.List;

/// Requests about a million elements at once, during which other clients want to be served.
public enum LongOperation {
    DEL_HASH("DEL hash", List.of(Command.FILL_BIG_HASH), List.of("DEL", "big hash")),
    DEL_SORTED_SET("DEL sorted set", List.of(Command.ZADD), List.of("DEL", "zset")),
    UNLINK_SET("UNLINK set", List.of(Command.FILL_BIG_SET), List.of("UNLINK", "big set")),
    UNLINK_LIST("UNLINK list", List.of(Command.FILL_BIG_LIST), List.of("UNLINK", "big list")),
    UNLINK_STREAM("UNLINK stream", List.of(Command.FILL_STREAM), List.of("UNLINK", "stream")),
    FLUSHALL_ASYNC("FLUSHALL ASYNC", List.of(Command.SET), List.of("FLUSHALL", "ASYNC")),
    ZRANGE("ZRANGE", List.of(Command.ZADD), List.of("ZRANGE", "zset", "0", "-1")),
    SMEMBERS("SMEMBERS", List.of(Command.FILL_BIG_SET), List.of("SMEMBERS", "big set")),
    SINTERSTORE(
            "SINTERSTORE",
            List.of(Command.FILL_BIG_SET, Command.FILL_OTHER_SET),
            List.of("SINTERSTORE", "target", "big set", "other set"));

    private final String label;

    @SuppressWarnings("ImmutableEnumChecker") // Made by List.of.
    private final List<Command> loaders;

    @SuppressWarnings("ImmutableEnumChecker") // Made by List.of.
    private final List<String> request;

    LongOperation(String label, List<Command> loaders, List<String> request) {
        this.label = label;
        this.loaders = loaders;
        this.request = request;
    }

    /// {@return the name in tables}
    public String label() {
        return label;
    }

    List<Command> loaders() {
        return loaders;
    }

    List<String> request() {
        return request;
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dunlin.node.config.Directives;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// WATCH with two clients and a clock: whose transaction is broken by what.
class WatchTest {
    private final CommandHarness harness = new CommandHarness(false);
    private final Client watcher = harness.client();
    private final Client other = harness.client();

    @AfterEach
    void close() {
        harness.close();
    }

    private void watch(String key) {
        harness.call(watcher, "WATCH", key);
    }

    private boolean execSucceeds() {
        harness.call(watcher, "MULTI");
        harness.call(watcher, "PING");
        return !harness.call(watcher, "EXEC").text().equals("nil");
    }

    @Test
    void givenWatchedKey_whenAnotherClientChangesIt_thenExecIsNilOnce() {
        watch("k");
        harness.call(other, "SET", "k", "1");

        assertThat(execSucceeds()).isFalse();
        assertThat(execSucceeds()).isTrue();
    }

    @Test
    void givenWatchedKey_whenUnrelatedKeysChangeOrItIsRead_thenExecRuns() {
        watch("k");
        harness.call(other, "SET", "l", "1");
        harness.call(other, "SELECT", "1");
        harness.call(other, "SET", "k", "1");
        harness.call(other, "GET", "k");

        assertThat(execSucceeds()).isTrue();
    }

    @Test
    void givenWatchedKey_whenUnwatched_thenExecRuns() {
        watch("k");
        harness.call(other, "SET", "k", "1");
        harness.call(watcher, "UNWATCH");

        assertThat(execSucceeds()).isTrue();
    }

    @Test
    void givenWatchedKey_whenItsTimePasses_thenExecIsNil() {
        harness.call(other, "SET", "k", "1", "PX", "5");
        watch("k");
        harness.nowMs += 10;

        assertThat(execSucceeds()).isFalse();
    }

    @Test
    void givenKeyThatHasExpired_whenWatchedAndThenRemoved_thenExecRuns() {
        harness.call(other, "SET", "k", "1", "PX", "5");
        harness.nowMs += 10;
        watch("k");
        harness.call(other, "GET", "k");

        assertThat(execSucceeds()).isTrue();
    }

    @Test
    void givenKeyThatHasExpired_whenWatchedRemovedAndWrittenAgain_thenExecIsNil() {
        harness.call(other, "SET", "k", "1", "PX", "5");
        harness.nowMs += 10;
        watch("k");
        harness.call(other, "SET", "k", "2");

        assertThat(execSucceeds()).isFalse();
    }

    @Test
    void givenWatchedKey_whenActiveExpiryDeletesIt_thenExecIsNil() {
        harness.call(other, "SET", "k", "1", "PX", "5");
        watch("k");
        harness.nowMs += 10;
        harness.runner.expireKeys(harness.nowMs, 1_000_000);

        assertThat(harness.takeLog()).contains("0: DEL k");
        assertThat(execSucceeds()).isFalse();
    }

    @Test
    void givenWatchedKeys_whenFlushed_thenOnlyThoseThatWereThereCount() {
        watch("missing");
        harness.call(other, "FLUSHALL");
        assertThat(execSucceeds()).isTrue();

        harness.call(other, "SET", "k", "1");
        watch("k");
        harness.call(other, "FLUSHDB");
        assertThat(execSucceeds()).isFalse();
    }

    @Test
    void givenWatchedKeys_whenDatabasesAreSwapped_thenOnlyThoseOnEitherSideCount() {
        watch("missing");
        harness.call(other, "SWAPDB", "0", "1");
        assertThat(execSucceeds()).isTrue();

        harness.call(other, "SET", "k", "1");
        watch("k");
        harness.call(other, "SWAPDB", "0", "1");
        assertThat(execSucceeds()).isFalse();

        watch("k");
        harness.call(other, "SWAPDB", "1", "0");
        assertThat(execSucceeds()).isFalse();

        harness.call(other, "SWAPDB", "2", "3");
        watch("k");
        harness.call(other, "SWAPDB", "2", "3");
        assertThat(execSucceeds()).isTrue();
    }

    @Test
    void givenQueueLargerThanTheQueryBuffer_whenItGrows_thenTheClientIsClosed() {
        harness.settings().set(Directives.QUERY_BUFFER_BYTES_MAX, 1000L);
        harness.call(watcher, "MULTI");

        byte[] reply = harness.run(watcher, List.of("SET", "k", "v".repeat(2000)));

        assertThat(reply).isEmpty();
        assertThat(watcher.closeAfterReply()).isTrue();
        assertThat(watcher.transaction().isOpen()).isFalse();
        assertThat(watcher.transaction().queuedBytes()).isZero();
    }
}

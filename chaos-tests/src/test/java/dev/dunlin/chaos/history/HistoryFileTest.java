// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.chaos.history;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HistoryFileTest {
    private static final HistoryHeader HEADER =
            new HistoryHeader(42, "zombie-primary", "/usr/bin/redis-server", "netns", 1000, 7);

    @TempDir Path dir;

    @Test
    void givenARecordedHistory_whenReadBack_thenItIsTheSame() throws IOException {
        Path file = dir.resolve("history.jsonl");
        List<Event> recorded;
        try (var recorder = new Recorder(file, HEADER)) {
            int process = recorder.newProcess();
            recorder.record(process, Event.Kind.INVOKE, Event.WRITE, "{a}1", "\"ü\n", "n1", null);
            recorder.record(process, Event.Kind.OK, Event.WRITE, "{a}1", "\"ü\n", "n1", null);
            recorder.record(process, Event.Kind.INVOKE, Event.READ, "{a}2", null, "n1", null);
            recorder.record(
                    process, Event.Kind.FAIL, Event.READ, "{a}2", null, "n1", "MOVED 1 a:1");
            recorder.record(Event.NEMESIS, Event.Kind.OK, "kill", "n1", null, "-", null);
            recorded = recorder.history().events();
        }

        HistoryFile.Recording read = HistoryFile.read(file);

        assertThat(read.header()).isEqualTo(HEADER);
        assertThat(read.history().events()).isEqualTo(recorded);
        assertThat(read.history().operations()).hasSize(2);
    }

    @Test
    void givenEventsOfManyThreads_whenRecorded_thenIndexAndTimeGrowTogether() throws Exception {
        try (var recorder = new Recorder(dir.resolve("history.jsonl"), HEADER)) {
            Thread[] threads = new Thread[4];
            for (int number = 0; number < threads.length; number++) {
                threads[number] = Thread.ofPlatform().start(() -> writeMany(recorder));
            }
            for (Thread thread : threads) {
                thread.join();
            }

            assertThat(recorder.history().events()).hasSize(8000);
            assertThat(HistoryValidator.problems(recorder.history())).isEmpty();
        }
    }

    @Test
    void givenABrokenFile_whenRead_thenItIsRefusedAndNotGuessed() throws IOException {
        Path empty = Files.createFile(dir.resolve("empty"));
        Path incomplete = dir.resolve("incomplete");
        Files.writeString(
                incomplete,
                """
                {"seed":1,"scenario":"s","server":"x","environment":"e","nodeTimeoutMs":1,"originEpochMs":1}
                {"i":0,"t":1,"p":0,"k":"invoke"}
                """);
        Path unknownKind = dir.resolve("kind");
        Files.writeString(
                unknownKind,
                """
                {"seed":1,"scenario":"s","server":"x","environment":"e","nodeTimeoutMs":1,"originEpochMs":1}
                {"i":0,"t":1,"p":0,"k":"maybe","f":"write","key":"a","node":"n1"}
                """);

        assertThatThrownBy(() -> HistoryFile.read(empty)).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> HistoryFile.read(incomplete)).hasMessageContaining("field f");
        assertThatThrownBy(() -> HistoryFile.read(unknownKind)).hasMessageContaining("maybe");
    }

    private static void writeMany(Recorder recorder) {
        int process = recorder.newProcess();
        for (int count = 0; count < 1000; count++) {
            String value = process + ":" + count;
            recorder.record(process, Event.Kind.INVOKE, Event.WRITE, "k", value, "n1", null);
            recorder.record(process, Event.Kind.OK, Event.WRITE, "k", value, "n1", null);
        }
    }
}

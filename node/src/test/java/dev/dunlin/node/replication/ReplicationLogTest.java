// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.replication;

import static dev.dunlin.node.replication.RespText.resp;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ReplicationLogTest {
    private static final LogReaderLimit NO_LIMIT = new LogReaderLimit(0, 0, 0);

    private ReplicationLog log = new ReplicationLog(256, 1024);

    @AfterEach
    void close() {
        log.close();
        assertThat(log.memoryBytes()).isZero();
    }

    private static byte[] ascii(String text) {
        return text.getBytes(ISO_8859_1);
    }

    private void propagate(int db, String... words) {
        byte[][] arguments = new byte[words.length][];
        for (int i = 0; i < words.length; i++) {
            arguments[i] = ascii(words[i]);
        }
        log.propagate(db, arguments);
    }

    private LogReader reader() {
        return log.openReader(log.offset(), NO_LIMIT, () -> {});
    }

    private static String drain(LogReader reader, int maxBytes) {
        StringBuilder text = new StringBuilder();
        for (ByteBuf slice = reader.next(maxBytes); slice != null; slice = reader.next(maxBytes)) {
            text.append(slice.toString(ISO_8859_1));
            slice.release();
        }
        return text.toString();
    }

    private String published(LogReader reader) {
        log.publish();
        return drain(reader, 1000);
    }

    @Test
    void givenNobodyReads_whenEffectsAreWritten_thenNothingIsKeptAndTheOffsetStands() {
        propagate(0, "SET", "k", "v");
        log.beginUnit();
        propagate(0, "SET", "k", "v");
        propagate(0, "SET", "k", "v");
        log.endUnit();
        log.ping();
        log.publish();

        assertThat(log.active()).isFalse();
        assertThat(log.offset()).isZero();
        assertThat(log.memoryBytes()).isZero();
        assertThat(log.backlogFirstByte()).isZero();
    }

    @Test
    void givenAReader_whenAnEffectIsWritten_thenTheBytesAreRespWithASelectInFront() {
        LogReader reader = reader();

        propagate(0, "SET", "k", "v");
        propagate(0, "DEL", "k");
        propagate(12, "DEL", "k");

        assertThat(published(reader))
                .isEqualTo(
                        resp("SELECT", "0")
                                + resp("SET", "k", "v")
                                + resp("DEL", "k")
                                + resp("SELECT", "12")
                                + resp("DEL", "k"));
        assertThat(reader.offset()).isEqualTo(log.offset());
    }

    @Test
    void givenControlRecords_whenWritten_thenTheirBytesAreRedis70s() {
        LogReader reader = reader();

        log.ping();
        log.requestAcks();

        assertThat(published(reader)).isEqualTo(resp("ping") + resp("REPLCONF", "GETACK", "*"));
        assertThat(log.offset()).isEqualTo(14 + 37);
    }

    @Test
    void givenAUnitOfOne_whenClosed_thenItIsBare() {
        LogReader reader = reader();

        log.beginUnit();
        propagate(0, "SET", "k", "v");
        log.endUnit();
        log.beginUnit();
        log.endUnit();

        assertThat(published(reader)).isEqualTo(resp("SELECT", "0") + resp("SET", "k", "v"));
    }

    @Test
    void givenAUnitOfSeveral_whenClosed_thenMultiStandsBehindTheFirstSelect() {
        LogReader reader = reader();

        log.beginUnit();
        propagate(1, "SET", "k", "v");
        log.beginUnit();
        propagate(2, "DEL", "k");
        log.endUnit();
        log.endUnit();
        propagate(2, "DEL", "z");

        assertThat(published(reader))
                .isEqualTo(
                        resp("SELECT", "1")
                                + resp("MULTI")
                                + resp("SET", "k", "v")
                                + resp("SELECT", "2")
                                + resp("DEL", "k")
                                + resp("EXEC")
                                + resp("DEL", "z"));
    }

    @Test
    void givenAFirstEffectAcrossManyChunks_whenWrapped_thenNoByteIsLost() {
        LogReader reader = reader();
        String big = "0123456789".repeat(9_000);

        log.beginUnit();
        propagate(0, "SET", "k", big);
        propagate(0, "DEL", "x");
        log.endUnit();

        assertThat(published(reader))
                .isEqualTo(
                        resp("SELECT", "0")
                                + resp("MULTI")
                                + resp("SET", "k", big)
                                + resp("DEL", "x")
                                + resp("EXEC"));
    }

    @Test
    void givenABigUnitAndOnlyABacklog_whenWrapped_thenTheChunksOfTheUnitAreStillThere() {
        log.enableBacklog();

        log.beginUnit();
        propagate(0, "SET", "k", "v".repeat(5_000));
        propagate(0, "DEL", "x");
        log.endUnit();

        long bytes = 23 + 15 + 4 + 9 + 7 + 7 + 5_002 + 20 + 14;
        assertThat(log.offset()).isEqualTo(bytes);
    }

    @Test
    void givenUnpublishedBytes_whenRead_thenNothingComes() {
        List<String> calls = new ArrayList<>();
        LogReader reader = log.openReader(0, NO_LIMIT, () -> calls.add("woken"));
        propagate(0, "DEL", "k");

        assertThat(reader.next(100)).isNull();
        assertThat(calls).isEmpty();

        log.publish();
        log.publish();
        assertThat(calls).containsExactly("woken");
        assertThat(reader.available()).isEqualTo(log.offset());
    }

    @Test
    void givenArgumentsFromEverySource_whenWritten_thenTheyReadTheSame() {
        LogReader reader = reader();
        ByteBuf direct = Unpooled.directBuffer().writeBytes(ascii("xxhelloyy"));
        ByteBuf heap = Unpooled.wrappedBuffer(ascii("xxhelloyy"));
        ByteBuf composite =
                Unpooled.wrappedBuffer(Unpooled.copiedBuffer(ascii("xxhe")), heap.slice(4, 5));

        log.startCommand(3, 7);
        log.bulk(ascii("hello"));
        log.bulk(ascii("xxhelloyy"), 2, 5);
        log.bulk(direct, 2, 5);
        log.bulk(heap, 2, 5);
        log.bulk(composite, 2, 5);
        log.bulk(direct.memoryAddress() + 2, 5);
        log.bulk(-1_234_567_890_123L);

        assertThat(published(reader))
                .isEqualTo(
                        resp("SELECT", "3")
                                + resp(
                                        "hello",
                                        "hello",
                                        "hello",
                                        "hello",
                                        "hello",
                                        "hello",
                                        "-1234567890123"));
        composite.release();
        direct.release();
    }

    @Test
    void givenTheClientsOwnBytes_whenTakenVerbatim_thenTheyAreCopied() {
        LogReader reader = reader();
        ByteBuf in = Unpooled.directBuffer().writeBytes(ascii(resp("sEt", "k", "v")));

        log.verbatim(0, in.memoryAddress(), in.readableBytes());
        for (int i = 0; i < 20; i++) {
            log.verbatim(0, in.memoryAddress(), in.readableBytes());
        }

        assertThat(published(reader))
                .isEqualTo(resp("SELECT", "0") + resp("sEt", "k", "v").repeat(21));
        in.release();
    }

    @Test
    void givenAnIncompleteCommand_whenTheNextBegins_thenTheInvariantStops() {
        reader();
        log.startCommand(0, 2);
        log.bulk(ascii("DEL"));

        assertThatThrownBy(() -> log.startCommand(0, 1)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> log.publish()).isInstanceOf(IllegalStateException.class);
        log.bulk(ascii("k"));
    }

    @Test
    void givenABacklog_whenMoreThanItsSizeIsWritten_thenTheNewestBytesStayAndMemoryIsBounded() {
        log.enableBacklog();
        for (int i = 0; i < 1_000; i++) {
            propagate(0, "SET", "key:" + i, "value");
        }
        log.publish();

        assertThat(log.backlogHistoryBytes()).isBetween(1024L, 1024L + 256);
        assertThat(log.backlogFirstByte() + log.backlogHistoryBytes()).isEqualTo(log.offset() + 1);
        assertThat(log.memoryBytes()).isLessThanOrEqualTo(1024 + 2 * 256 + 4 * 256);

        LogReader reader = log.openReader(log.backlogFirstByte() - 1, NO_LIMIT, () -> {});
        assertThat(drain(reader, 7)).hasSize((int) log.backlogHistoryBytes()).endsWith("value\r\n");
        assertThatThrownBy(() -> log.openReader(log.backlogFirstByte() - 2, NO_LIMIT, () -> {}))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> log.openReader(log.offset() + 1, NO_LIMIT, () -> {}))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void givenASlowReader_whenBeyondTheHardLimit_thenItIsOverrunAndItsChunksAreFreed() {
        log.enableBacklog();
        List<String> calls = new ArrayList<>();
        LogReader slow =
                log.openReader(0, new LogReaderLimit(4_096, 0, 0), () -> calls.add("slow"));
        LogReader patient = log.openReader(0, NO_LIMIT, () -> {});
        patient.close();

        for (int i = 0; i < 60; i++) {
            propagate(0, "SET", "k", "v".repeat(30));
        }
        assertThat(slow.overrun()).isFalse();
        assertThat(log.backlogFirstByte()).isEqualTo(1);
        for (int i = 0; i < 40; i++) {
            propagate(0, "SET", "k", "v".repeat(30));
        }
        log.publish();

        assertThat(slow.overrun()).isTrue();
        assertThat(slow.next(10)).isNull();
        assertThat(calls).containsExactly("slow");
        assertThat(log.backlogHistoryBytes()).isLessThan(1024L + 512);
        slow.close();
        slow.close();
    }

    @Test
    void givenAReaderOverTheSoftLimit_whenTimePasses_thenOnlyAnUnbrokenStretchCounts() {
        LogReader reader = log.openReader(0, new LogReaderLimit(0, 100, 60_000), () -> {});
        propagate(0, "SET", "k", "v".repeat(200));
        log.publish();

        log.enforceLimits(1_000);
        log.enforceLimits(60_999);
        drain(reader, 1000);
        log.enforceLimits(61_000);
        propagate(0, "SET", "k", "v".repeat(200));
        log.enforceLimits(61_001);
        log.enforceLimits(121_000);
        assertThat(reader.overrun()).isFalse();

        log.enforceLimits(121_001);
        assertThat(reader.overrun()).isTrue();
    }

    @Test
    void givenSlicesOnTheirWay_whenTheLogDropsTheirChunk_thenTheirBytesStay() {
        log.enableBacklog();
        LogReader reader = reader();
        propagate(0, "SET", "first", "1");
        log.publish();
        ByteBuf slice = reader.next(1000);
        assertThat(slice).isNotNull();
        String before = slice.toString(ISO_8859_1);

        for (int i = 0; i < 500; i++) {
            propagate(0, "SET", "other", "2222222222");
            published(reader);
        }

        assertThat(slice.toString(ISO_8859_1)).isEqualTo(before).contains("first");
        assertThat(slice.release()).isTrue();
    }

    @Test
    void givenAReplica_whenEffectsAreWritten_thenOnlyAppliedBytesCount() {
        log.enableBacklog();
        log.resetTo(5_000, 0);
        log.follow();
        LogReader sub = log.openReader(5_000, NO_LIMIT, () -> {});
        ByteBuf applied = Unpooled.copiedBuffer(ascii("xx" + resp("ping")));

        propagate(0, "DEL", "ignored");
        log.ping();
        log.appendApplied(applied, 2, 14, 7);

        assertThat(log.offset()).isEqualTo(5_014);
        assertThat(published(sub)).isEqualTo(resp("ping"));
        assertThat(log.streamDb()).isEqualTo(7);
        assertThat(log.backlogFirstByte()).isEqualTo(5_001);

        log.lead();
        propagate(7, "DEL", "k");
        assertThat(published(sub)).startsWith(resp("SELECT", "7"));
        applied.release();
    }

    @Test
    void givenAReplicaWithoutBacklog_whenBytesAreApplied_thenTheOffsetMoves() {
        log.resetTo(10, 0);
        log.follow();
        ByteBuf applied = Unpooled.copiedBuffer(ascii("\n"));

        log.appendApplied(applied, 0, 1, 0);

        assertThat(log.offset()).isEqualTo(11);
        assertThat(log.memoryBytes()).isZero();
        applied.release();
    }

    @Test
    void givenReaders_whenTheLogBeginsAnew_thenTheyAreOverrun() {
        List<String> calls = new ArrayList<>();
        LogReader reader = log.openReader(0, NO_LIMIT, () -> calls.add("woken"));

        log.resetTo(900, 0);

        assertThat(reader.overrun()).isTrue();
        assertThat(calls).containsExactly("woken");
        assertThat(log.offset()).isEqualTo(900);
    }

    @Test
    void givenABacklogBehindAnOlderReader_whenEnabled_thenItsHistoryBeginsThere() {
        LogReader aof = reader();
        propagate(0, "DEL", "k");
        log.publish();
        long before = log.offset();

        log.enableBacklog();
        assertThat(log.backlogFirstByte()).isEqualTo(before + 1);
        assertThat(log.backlogHistoryBytes()).isZero();

        log.dropBacklog();
        assertThat(log.active()).isTrue();
        aof.close();
        assertThat(log.active()).isFalse();
        assertThat(log.offset()).isEqualTo(before);
    }

    @Test
    void givenRandomCommandsAndChunkSizes_whenReadInRandomPieces_thenBytesEqualAPlainModel() {
        for (long seed = 1; seed <= 150; seed++) {
            Random random = new Random(seed);
            log.close();
            log = new ReplicationLog(64 + random.nextInt(200), 100 + random.nextInt(2_000));
            if (random.nextBoolean()) {
                log.enableBacklog();
            }
            LogReader reader = reader();
            StringBuilder model = new StringBuilder();
            StringBuilder got = new StringBuilder();
            int db = -1;
            for (int step = 0; step < 200; step++) {
                int count = 1 + random.nextInt(3);
                StringBuilder unit = new StringBuilder();
                boolean wrap = random.nextInt(3) == 0;
                if (wrap) {
                    log.beginUnit();
                }
                for (int c = 0; c < count; c++) {
                    int commandDb = random.nextInt(8) == 0 ? 11 : 0;
                    if (commandDb != db) {
                        db = commandDb;
                        (c == 0 ? model : unit).append(resp("SELECT", Integer.toString(db)));
                    }
                    String value = "x".repeat(random.nextInt(random.nextInt(10) == 0 ? 1500 : 12));
                    propagate(db, "SET", value);
                    unit.append(resp("SET", value));
                }
                if (wrap) {
                    log.endUnit();
                    if (count > 1) {
                        unit.insert(0, resp("MULTI")).append(resp("EXEC"));
                    }
                }
                model.append(unit);
                log.publish();
                if (random.nextInt(4) == 0) {
                    got.append(drain(reader, 1 + random.nextInt(300)));
                }
            }
            got.append(drain(reader, 100));
            assertThat(got.toString()).as("seed %s", seed).isEqualTo(model.toString());
            assertThat(log.offset()).as("seed %s", seed).isEqualTo(model.length());
            reader.close();
        }
    }
}

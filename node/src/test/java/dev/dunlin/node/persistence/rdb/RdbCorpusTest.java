// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.persistence.rdb;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dunlin.node.testkit.Seeds;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Files that a real redis-server saved, read and compared with what that server said was in them.
class RdbCorpusTest {
    /// As [RdbText#entries] has them: without the encoding, which is the server's own affair.
    private static List<String> expected(String name) throws IOException {
        return RdbText.lines(name + ".txt").stream()
                .map(line -> line.split(" ", 6))
                .map(columns ->
                        String.join(" ", columns[0], columns[1], columns[2], columns[3])
                                + (columns.length > 5 ? " " + columns[5] : ""))
                .toList();
    }

    @ParameterizedTest
    @ValueSource(strings = {"empty", "strings", "hashes", "all-types", "lfu", "lru"})
    void givenAFileOfRedis_whenRead_thenEveryKeyIsThereWithItsValue(String name) throws Exception {
        assertThat(RdbText.entries(RdbText.file(name)))
                .containsExactlyInAnyOrderElementsOf(expected(name));
    }

    @ParameterizedTest
    @ValueSource(strings = {"empty", "strings", "hashes", "all-types", "lfu", "lru"})
    void givenASourceThatTrickles_whenRead_thenNothingChanges(String name) throws Exception {
        byte[] file = RdbText.file(name);
        Seeds.forEach(
                10,
                random -> {
                    var reader =
                            new RdbReader(
                                    RdbSource.of(new Trickle(file, random)), RdbLimits.DEFAULT);
                    assertThat(RdbText.entries(reader))
                            .containsExactlyInAnyOrderElementsOf(expected(name));
                    assertThat(reader.offset()).isEqualTo(file.length);
                });
    }

    @ParameterizedTest
    @ValueSource(strings = {"strings", "hashes", "all-types"})
    void givenATakerThatSkipsValues_whenRead_thenTheNextRecordsAreTheSame(String name)
            throws Exception {
        byte[] file = RdbText.file(name);
        List<String> keys = new ArrayList<>();
        var reader =
                new RdbReader(
                        RdbSource.of(new ByteArrayInputStream(file), file.length),
                        RdbLimits.DEFAULT);
        for (RdbRecord record = reader.next();
                !(record instanceof RdbRecord.End);
                record = reader.next()) {
            if (record instanceof RdbRecord.Entry entry) {
                keys.add(entry.db() + " " + RdbText.hex(entry.key()));
            }
        }
        assertThat(keys)
                .containsExactlyInAnyOrderElementsOf(
                        expected(name).stream()
                                .map(line -> line.split(" ", -1)[0] + " " + line.split(" ", -1)[1])
                                .toList());
    }

    @Test
    void givenAFileOfRedis_whenRead_thenItsFactsAreThere() throws Exception {
        byte[] file = RdbText.file("all-types");
        var reader = new RdbReader(RdbSource.of(new ByteArrayInputStream(file)), RdbLimits.DEFAULT);
        List<RdbRecord> records = new ArrayList<>();
        RdbRecord last = reader.next();
        for (; !(last instanceof RdbRecord.End); last = reader.next()) {
            records.add(last);
        }

        assertThat(reader.version()).isEqualTo(10);
        assertThat(records)
                .contains(
                        new RdbRecord.Aux("redis-ver", "7.0.15"),
                        new RdbRecord.Aux("redis-bits", "64"),
                        new RdbRecord.Aux("aof-base", "0"),
                        new RdbRecord.SelectDb(0),
                        new RdbRecord.ResizeDb(15, 1));
        assertThat(records)
                .anySatisfy(record -> {
                    assertThat(record).isInstanceOf(RdbRecord.Function.class);
                    assertThat(((RdbRecord.Function) record).source())
                            .startsWith(RdbText.bytes("#!lua name=mylib\n"));
                });
        assertThat(last).isEqualTo(new RdbRecord.End(0));
    }

    @Test
    void givenAnEvictionPolicy_whenRead_thenFrequencyOrIdleTimeComeWithTheKey() throws Exception {
        for (String name : List.of("lfu", "lru")) {
            byte[] file = RdbText.file(name);
            var reader =
                    new RdbReader(RdbSource.of(new ByteArrayInputStream(file)), RdbLimits.DEFAULT);
            for (RdbRecord record = reader.next();
                    !(record instanceof RdbRecord.End);
                    record = reader.next()) {
                if (record instanceof RdbRecord.Entry entry) {
                    assertThat(entry.frequency() >= 0).as(name).isEqualTo(name.equals("lfu"));
                    assertThat(entry.idleSeconds() >= 0).as(name).isEqualTo(name.equals("lru"));
                }
            }
        }
    }

    @Test
    void givenAPackedHash_whenRead_thenItsListpackCanBeTakenAsItIs() throws Exception {
        byte[] file = RdbText.file("hashes");
        var reader = new RdbReader(RdbSource.of(new ByteArrayInputStream(file)), RdbLimits.DEFAULT);
        int adoptable = 0;
        for (RdbRecord record = reader.next();
                !(record instanceof RdbRecord.End);
                record = reader.next()) {
            if (record instanceof RdbRecord.Entry entry
                    && entry.value() instanceof RdbValue.HashPairs hash) {
                byte[] listpack = hash.blob();
                assertThat(listpack != null).isEqualTo(hash.type() == RdbType.HASH_LISTPACK);
                adoptable += listpack != null ? 1 : 0;
            }
        }
        assertThat(adoptable).isEqualTo(6);
    }

    @Test
    void givenBytesBehindTheFile_whenRead_thenTheyCanBeTakenBack() throws Exception {
        byte[] file = RdbText.file("strings");
        byte[] more = Arrays.copyOf(file, file.length + 40);
        Arrays.fill(more, file.length, more.length, (byte) 'm');
        var stream = new ByteArrayInputStream(more);
        var reader = new RdbReader(RdbSource.of(stream), RdbLimits.DEFAULT);
        RdbText.entries(reader);
        assertThat(reader.unread()).hasSize(40).containsOnly('m');
        assertThat(reader.unread()).isEmpty();

        var bounded = new ByteArrayInputStream(more);
        RdbText.entries(new RdbReader(RdbSource.of(bounded, file.length), RdbLimits.DEFAULT));
        assertThat(bounded.available()).isEqualTo(40);
    }

    /// Gives between one byte and a few hundred at a time, as a socket may.
    private static final class Trickle extends InputStream {
        private final ByteArrayInputStream bytes;
        private final Random random;

        Trickle(byte[] bytes, Random random) {
            this.bytes = new ByteArrayInputStream(bytes);
            this.random = random;
        }

        @Override
        public int read() {
            return bytes.read();
        }

        @Override
        public int read(byte[] target, int index, int count) {
            return bytes.read(
                    target,
                    index,
                    Math.min(count, 1 + random.nextInt(random.nextBoolean() ? 3 : 700)));
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.persistence.rdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import com.sun.management.ThreadMXBean;
import dev.dunlin.node.testkit.Seeds;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Damaged and hostile input: a value or the declared exception comes of it, soon, and out of bounded memory.
class RdbFuzzTest {
    private static final RdbLimits LIMITS = new RdbLimits(1 << 20, 16, true);

    /// Compression makes up to 88 bytes of one, and an element of one byte is an array of 24; some of it is copied once.
    private static final long ALLOCATED_PER_BYTE_MAX = 400;

    private static final long ALLOCATED_ANYWAY = 512 * 1024;

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    @Test
    void givenMutatedFiles_whenRead_thenNothingButTheDeclaredExceptionComes() throws Exception {
        List<byte[]> files = new ArrayList<>();
        for (String name : List.of("empty", "strings", "hashes", "all-types", "lfu", "lru")) {
            files.add(RdbText.file(name));
        }
        int[] refused = {0};
        Seeds.forEach(
                30_000,
                random -> {
                    byte[] file = Mutations.mutate(files.get(random.nextInt(files.size())), random);
                    // No checksum: else it alone would answer.
                    Arrays.fill(file, Math.max(0, file.length - 8), file.length, (byte) 0);
                    long before = THREADS.getCurrentThreadAllocatedBytes();
                    var in = new ByteArrayInputStream(file);
                    try {
                        readAll(
                                new RdbReader(
                                        random.nextBoolean()
                                                ? RdbSource.of(in)
                                                : RdbSource.of(in, file.length),
                                        LIMITS),
                                random.nextBoolean());
                    } catch (RdbFormatException e) {
                        refused[0]++;
                        assertThat(e.offset()).isBetween(0L, (long) file.length);
                        assertThat(e.reason()).isNotEmpty();
                    }
                    assertThat(THREADS.getCurrentThreadAllocatedBytes() - before)
                            .isLessThan(ALLOCATED_ANYWAY + ALLOCATED_PER_BYTE_MAX * file.length);
                });
        assertThat(refused[0]).isPositive();
    }

    @Test
    void givenMutatedValues_whenDecoded_thenTheyAreRefusedAtOnceOrNotAtAll() throws Exception {
        List<byte[]> values =
                RdbText.lines("values.txt").stream()
                        .map(line -> RdbText.unhex(line.split(" \\| ", -1)[1]))
                        .toList();
        int[] accepted = {0};
        Seeds.forEach(
                50_000,
                random -> {
                    byte[] payload =
                            Mutations.sealed(
                                    Mutations.mutate(
                                            values.get(random.nextInt(values.size())), random));
                    long before = THREADS.getCurrentThreadAllocatedBytes();
                    RdbValue value;
                    try {
                        value = DumpPayload.decode(payload, 0, payload.length, LIMITS);
                    } catch (RdbFormatException e) {
                        return;
                    }
                    try {
                        value.drain();
                    } catch (IOException e) {
                        fail("a value that was accepted", e);
                    }
                    accepted[0]++;
                    assertThat(THREADS.getCurrentThreadAllocatedBytes() - before)
                            .isLessThan(
                                    ALLOCATED_ANYWAY + 2 * ALLOCATED_PER_BYTE_MAX * payload.length);
                });
        assertThat(accepted[0]).isBetween(1_000, 49_000);
    }

    @Test
    void givenNoise_whenReadAsAFile_thenItIsRefused() {
        byte[] head = RdbText.bytes("REDIS0010");
        Seeds.forEach(
                20_000,
                random -> {
                    byte[] file = new byte[head.length + random.nextInt(200)];
                    random.nextBytes(file);
                    System.arraycopy(head, 0, file, 0, head.length);
                    try {
                        readAll(
                                new RdbReader(RdbSource.of(new ByteArrayInputStream(file)), LIMITS),
                                true);
                    } catch (RdbFormatException e) {
                        assertThat(e.offset()).isPositive();
                    }
                });
    }

    /// The peer says half a gigabyte comes and then sends little: no more is allocated than it sends.
    @Test
    void givenALengthThatIsALie_whenTheSourceIsAStream_thenMemoryFollowsTheBytesThatCome() {
        byte[] start = RdbText.unhex("524544495330303130" + "00 01 6b 80 1ff00000");
        byte[] file = Arrays.copyOf(start, start.length + 100_000);
        long before = THREADS.getCurrentThreadAllocatedBytes();

        var reader = new RdbReader(RdbSource.of(new ByteArrayInputStream(file)), RdbLimits.DEFAULT);

        assertThatThrownBy(reader::next)
                .isInstanceOf(RdbFormatException.class)
                .hasMessageContaining("unexpected end of input");
        assertThat(THREADS.getCurrentThreadAllocatedBytes() - before).isLessThan(1 << 20);
    }

    /// A collection that never ends takes no memory, so long as its taker keeps none.
    @Test
    void givenAnEndlessHash_whenReadPairByPair_thenMemoryIsThatOfAPair() throws Exception {
        byte[] start = RdbText.unhex("524544495330303130" + "04 01 6b 81 00ffffffffffffff");
        var endless =
                new InputStream() {
                    private int position;

                    @Override
                    public int read() {
                        // Field and value: one byte each.
                        return position < start.length
                                ? start[position++] & 0xff
                                : (position++ - start.length) % 2 == 0 ? 1 : 'x';
                    }

                    @Override
                    public int read(byte[] target, int index, int count) {
                        for (int i = 0; i < count; i++) {
                            target[index + i] = (byte) read();
                        }
                        return count;
                    }
                };
        var reader = new RdbReader(RdbSource.of(endless), RdbLimits.DEFAULT);
        var hash = (RdbValue.HashPairs) ((RdbRecord.Entry) reader.next()).value();

        for (int i = 0; i < 1_000_000; i++) {
            assertThat(hash.next()).isTrue();
        }
        assertThat(hash.count()).isEqualTo(0x00ffffffffffffffL);
        assertThat(reader.offset()).isEqualTo(start.length + 4_000_000L);
    }

    /// Each file in a time that is far beyond what any takes, and far below a hang.
    @Test
    void givenClaimsOfHugeCounts_whenRead_thenTheyAreAnsweredAtOnce() {
        for (String type : List.of("01", "02", "03", "04", "05", "0e", "12", "0f", "13", "15")) {
            byte[] file =
                    RdbText.unhex("524544495330303130" + type + "01 6b 81 7fffffffffffffff 00");
            assertTimeoutPreemptively(
                    Duration.ofSeconds(10),
                    () ->
                            assertThatThrownBy(() ->
                                            readAll(
                                                    new RdbReader(
                                                            RdbSource.of(
                                                                    new ByteArrayInputStream(file)),
                                                            LIMITS),
                                                    true))
                                    .as("type " + type)
                                    .isInstanceOf(RdbFormatException.class));
        }
    }

    private static void readAll(RdbReader reader, boolean values) throws IOException {
        for (RdbRecord record = reader.next();
                !(record instanceof RdbRecord.End);
                record = reader.next()) {
            if (values && record instanceof RdbRecord.Entry entry) {
                entry.value().drain();
            }
        }
    }
}

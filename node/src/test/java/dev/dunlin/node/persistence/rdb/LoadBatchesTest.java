// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.persistence.rdb;

import static dev.dunlin.node.persistence.rdb.RdbText.hex;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dunlin.node.testkit.Seeds;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class LoadBatchesTest {
    private static LoadBatches batches(byte[] file, int bytesMax, int stepsMax) {
        var reader = new RdbReader(RdbSource.of(new ByteArrayInputStream(file)), RdbLimits.DEFAULT);
        return new LoadBatches(reader, bytesMax, stepsMax);
    }

    private static List<LoadBatch> all(LoadBatches batches) throws IOException {
        List<LoadBatch> all = new ArrayList<>();
        do {
            all.add(batches.next());
        } while (!all.getLast().last());
        return all;
    }

    /// Puts the steps together again, as [RdbText#entries] has them.
    private static List<String> entries(List<LoadBatch> batches) throws IOException {
        List<String> entries = new ArrayList<>();
        List<String> pairs = new ArrayList<>();
        LoadStep.Key collection = null;
        for (LoadBatch batch : batches) {
            for (LoadStep step : batch.steps()) {
                boolean goesOn = step instanceof LoadStep.PutElements part && !part.first();
                assertThat(goesOn && collection == null).as("begins in the middle").isFalse();
                if (collection != null && !goesOn) {
                    entries.add(hash(collection, pairs));
                    collection = null;
                }
                switch (step) {
                    case LoadStep.PutStrings(StringRun run) -> entries.addAll(strings(run));
                    case LoadStep.PutString(var key, byte[] value) ->
                            entries.add(head(key) + "string " + hex(value));
                    case LoadStep.PutPacked(var key, RdbType type, byte[] _)
                            when type == RdbType.SET_INTSET ->
                            entries.add(head(key) + type);
                    case LoadStep.PutPacked(var key, RdbType type, byte[] listpack) -> {
                        var input = new RdbInput(listpack, 0, 0);
                        var elements =
                                ListpackElements.of(
                                        listpack, new RdbDecoder(input, RdbLimits.DEFAULT));
                        entries.add(
                                head(key)
                                        + RdbText.value(
                                                new RdbValue.HashPairs(type, elements, listpack)));
                    }
                    case LoadStep.PutElements part -> {
                        collection = part.key();
                        int width = part.type().name().startsWith("HASH") ? 2 : 1;
                        for (int i = 0; i < part.elements().size(); i += width) {
                            pairs.add(
                                    part.elements().subList(i, i + width).stream()
                                            .map(RdbText::hex)
                                            .collect(Collectors.joining("=")));
                        }
                    }
                    case LoadStep.PutStream(LoadStep.Key key, var _, boolean first) -> {
                        if (first) {
                            entries.add(head(key) + "stream");
                        }
                    }
                    case LoadStep.Unsupported(var key, RdbType type) ->
                            entries.add(head(key) + type);
                    case LoadStep.Fact _,
                            LoadStep.Function _,
                            LoadStep.SizeHint _,
                            LoadStep.ModuleDataSkipped _ -> {}
                }
            }
        }
        if (collection != null) {
            entries.add(hash(collection, pairs));
        }
        return entries;
    }

    private static List<String> strings(StringRun run) {
        List<String> entries = new ArrayList<>();
        ByteBuffer packed =
                ByteBuffer.wrap(run.packed(), 0, run.bytes()).order(ByteOrder.LITTLE_ENDIAN);
        while (packed.hasRemaining()) {
            byte[] key = new byte[packed.getInt()];
            byte[] value = new byte[packed.getInt()];
            long expireAtMs = packed.getLong();
            packed.get(key).get(value);
            entries.add(run.db() + " " + hex(key) + " " + expireAtMs + " string " + hex(value));
        }
        assertThat(entries).hasSize(run.count());
        return entries;
    }

    private static String hash(LoadStep.Key key, List<String> pairs) {
        String text =
                head(key) + "hash " + pairs.stream().sorted().collect(Collectors.joining(" "));
        pairs.clear();
        return text;
    }

    private static String head(LoadStep.Key key) {
        return key.db() + " " + hex(key.name()) + " " + key.expireAtMs() + " ";
    }

    @Test
    void givenAnyBounds_whenAFileIsCutIntoBatches_thenNothingIsLostAndTheBoundsHold()
            throws Exception {
        for (String name : List.of("strings", "hashes", "empty")) {
            byte[] file = RdbText.file(name);
            List<String> expected = RdbText.entries(file);
            Seeds.forEach(
                    50,
                    random -> {
                        int bytesMax = 1 + random.nextInt(random.nextBoolean() ? 300 : 30_000);
                        int stepsMax = 1 + random.nextInt(20);
                        List<LoadBatch> batches = all(batches(file, bytesMax, stepsMax));

                        assertThat(entries(batches)).isEqualTo(expected);
                        assertThat(batches)
                                .allSatisfy(batch -> {
                                    assertThat(batch.steps()).hasSizeLessThanOrEqualTo(stepsMax);
                                    // The longest string of the files is of 17000 bytes.
                                    assertThat(batch.bytes()).isLessThan(bytesMax + 17_300);
                                });
                        assertThat(batches.getLast().fileOffset()).isEqualTo(file.length);
                    });
        }
    }

    @Test
    void givenTypesWithoutAHome_whenCutIntoBatches_thenTheirKeysAreNamed() throws Exception {
        List<String> entries = entries(all(batches(RdbText.file("all-types"), 10_000, 100)));

        assertThat(entries)
                .hasSize(15)
                .anyMatch(line -> line.endsWith("stream"))
                .anyMatch(line -> line.endsWith("SET_INTSET"));
    }

    @Test
    void givenModuleDataAndEmptyKeys_whenCutIntoBatches_thenBothAreReported() throws Exception {
        byte[] file =
                RdbText.unhex(
                        "524544495330303130 f7 810000000000000400 02 01 00 04 0161 00 ff 0000000000000000");
        LoadBatch only = batches(file, 10_000, 100).next();

        assertThat(only.steps()).containsExactly(new LoadStep.ModuleDataSkipped("AAAAAAAAB"));
        assertThat(only.emptyKeysSkipped()).isEqualTo(1);
        assertThat(only.last()).isTrue();
    }

    @Test
    void givenAFileThatIsCutOff_whenCutIntoBatches_thenThereIsNoLastOne() throws Exception {
        byte[] file = RdbText.file("hashes");
        for (int bytes = 0; bytes < file.length; bytes += 7) {
            byte[] cut = Arrays.copyOf(file, bytes);
            assertThatThrownBy(() -> all(batches(cut, 500, 10)))
                    .isInstanceOf(RdbFormatException.class);
        }
    }

    @Test
    void givenTheLastBatch_whenReadOn_thenThatIsAMistakeOfTheCaller() throws Exception {
        LoadBatches batches = batches(RdbText.file("empty"), 10_000, 100);
        all(batches);
        assertThatThrownBy(batches::next).isInstanceOf(IllegalStateException.class);
    }
}

// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.value;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import dev.dunlin.node.testkit.Seeds;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class ListpackTest {
    private static byte[] bytes(String text) {
        return text.getBytes(ISO_8859_1);
    }

    private static String text(long listpack, int entry) {
        byte[] text =
                new byte[Math.max(Decimal.TEXT_BYTES_MAX, Listpack.textBytes(listpack, entry))];
        return new String(text, 0, Listpack.copyText(listpack, entry, text, 0), ISO_8859_1);
    }

    private static List<String> texts(NativeBlob blob) {
        List<String> texts = new ArrayList<>();
        long lp = blob.address();
        for (int entry = Listpack.first(lp);
                !Listpack.isEnd(lp, entry);
                entry = Listpack.next(lp, entry)) {
            texts.add(text(lp, entry));
        }
        return texts;
    }

    private static NativeBlob empty() {
        var blob = new NativeBlob(Listpack.EMPTY_BYTES);
        Listpack.writeEmpty(blob.address());
        return blob;
    }

    /// Grown in one go, so that big blobs stay cheap.
    private static NativeBlob of(List<byte[]> elements) {
        NativeBlob blob = empty();
        var element = new ListpackElement();
        int bytes = Listpack.EMPTY_BYTES;
        for (byte[] text : elements) {
            bytes += element.ofBytes(text).entryBytes();
        }
        blob.resize(bytes);
        for (byte[] text : elements) {
            Listpack.append(blob.address(), element.ofBytes(text));
        }
        return blob;
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }

    private static List<String> textsBackwards(NativeBlob blob) {
        List<String> texts = new ArrayList<>();
        long lp = blob.address();
        int entry = Listpack.previous(lp, Listpack.end(lp));
        for (; entry != Listpack.NOT_FOUND; entry = Listpack.previous(lp, entry)) {
            texts.add(text(lp, entry));
        }
        return texts;
    }

    /// Lines of `elements | blob`, see the head of the file.
    static Stream<Arguments> blobsOfRedis() throws IOException {
        try (InputStream in = ListpackTest.class.getResourceAsStream("listpack-redis-7.0.15.txt")) {
            return new String(requireNonNull(in).readAllBytes(), ISO_8859_1)
                    .lines()
                    .filter(line -> !line.startsWith("#"))
                    .map(line -> line.split(" \\| ", -1))
                    .map(columns -> Arguments.of(columns[0], columns[1]));
        }
    }

    private static List<byte[]> elements(String specification) {
        List<byte[]> elements = new ArrayList<>();
        if (specification.startsWith("@")) {
            for (int i = 0; i < Integer.parseInt(specification.substring(1)); i++) {
                elements.add(bytes("f" + i));
                elements.add(bytes("" + i));
            }
            return elements;
        }
        for (String word : specification.split(" ", -1)) {
            int star = word.indexOf('*');
            String text =
                    star < 0
                            ? word
                            : word.substring(0, star)
                                    .repeat(Integer.parseInt(word.substring(star + 1)));
            elements.add(bytes(text.equals("''") ? "" : text));
        }
        return elements;
    }

    @ParameterizedTest
    @MethodSource("blobsOfRedis")
    void givenElements_whenAppended_thenTheBlobIsThatOfRedis(String specification, String expected)
            throws Exception {
        List<byte[]> elements = elements(specification);
        try (NativeBlob blob = of(elements)) {
            assertThat(
                            expected.startsWith("sha256:")
                                    ? "sha256:"
                                            + hex(
                                                    MessageDigest.getInstance("SHA-256")
                                                            .digest(blob.content()))
                                    : hex(blob.content()))
                    .isEqualTo(expected);
            assertThat(ListpackCheck.deep(blob.address(), blob.bytes()))
                    .isEqualTo(new ListpackCheck.Sound(elements.size()));
            assertThat(Listpack.count(blob.address())).isEqualTo(elements.size());
            assertThat(texts(blob))
                    .isEqualTo(elements.stream().map(e -> new String(e, ISO_8859_1)).toList());
            assertThat(textsBackwards(blob).reversed()).isEqualTo(texts(blob));
        }
    }

    @Test
    void givenPairs_whenAFieldIsSought_thenValuesAreNotMistakenForFields() {
        try (NativeBlob blob =
                of(
                        List.of(
                                bytes("a"),
                                bytes("b"),
                                bytes("7"),
                                bytes("a"),
                                bytes("b"),
                                bytes("7")))) {
            long lp = blob.address();
            var wanted = new ListpackElement();

            int b = Listpack.findField(lp, wanted.ofBytes(bytes("b")));
            int seven = Listpack.findField(lp, wanted.ofInteger(7));

            assertThat(text(lp, Listpack.next(lp, b))).isEqualTo("7");
            assertThat(text(lp, Listpack.next(lp, seven))).isEqualTo("a");
            assertThat(Listpack.findField(lp, wanted.ofBytes(bytes("7")))).isEqualTo(seven);
            assertThat(Listpack.find(lp, wanted.ofBytes(bytes("b")))).isLessThan(b);
            assertThat(Listpack.findField(lp, wanted.ofBytes(bytes("07"))))
                    .isEqualTo(Listpack.NOT_FOUND);
            assertThat(Listpack.findField(lp, wanted.ofBytes(bytes(""))))
                    .isEqualTo(Listpack.NOT_FOUND);
        }
    }

    @Test
    void givenAnIntegerKeptAsAString_whenItIsSought_thenItIsFoundAllTheSame() {
        // No encoder of ours makes this, but Redis reads it, and so it may come in a file.
        try (NativeBlob blob = NativeBlob.of(HexFormat.of().parseHex("0a0000000100813702ff"))) {
            assertThat(ListpackCheck.deep(blob.address(), blob.bytes()))
                    .isEqualTo(new ListpackCheck.Sound(1));
            assertThat(Listpack.find(blob.address(), new ListpackElement().ofInteger(7)))
                    .isEqualTo(6);
            assertThat(Listpack.find(blob.address(), new ListpackElement().ofBytes(bytes("7"))))
                    .isEqualTo(6);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "0700000000, TOO_SHORT, 5",
        "080000000000ff, WRONG_SIZE, 0",
        "07000000000000, NO_END_MARK, 6",
        "09000000010001ffff, WRONG_BACK_LENGTH, 6",
        "090000000100ff01ff, EARLY_END_MARK, 6",
        "090000000100f501ff, UNKNOWN_ENCODING, 6",
        "090000000100fe01ff, UNKNOWN_ENCODING, 6",
        "0900000001008201ff, ELEMENT_PAST_END, 6",
        "090000000100e101ff, ELEMENT_PAST_END, 6",
        "080000000100e1ff, ELEMENT_PAST_END, 6",
        "0d0000000100f0ffffffff01ff, ELEMENT_PAST_END, 6",
        "0d0000000100f4010101010101ff, WRONG_SIZE, 0",
        "0e0000000100f401010101010101ff, WRONG_SIZE, 0",
        "0f0000000100f401010101010101ff, ELEMENT_PAST_END, 6",
        "0900000001000102ff, WRONG_BACK_LENGTH, 6",
        "0900000001000181ff, WRONG_BACK_LENGTH, 6",
        "0900000002000101ff, WRONG_COUNT, 4",
    })
    void givenABrokenBlob_whenChecked_thenTheDefectIsNamed(
            String hex, ListpackCheck.Defect defect, long offset) {
        try (NativeBlob blob = NativeBlob.of(HexFormat.of().parseHex(hex))) {
            assertThat(ListpackCheck.deep(blob.address(), blob.bytes()))
                    .isEqualTo(new ListpackCheck.Broken(defect, offset));
        }
    }

    @Test
    void givenTheMutationsOfABlob_whenCheckedDeep_thenWhatPassesCanBeWalked() {
        try (NativeBlob sound =
                of(elements("f v n 12 long x*70 big 5000000000 '' -3000 m 70000"))) {
            byte[] content = sound.content();
            Seeds.forEach(
                    20_000,
                    random -> {
                        byte[] mutated = content.clone();
                        for (int i = 1 + random.nextInt(3); i > 0; i--) {
                            mutated[random.nextInt(mutated.length)] = (byte) random.nextInt(256);
                        }
                        try (NativeBlob blob = NativeBlob.of(mutated)) {
                            if (ListpackCheck.deep(blob.address(), blob.bytes())
                                    instanceof ListpackCheck.Sound(int count)) {
                                assertThat(texts(blob)).hasSize(count);
                                assertThat(textsBackwards(blob)).hasSize(count);
                            }
                        }
                    });
        }
    }

    @Test
    void givenAnyRunOfOperations_whenComparedWithAPlainList_thenTheyAgree() {
        Seeds.forEach(
                300,
                random -> {
                    List<String> model = new ArrayList<>();
                    var element = new ListpackElement();
                    NativeBlob blob = empty();
                    try (NativeBlob arguments = new NativeBlob(20_000)) {
                        for (int step = 0; step < 150; step++) {
                            operate(random, model, blob, element, arguments);
                            assertThat(ListpackCheck.deep(blob.address(), blob.bytes()))
                                    .isEqualTo(new ListpackCheck.Sound(model.size()));
                        }
                        assertThat(texts(blob)).isEqualTo(model);
                        assertThat(textsBackwards(blob).reversed()).isEqualTo(model);
                        for (int i = -model.size() - 1; i <= model.size(); i++) {
                            int entry = Listpack.at(blob.address(), i);
                            int index = i < 0 ? model.size() + i : i;
                            if (index < 0 || index >= model.size()) {
                                assertThat(entry).isEqualTo(Listpack.NOT_FOUND);
                            } else {
                                assertThat(text(blob.address(), entry)).isEqualTo(model.get(index));
                            }
                        }
                    } finally {
                        blob.close();
                    }
                });
    }

    /// One random operation on both; the blob always has exactly the room that was announced.
    private static void operate(
            Random random,
            List<String> model,
            NativeBlob blob,
            ListpackElement element,
            NativeBlob arguments) {
        String text = anyText(random);
        switch (random.nextInt(3)) {
            case 0 -> {
                arguments.put(bytes(text));
                element.ofMemory(arguments.address(), text.length());
            }
            case 1 -> element.ofBytes(bytes("<" + text + ">"), 1, text.length());
            default -> {
                if (Decimal.isCanonical(bytes(text), 0, text.length())) {
                    element.ofInteger(Long.parseLong(text));
                } else {
                    element.ofBytes(bytes(text));
                }
            }
        }
        int index = model.isEmpty() ? 0 : random.nextInt(model.size());
        switch (random.nextInt(5)) {
            case 0 -> {
                blob.resize((int) Listpack.bytesAfterInsert(blob.address(), element));
                Listpack.append(blob.address(), element);
                model.add(text);
            }
            case 1 -> {
                int entry =
                        model.isEmpty()
                                ? Listpack.end(blob.address())
                                : Listpack.at(blob.address(), index);
                blob.resize((int) Listpack.bytesAfterInsert(blob.address(), element));
                Listpack.insert(blob.address(), entry, element);
                model.add(index, text);
            }
            case 2 -> {
                if (!model.isEmpty()) {
                    int entry = Listpack.at(blob.address(), index);
                    int after = (int) Listpack.bytesAfterReplace(blob.address(), entry, element);
                    blob.resize(Math.max(blob.bytes(), after));
                    Listpack.replace(blob.address(), entry, element);
                    blob.resize(after);
                    model.set(index, text);
                }
            }
            case 3 -> {
                if (!model.isEmpty()) {
                    int count = random.nextInt(4);
                    int entry = Listpack.at(blob.address(), index);
                    int after = Listpack.bytesAfterDelete(blob.address(), entry, count);
                    int expected = Math.min(count, model.size() - index);
                    assertThat(Listpack.delete(blob.address(), entry, count)).isEqualTo(expected);
                    blob.resize(after);
                    model.subList(index, index + expected).clear();
                }
            }
            default -> {
                int found = Listpack.find(blob.address(), element);
                int expected = model.indexOf(text);
                assertThat(found)
                        .isEqualTo(
                                Listpack.at(
                                        blob.address(), expected < 0 ? model.size() : expected));
            }
        }
    }

    private static String anyText(Random random) {
        return switch (random.nextInt(8)) {
            case 0 -> Integer.toString(random.nextInt(10));
            case 1 -> Long.toString(random.nextLong() >> random.nextInt(64));
            case 2 -> "0" + random.nextInt(10);
            case 3 -> "";
            case 4 -> "y".repeat(random.nextInt(140));
            case 5 -> "z".repeat(random.nextInt(random.nextInt(10) == 0 ? 20_000 : 200));
            default -> "key" + random.nextInt(5);
        };
    }

    @Test
    void givenABlobBeyondTheSixteenBitCount_whenElementsComeAndGo_thenTheCountStaysRight() {
        List<byte[]> many = new ArrayList<>();
        for (int i = 0; i < 65_534; i++) {
            many.add(bytes("x"));
        }
        var element = new ListpackElement().ofBytes(bytes("last"));
        try (NativeBlob blob = of(many)) {
            assertThat(Listpack.count(blob.address())).isEqualTo(65_534);
            for (int i = 1; i <= 3; i++) {
                blob.resize((int) Listpack.bytesAfterInsert(blob.address(), element));
                Listpack.append(blob.address(), element);
                assertThat(Listpack.count(blob.address())).isEqualTo(65_534 + i);
            }
            int after =
                    Listpack.bytesAfterDelete(blob.address(), Listpack.first(blob.address()), 10);
            Listpack.delete(blob.address(), Listpack.first(blob.address()), 10);
            blob.resize(after);

            assertThat(Listpack.count(blob.address())).isEqualTo(65_527);
            assertThat(ListpackCheck.deep(blob.address(), blob.bytes()))
                    .isEqualTo(new ListpackCheck.Sound(65_527));
        }
    }

    @Test
    void givenLookUps_whenRepeated_thenNothingIsAllocated() {
        var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        try (NativeBlob blob = of(elements("field1 v field2 12 300 x 5000000000 y last z"));
                NativeBlob name = NativeBlob.of(bytes("last"))) {
            var wanted = new ListpackElement();
            long found = lookUps(blob, name, wanted);
            long before = threads.getCurrentThreadAllocatedBytes();

            found += lookUps(blob, name, wanted);

            assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(4096);
            assertThat(found).isPositive();
        }
    }

    private static long lookUps(NativeBlob blob, NativeBlob name, ListpackElement wanted) {
        long found = 0;
        for (int i = 0; i < 20_000; i++) {
            found +=
                    Listpack.findField(
                            blob.address(), wanted.ofMemory(name.address(), name.bytes()));
            found += Listpack.findField(blob.address(), wanted.ofInteger(5_000_000_000L));
        }
        return found;
    }

    @Test
    void givenABlobOfTheGreatestSize_whenItIsToGrow_thenItIsRefusedBeforeAnythingMoves() {
        // Only the header says so: the refusal comes before the bytes are touched.
        try (NativeBlob blob = NativeBlob.of(HexFormat.of().parseHex("ffffff3f0000ff"))) {
            var element = new ListpackElement().ofBytes(bytes("no room"));

            assertThat(Listpack.bytesAfterInsert(blob.address(), element))
                    .isGreaterThan(Listpack.BYTES_MAX);
            assertThatThrownBy(() ->
                            Listpack.insert(
                                    blob.address(), Listpack.first(blob.address()), element))
                    .isInstanceOf(IllegalStateException.class);
            assertThat(hex(blob.content())).isEqualTo("ffffff3f0000ff");
        }
    }
}
